"""How a task's end is noticed, and what is removed."""

from typing import Any

import pytest

from slipway.emulator import endings
from tests.emulator.account import Account, definition, tasks, until
from tests.emulator.engine import Engine


@pytest.fixture
def known(engine: Engine) -> dict[str, str]:
    """The ids of three containers of the engine; any other is gone."""
    return {
        "runs": engine.run("runs"),
        "exited": engine.run("exited", "exited", code=7),
        "killed": engine.run("killed", "exited", code=137, killed=True),
    }


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ("runs", None),
        ("exited", (7, "")),
        ("killed", (137, "OutOfMemoryError: Container killed due to memory usage")),
        ("gone", (137, "the container is gone")),
    ],
)
def test_a_container_s_end_is_told_from_its_absence(
    engine: Engine, known: dict[str, str], container: str, expected: tuple[int, str] | None
) -> None:
    """An engine that does not answer is no evidence of an end."""
    own = known.get(container, container)

    found = endings.look(engine.client(), own)
    engine.hangs = True

    assert (found and (found.code, found.reason)) == expected
    assert endings.look(engine.client(), own) is None


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
        ([], [], False),
    ],
)
def test_a_task_is_over_with_its_essential_container(
    engine: Engine,
    known: dict[str, str],
    containers: list[str],
    essentials: list[bool],
    over: bool,  # noqa: FBT001
) -> None:
    """Or with all of them."""
    listed: list[dict[str, Any]] = [{} for _ in containers]
    ids = [known.get(each, each) for each in containers]
    task = {"_docker_ids": ids, "_container_essentials": essentials, "containers": listed}

    assert bool(endings.ends_of(task, engine.client())) is over


def run_task(account: Account, **container: Any) -> None:
    """Start a one-off task."""
    ecs = account.client("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(**definition(**container))
    ecs.run_task(cluster="c", taskDefinition="web", launchType="FARGATE")


def started(account: Account, engine: Engine) -> str:
    """Wait until the task is RUNNING, and return its container's id."""
    until(lambda: [each["lastStatus"] for each in tasks(account)] == ["RUNNING"])
    (own,) = [key for key, each in engine.containers.items() if each.name.endswith("-web")]
    return own


def test_a_container_that_is_gone_stops_its_task(account: Account, engine: Engine) -> None:
    """With a reason on the container; MiniStack would take it for running."""
    run_task(account)
    del engine.containers[started(account, engine)]

    (task,) = until(lambda: tasks(account, "STOPPED"))
    (container,) = task["containers"]

    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "EssentialContainerExited")
    assert (container["lastStatus"], container["exitCode"]) == ("STOPPED", 137)
    assert container["reason"] == "the container is gone"


def test_a_task_outlives_an_engine_that_does_not_answer(account: Account, engine: Engine) -> None:
    """It is RUNNING until the engine says otherwise, and then has its container's exit code."""
    run_task(account)
    own = started(account, engine)
    engine.hangs = True
    engine.end(own, 3)
    (task,) = tasks(account)
    assert task["lastStatus"] == "RUNNING"

    engine.hangs = False

    (task,) = until(lambda: tasks(account, "STOPPED"))
    assert [each["exitCode"] for each in task["containers"]] == [3]


def test_what_ended_by_itself_is_removed_too(account: Account, engine: Engine) -> None:
    """MiniStack would keep it, with its volumes, for minutes."""
    run_task(account)
    own = started(account, engine)

    engine.end(own, 0)

    until(lambda: own not in engine.containers)
    (removal,) = [each for each in engine.asked if each.method == "DELETE"]
    assert removal.query["v"] == ["True"]
