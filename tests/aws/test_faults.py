"""Why a task stopped, from what ECS says of it."""

from typing import Any

import pytest

from slipway.aws import faults

WEB: Any = {"name": "web"}
PROXY: Any = {"name": "proxy", "essential": False}
ELB = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:x)"


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        ("EssentialContainerExited", "Essential container in task exited", True),
        ("TaskFailedToStart", "Task failed to start", True),
        ("ServiceSchedulerInitiated", ELB, True),
        ("ServiceSchedulerInitiated", "Task failed container health checks", True),
        ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment x)", False),
        ("ServiceSchedulerInitiated", "", False),
        ("UserInitiated", "Task stopped by user", False),
        ("SpotInterruption", "Your Spot Task was interrupted.", False),
        ("InfrastructureHealth", "", False),
        ("", "", False),
    ],
)
def test_a_fault_is_of_what_the_task_ran(code: str, reason: str, *, expected: bool) -> None:
    """A failed health check is one, a scale-in is none: both have the same stop code."""
    task: Any = {"stopCode": code, "stoppedReason": reason}
    assert faults.is_fault(task) is expected


def test_a_task_without_a_reason_is_no_fault() -> None:
    """A field that ECS leaves out is missing, and no error."""
    assert not faults.is_fault({})
    assert faults.reclaimed({}) == ""


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ({"stopCode": "EssentialContainerExited", "lastStatus": "DEACTIVATING"}, False),
        ({"stopCode": "EssentialContainerExited", "lastStatus": "STOPPED"}, True),
        (
            {
                "stopCode": "EssentialContainerExited",
                "lastStatus": "STOPPING",
                "containers": [{"name": "web", "exitCode": 0}],
            },
            True,
        ),
        ({"stopCode": "ServiceSchedulerInitiated", "lastStatus": "DEACTIVATING"}, True),
    ],
)
def test_an_exit_code_is_waited_for(task: Any, *, expected: bool) -> None:
    """ECS knows that a container exited before it knows how; a health check has no exit code."""
    assert faults.is_explained(task) is expected


def test_a_task_that_could_not_start_never_ran() -> None:
    """One that failed its health checks did, whatever ECS has of its start."""
    assert faults.never_ran({"stopCode": "TaskFailedToStart"}, {"name": "web"})
    assert faults.never_ran({"stopCode": "TaskFailedToStart"}, None)
    assert not faults.never_ran({"stopCode": "TaskFailedToStart"}, {"exitCode": 127})
    assert not faults.never_ran({"stopCode": "ServiceSchedulerInitiated"}, {"name": "web"})


def failed(containers: Any, *definitions: Any) -> str:
    """Return the name of the container that failed."""
    container = faults.failed_container({"containers": containers}, definitions or (WEB, PROXY))
    return container["name"] if container else ""


def test_the_failed_container_is_the_one_that_ended_the_task() -> None:
    """Its own exit code counts for more than one that the task's end sends to the others."""
    cron: Any = {"name": "cron"}
    both = (cron, WEB)
    assert failed([{"name": "cron", "exitCode": 143}, {"name": "web", "exitCode": 3}], *both) == (
        "web"
    )
    assert failed([{"name": "cron", "exitCode": 0}, {"name": "web", "exitCode": 137}], *both) == (
        "web"
    )
    assert failed([{"name": "cron"}, {"name": "web", "reason": "CannotPull"}], *both) == "web"
    assert failed([{"name": "proxy", "exitCode": 1}, {"name": "web", "exitCode": 0}]) == "web"
    assert failed([{"name": "proxy"}, {"name": "web"}]) == "web"


def test_a_container_that_the_template_never_named_does_not_count() -> None:
    """GuardDuty adds an agent to each task; what it does is not the application's."""
    agent = {"name": "aws-guardduty-agent-x", "exitCode": 1, "reason": "no pull"}
    assert failed([agent, {"name": "web", "exitCode": 3}]) == "web"
    assert failed([agent]) == ""
    assert faults.failed_container({}, [WEB]) is None


def exited(code: int | None, reason: str = "") -> Any:
    """Make a container `web` that ended."""
    more = {} if code is None else {"exitCode": code}
    return {"name": "web", **more, **({"reason": reason} if reason else {})}


EXITED: Any = {
    "stopCode": "EssentialContainerExited",
    "stoppedReason": "Essential container in task exited",
}


@pytest.mark.parametrize(
    ("container", "line", "expected"),
    [
        (exited(3), "KeyError: 'SECRET_KEY'", "web exited with code 3: KeyError: 'SECRET_KEY'"),
        (exited(0), "", "web exited with code 0"),
        (exited(137), "", "web exited with code 137 (SIGKILL)"),
        (exited(255), "", "web exited with code 255"),
        (
            exited(137, "OutOfMemoryError: Container killed due to memory usage"),
            "",
            "web was killed for memory (OutOfMemory, exit code 137)",
        ),
        (
            exited(None),
            "",
            "web stopped without an exit code: Essential container in task exited",
        ),
        (None, "", "the task stopped without an exit code: Essential container in task exited"),
    ],
)
def test_the_cause_of_an_exit_is_code_and_error(container: Any, line: str, expected: str) -> None:
    """One sentence: which container, how it ended, and what its log says."""
    assert faults.cause(EXITED, container, line=line) == expected


PULL = "CannotPullContainerError: pull image manifest has been retried 5 time(s): not found"
INIT = "ResourceInitializationError: unable to pull secrets or registry auth: "
FETCH = "unable to retrieve secret from asm: AccessDenied"
AUTH = "unable to retrieve ecr registry auth: timeout"


@pytest.mark.parametrize(
    ("reason", "own", "expected"),
    [
        (PULL, "", f"the image cannot be pulled: {PULL}"),
        ("Task failed to start", PULL, f"the image cannot be pulled: {PULL}"),
        (INIT + FETCH, "", f"a secret cannot be read: {INIT}{FETCH}"),
        (INIT + AUTH, "", f"the task cannot start: {INIT}{AUTH}"),
        (
            "Task failed to start",
            "CannotStartContainerError: exec format error",
            "web did not start: CannotStartContainerError: exec format error",
        ),
        ("", "", "web did not start: ECS gives no reason"),
    ],
)
def test_the_cause_of_no_start_is_the_exact_reason(reason: str, own: str, expected: str) -> None:
    """It is the task's or the container's, and names what could not be had."""
    task: Any = {"stopCode": "TaskFailedToStart", "stoppedReason": reason}
    assert faults.cause(task, exited(None, own)) == expected


def test_the_cause_of_a_failed_health_check_is_what_the_balancer_sees() -> None:
    """Also when the container has an exit code by then, which is that of its stop."""
    task: Any = {"stopCode": "ServiceSchedulerInitiated", "stoppedReason": ELB}
    seen = "GET /health/live answers 500 (Target.ResponseCodeMismatch)"
    expected = f"web never became healthy: {seen}"
    assert faults.cause(task, exited(None), target=seen) == expected
    assert faults.cause(task, exited(143), target=seen) == expected
    assert faults.cause(task, exited(None)) == (
        "web never became healthy: Task failed ELB health checks"
    )
    with_line = faults.cause(task, exited(None), target=seen, line="ValueError: no")
    assert with_line == f"{expected}: ValueError: no"


def test_lost_capacity_is_named_as_such() -> None:
    """The image is not the reason, whatever exit code the interruption left."""
    task: Any = {"stopCode": "SpotInterruption", "stoppedReason": "Your Spot Task was interrupted."}
    assert faults.cause(task, exited(143)) == "AWS reclaimed its Spot capacity"


def test_a_long_cause_keeps_its_beginning_and_its_end() -> None:
    """What is at the end is often the reason: "... not found"."""
    text = faults.cause(EXITED, exited(3), line=f"{'a' * 300} not found")
    assert len(text) <= faults.CAUSE_LENGTH
    assert text.startswith("web exited with code 3: aaa")
    assert text.endswith("aaa not found")
