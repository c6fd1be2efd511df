"""How a task's end is noticed, and what is removed."""
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
    found = parts["endings"].look(docker, container)
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

    assert bool(parts["endings"].ends_of(task, docker)) is over


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

    parts["endings"].notice_ends()
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
    monkeypatch.setattr(parts["endings"], "LOG_SECONDS", 0)

    parts["endings"].remove_what_ended()
    ecs._cleanup_task_resources({"_docker_ids": ["1", "2"]}, None)
    ecs._cleanup_task_resources({"_docker_ids": ["3"]}, "docker")

    assert removed == [("docker", "1"), ("docker", "2")]
