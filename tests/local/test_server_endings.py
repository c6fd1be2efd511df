"""How a task's end is noticed, what is removed, and when the next task may start."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from typing import Any

import pytest


def state(status: str, code: int = 0, *, killed: bool = False) -> dict[str, Any]:
    """Docker's description of a container, as far as it matters."""
    return {"State": {"Status": status, "ExitCode": code, "OOMKilled": killed}}


@pytest.fixture
def docker(ministack: dict[str, Any]) -> Any:
    """An engine with three containers; any other is gone."""
    known = {
        "runs": state("running"),
        "exited": state("exited", 7),
        "killed": state("exited", 137, killed=True),
    }

    class Containers:
        def get(self, name: str) -> Any:
            if name == "hangs":
                raise ministack["errors"].DockerException
            if name not in known:
                raise ministack["errors"].NotFound
            return type("Container", (), {"attrs": known[name]})

    return type("Docker", (), {"containers": Containers()})()


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ("runs", None),
        ("exited", (7, "")),
        ("killed", (137, "OutOfMemoryError: Container killed due to memory usage")),
        ("gone", (137, "the container is gone")),
        ("hangs", None),
    ],
)
def test_a_container_s_end_is_told_from_its_absence(
    parts: dict[str, Any], docker: Any, container: str, expected: tuple[int, str] | None
) -> None:
    """An engine that does not answer is no evidence of an end."""
    found = parts["server_endings"].look(docker, container)
    assert (found and (found.code, found.reason)) == expected


@pytest.mark.parametrize(
    ("containers", "essentials", "over"),
    [
        (["runs"], [True], False),
        (["exited"], [True], True),
        (["gone"], [True], True),
        (["runs", "exited"], [True, False], False),
        (["runs", "exited"], [True, True], True),
        (["exited", "exited"], [False, False], True),
        (["runs", "exited"], [], True),
        (["hangs"], [True], False),
        ([], [], False),
    ],
)
def test_a_task_is_over_with_its_essential_container(
    parts: dict[str, Any],
    docker: Any,
    containers: list[str],
    essentials: list[bool],
    over: bool,  # noqa: FBT001
) -> None:
    """Or with all of them."""
    listed: list[dict[str, Any]] = [{} for _ in containers]
    task = {"_docker_ids": containers, "_container_essentials": essentials, "containers": listed}

    assert bool(parts["server_endings"].ends_of(task, docker)) is over


def test_a_container_that_is_gone_stops_its_task(
    parts: dict[str, Any], ministack: dict[str, Any], docker: Any
) -> None:
    """With a reason on the container; the containers that are left are removed."""
    ecs, cleaned = ministack["ecs"], []
    ecs._mark_task_stopped = lambda *given, **named: (given, named)
    ecs._cleanup_task_resources = lambda *given: cleaned.append(given)
    ecs._get_docker = lambda: docker
    task = {
        "taskArn": "arn",
        "lastStatus": "RUNNING",
        "_docker_ids": ["gone"],
        "containers": [{"lastStatus": "RUNNING"}],
    }

    parts["server_endings"].notice_ends()
    ecs._maybe_mark_stopped(task)

    assert cleaned == [(task, None)]
    (container,) = task["containers"]
    assert container == {
        "lastStatus": "STOPPED",
        "exitCode": 137,
        "reason": "the container is gone",
    }


def test_what_ended_by_itself_is_removed_too(
    parts: dict[str, Any], ministack: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """MiniStack would keep it, with its volumes, for minutes."""
    ecs, removed = ministack["ecs"], []
    ecs._cleanup_task_resources = lambda task, *_: task.update(_docker_ids=[])
    ecs._get_docker = lambda: "docker"
    ecs._remove_docker_container = lambda *given: removed.append(given)
    monkeypatch.setattr(parts["server_endings"], "LOG_SECONDS", 0)

    parts["server_endings"].remove_what_ended()
    ecs._cleanup_task_resources({"_docker_ids": ["1", "2"]}, None)
    ecs._cleanup_task_resources({"_docker_ids": ["3"]}, "docker")

    assert removed == [("docker", "1"), ("docker", "2")]


def test_pauses_grow_to_27_minutes(parts: dict[str, Any]) -> None:
    """A circuit breaker of the default size sees its three failures without one."""
    pause = parts["server_endings"].pause
    assert [pause(ends) for ends in range(1, 9)] == [0, 0, 0, 2, 4, 8, 16, 32]
    assert pause(50) == pause(5000) == 27 * 60


def test_each_deployment_has_pauses_of_its_own(parts: dict[str, Any]) -> None:
    """A new one starts at once; a task that ran for long ends the count."""
    now = [100.0]
    backoff = parts["server_endings"].Backoff(clock=lambda: now[0])

    assert [backoff.note("bad", 1.0) for _ in range(5)] == [0, 0, 0, 2, 4]
    assert (backoff.seconds_left("bad"), backoff.seconds_left("new")) == (4, 0)
    now[0] += 4
    assert backoff.seconds_left("bad") == 0
    assert backoff.note("bad", 120.0) == 0


def test_a_service_starts_no_task_in_a_pause(
    parts: dict[str, Any], ministack: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked after again when the pause is over; a one-off task does not wait."""
    started: list[dict[str, Any]] = []
    reconciled: list[tuple[str, str]] = []
    slept: list[float] = []
    ecs, endings = ministack["ecs"], parts["server_endings"]
    ecs._run_task = started.append
    ecs._record_service_task_failure = lambda _: None
    ecs._reconcile_service_tasks = lambda *given: reconciled.append(given)
    ecs._cluster_name_from_arn = lambda arn: arn
    ecs._services = {}
    ecs.json_response = lambda answer: answer
    monkeypatch.setattr(endings.time, "sleep", slept.append)
    backoff = endings.Backoff(clock=lambda: 0.0)
    task = {"_deployment_id": "d", "clusterArn": "c", "group": "service:web"}
    service = {"_deploymentId": "d", "cluster": "c", "group": "service:web"}

    endings.back_off(backoff)
    for _ in range(3):
        ecs._record_service_task_failure(task)
    ecs._run_task(service)
    ecs._record_service_task_failure(task)
    answer = ecs._run_task(service)
    ecs._run_task({"cluster": "c"})

    assert answer == {"tasks": [], "failures": []}
    assert started == [service, {"cluster": "c"}]
    assert (slept, reconciled) == ([2.0], [("c", "c/web")])


def test_a_service_that_cannot_start_says_so_once(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """In ECS's words, among the service's events."""
    ecs, endings = ministack["ecs"], parts["server_endings"]
    ecs._cluster_name_from_arn = lambda _: "c"
    ecs._services = {"c/web": {"events": []}}
    ecs._record_service_task_failure = lambda _: None
    ecs._run_task = None
    ecs.new_uuid = ecs._iso = lambda: ""
    task = {"_deployment_id": "d", "clusterArn": "c", "group": "service:web"}

    endings.back_off(endings.Backoff(clock=lambda: 0.0))
    for _ in range(9):
        ecs._record_service_task_failure(task)

    (event,) = ecs._services["c/web"]["events"]
    assert event["message"] == "(service web) is unable to consistently start tasks successfully."
