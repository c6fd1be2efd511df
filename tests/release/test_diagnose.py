"""The evidence of what fails in a release, gathered while ECS still has it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from slipway.aws import session
from slipway.aws.service import ServiceRef
from slipway.events import Note, TaskStopped, TaskUnhealthy
from slipway.release import diagnose
from slipway.release.diagnose import Evidence
from slipway.settings import Settings
from tests.conftest import Clock

WHERE = ServiceRef("shop", "web", ("group",), health_path="/health/live")
ELB = "Task failed ELB health checks in (target-group group)"


def task(number: int, code: str = "EssentialContainerExited", **more: Any) -> Any:
    """Make a task of the new revision, at 10.0.0.NUMBER, that stopped for the reason `code`."""
    detail = {"name": "privateIPv4Address", "value": f"10.0.0.{number}"}
    return {
        "taskArn": f"task/shop/{number}",
        "taskDefinitionArn": "web:2",
        "lastStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": "it ended",
        "attachments": [{"details": [detail]}],
        "containers": [{"name": "web", "exitCode": 3, "reason": "by itself"}],
        **more,
    }


def are_listed(ecs: Stubber, status: str, *numbers: int) -> None:
    """Have these tasks be listed when ECS is asked next."""
    question = {"cluster": "shop", "serviceName": "web", "desiredStatus": status}
    ecs.add_response("list_tasks", {"taskArns": [f"task/shop/{n}" for n in numbers]}, question)


def are_described(ecs: Stubber, *tasks: dict[str, Any]) -> None:
    """Have these tasks be asked for by ARN, and no others."""
    question = {"cluster": "shop", "tasks": [each["taskArn"] for each in tasks]}
    ecs.add_response("describe_tasks", {"tasks": [*tasks]}, question)


def is_defined(ecs: Stubber, *containers: dict[str, Any]) -> None:
    """Have the definition have these containers."""
    described = {"taskDefinition": {"containerDefinitions": list(containers or [{"name": "web"}])}}
    ecs.add_response("describe_task_definition", described, {"taskDefinition": "web:2"})


@pytest.fixture
def balancer(staging: Settings) -> Iterator[Stubber]:
    """Answer for the load balancer in this order, and insist that every answer is asked for."""
    with Stubber(session.client(staging, "elbv2")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def is_target(balancer: Stubber, number: int, reason: str = "", state: str = "unhealthy") -> None:
    """Have the load balancer see the task at 10.0.0.NUMBER next."""
    codes = "Health checks failed with these codes: [500]"
    health = {"State": state, "Reason": reason, "Description": codes} if reason else {}
    target = {
        "Target": {"Id": f"10.0.0.{number}", "Port": 8000},
        "TargetHealth": health or {"State": "healthy"},
    }
    answer = {"TargetHealthDescriptions": [target]}
    balancer.add_response("describe_target_health", answer, {"TargetGroupArn": "group"})


def begins(staging: Settings, ecs: Stubber, *running: int) -> Evidence:
    """Begin to look while these tasks of the revision before run, and task 1 has stopped."""
    are_listed(ecs, "RUNNING", *running)
    are_listed(ecs, "STOPPED", 1)
    return Evidence(staging, WHERE)


def test_the_first_task_that_ends_by_itself_is_reported_once(
    staging: Settings, ecs: Stubber, balancer: Stubber
) -> None:
    """Earlier tasks and a scale-in are no evidence; only new tasks are described, and once."""
    evidence = begins(staging, ecs, 7)
    scaled_in = task(2, "ServiceSchedulerInitiated", stoppedReason="Scaling activity initiated by")
    are_listed(ecs, "STOPPED", 1, 7)
    is_target(balancer, 3)
    assert evidence.look() is None
    assert evidence.summary() is None
    are_listed(ecs, "STOPPED", 1, 2)
    are_described(ecs, scaled_in)
    is_target(balancer, 3)
    assert evidence.look() is None
    are_listed(ecs, "STOPPED", 1, 2, 3)
    are_described(ecs, task(3))
    is_defined(ecs)
    cause = "web exited with code 3 (by itself)"
    assert evidence.look() == TaskStopped("3", "it ended; by itself", {"web": 3}, (), cause)
    assert evidence.summary() == f"{cause}\nlog: invoke logs --env staging"
    assert evidence.look() is None


def test_a_task_that_is_still_stopping_is_looked_at_again(
    staging: Settings, ecs: Stubber, balancer: Stubber
) -> None:
    """Its exit code comes later; without it the report would be of an unknown end."""
    evidence = begins(staging, ecs)
    are_listed(ecs, "STOPPED", 1, 3)
    are_described(ecs, task(3, lastStatus="DEACTIVATING", containers=[{"name": "web"}]))
    is_target(balancer, 3)
    assert evidence.look() is None
    are_listed(ecs, "STOPPED", 1, 3)
    are_described(ecs, task(3))
    is_defined(ecs)
    assert isinstance(evidence.look(), TaskStopped)


def test_lost_capacity_is_reported_and_is_no_fault(
    staging: Settings, ecs: Stubber, balancer: Stubber
) -> None:
    """A Spot interruption is AWS's doing: what fails after it is still evidence."""
    evidence = begins(staging, ecs)
    are_listed(ecs, "STOPPED", 2)
    are_described(ecs, task(2, "SpotInterruption"))
    assert evidence.look() == Note(
        "task 2 stopped: AWS reclaimed its Spot capacity; ECS starts another one"
    )
    are_listed(ecs, "STOPPED", 2)
    is_target(balancer, 3)
    assert evidence.look() is None


@pytest.mark.parametrize("code", ["ServiceNotFoundException", "ClusterNotFoundException"])
def test_a_service_that_is_not_there_has_no_evidence(
    staging: Settings, ecs: Stubber, code: str
) -> None:
    """Before the first release there is nothing to look at, and after a deletion neither."""
    ecs.add_client_error("list_tasks", code)
    ecs.add_client_error("list_tasks", code)
    assert Evidence(staging, WHERE).known == set()


def logs_to(name: str, group: str) -> dict[str, Any]:
    """Define a container that logs to a group."""
    options = {"awslogs-group": group, "awslogs-stream-prefix": name}
    return {"name": name, "logConfiguration": {"logDriver": "awslogs", "options": options}}


def has_written(logs: Stubber, group: str, stream: str, *lines: str) -> None:
    """Have a stream end with these lines."""
    question = {"logGroupName": group, "logStreamName": stream, "limit": 100}
    answer = {"events": [{"message": line} for line in lines]}
    logs.add_response("get_log_events", answer, {**question, "startFromHead": False})


def test_a_stopped_task_has_the_log_of_the_container_that_failed(
    staging: Settings, ecs: Stubber
) -> None:
    """The proxy logs too, and is named first; the cause is the exception, not the last line."""
    is_defined(ecs, logs_to("proxy", "proxies"), logs_to("web", "shop"))
    containers = [{"name": "proxy", "exitCode": 143}, {"name": "web", "exitCode": 3}]
    lines = ("Traceback (most recent call last):", "  File", "KeyError: 'X'", *["after"] * 50)
    with Stubber(session.client(staging, "logs")) as logs:
        has_written(logs, "shop", "web/web/3", *lines)
        event = diagnose.explain_stop(staging, task(3, containers=containers))
        logs.assert_no_pending_responses()
    assert event.cause == "web exited with code 3: KeyError: 'X'"
    assert event.exit_codes == {"proxy": 143, "web": 3}
    assert event.log == ("after",) * diagnose.SHOWN_LINES


def test_a_task_that_never_ran_has_no_log_to_wait_for(staging: Settings, ecs: Stubber) -> None:
    """No call of CloudWatch Logs; an agent that the template does not name is left out."""
    is_defined(ecs, logs_to("web", "shop"))
    agent = {"name": "aws-guardduty-agent", "reason": "CannotPullContainerError: theirs"}
    containers = [agent, {"name": "web"}]
    reason = "ResourceInitializationError: unable to retrieve secret from asm: denied"
    stopped = task(3, "TaskFailedToStart", stoppedReason=reason, containers=containers)
    event = diagnose.explain_stop(staging, stopped)
    assert event.cause == f"a secret cannot be read: {reason}"
    assert event == TaskStopped("3", reason, {"web": None}, (), event.cause)


def test_a_task_that_is_not_healthy_is_reported_while_it_runs(
    staging: Settings, ecs: Stubber, balancer: Stubber, clock: Clock
) -> None:
    """After 15 s, once for each reason: what the balancer sees, and the log so far."""
    evidence = begins(staging, ecs)
    mismatch = "Target.ResponseCodeMismatch"
    for now in (100.0, 114.0):
        clock.now = now
        are_listed(ecs, "STOPPED", 1)
        is_target(balancer, 3, mismatch)
        assert evidence.look() is None
    clock.now = 115.0
    are_listed(ecs, "STOPPED", 1)
    is_target(balancer, 3, mismatch)
    are_listed(ecs, "RUNNING", 3)
    are_described(ecs, task(3, ""))
    is_defined(ecs)
    what = "GET /health/live answers 500 (Target.ResponseCodeMismatch)"
    assert evidence.look() == TaskUnhealthy("3", what, ())
    assert evidence.summary() == f"{what}\nlog: invoke logs --env staging"
    clock.now = 200.0
    are_listed(ecs, "STOPPED", 1)
    is_target(balancer, 3, mismatch)
    assert evidence.look() is None
    are_listed(ecs, "STOPPED", 1)
    is_target(balancer, 3, "Target.Timeout")
    are_listed(ecs, "RUNNING", 3)
    are_described(ecs, task(3, ""))
    is_defined(ecs)
    assert isinstance(evidence.look(), TaskUnhealthy)


def test_a_stop_for_failed_health_checks_says_what_the_balancer_saw(
    staging: Settings, ecs: Stubber, balancer: Stubber
) -> None:
    """ECS itself says only that the checks failed, and the target is gone by then."""
    evidence = begins(staging, ecs)
    are_listed(ecs, "STOPPED", 1)
    is_target(balancer, 3, "Target.FailedHealthChecks")
    assert evidence.look() is None
    stopped = task(3, "ServiceSchedulerInitiated", stoppedReason=ELB, containers=[])
    are_listed(ecs, "STOPPED", 1, 3)
    are_described(ecs, {**stopped, "lastStatus": "DEACTIVATING"})
    is_defined(ecs)
    event = evidence.look()
    assert isinstance(event, TaskStopped)
    assert event.cause == (
        "the task never became healthy: nothing that speaks HTTP listens on port 8000 "
        "(Target.FailedHealthChecks)"
    )


def test_a_task_of_the_revision_before_is_not_reported(
    staging: Settings, ecs: Stubber, balancer: Stubber, clock: Clock
) -> None:
    """What fails in the old revision is no evidence of the new one, and is asked for once."""
    evidence = begins(staging, ecs, 7)
    are_listed(ecs, "STOPPED", 1)
    is_target(balancer, 7, "Target.Timeout")
    assert evidence.look() is None
    clock.now = 200.0
    are_listed(ecs, "STOPPED", 1)
    is_target(balancer, 7, "Target.Timeout")
    are_listed(ecs, "RUNNING", 7)
    are_described(ecs, task(7, ""))
    assert evidence.look() is None
    are_listed(ecs, "STOPPED", 1)
    is_target(balancer, 7, "Target.Timeout")
    assert evidence.look() is None


def test_an_operation_that_runs_already_is_explained_by_its_own_tasks(
    staging: Settings, ecs: Stubber
) -> None:
    """A command that waits for it comes late: what was made since it began counts, and no more."""
    began = datetime(2026, 1, 1, tzinfo=UTC)
    are_listed(ecs, "RUNNING", 7)
    are_listed(ecs, "STOPPED", 1, 5)
    before, since = began - timedelta(minutes=1), began + timedelta(minutes=1)
    are_described(ecs, task(7, createdAt=before), task(1), task(5, createdAt=since))
    evidence = Evidence(staging, WHERE, began)
    are_listed(ecs, "STOPPED", 1, 5)
    are_described(ecs, task(5))
    is_defined(ecs)
    event = evidence.look()
    assert isinstance(event, TaskStopped)
    assert event.task == "5"
