"""What one sees of an environment: deployed, in use, and never deployed."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from slipway import polling
from slipway.aws import contract
from slipway.cli import recover, show
from slipway.errors import RecoveryNeeded
from slipway.events import Event, Note
from tests.story.revisions import ONE

if TYPE_CHECKING:
    from tests.story.person import Person
    from tests.story.world import World

NEXT = "invoke deploy --env staging"


@pytest.mark.usefixtures("deployed")
def test_the_status_says_what_runs(person: Person) -> None:
    """Stack, revision, rollout, each task, and where it serves."""
    first, revision, rollout, *tasks, url = person.status().screen
    assert first == f"stack {person.world.settings.stack_name}: CREATE_COMPLETE"
    assert revision == f"revision: {ONE}"
    assert "tasks run, 0 failed, COMPLETED" in rollout
    assert tasks
    assert all(line.endswith(", healthy") for line in tasks)
    assert url.startswith("url: http")


@pytest.mark.usefixtures("deployed")
def test_outputs_are_json(person: Person) -> None:
    """For other programs."""
    assert json.loads(person.outputs().returned)["WebURL"].startswith("http")


def test_the_newest_lines_are_shown_as_text(deployed: World, person: Person) -> None:
    """The last ones, of all tasks, and none can drive the terminal."""
    group = contract.outputs(show.deployed(deployed.settings)).log_group
    for number in range(300):
        deployed.logs.write(group, f"web/web/{number % 2}", f"line {number}")
        deployed.clock.advance(0.1)
    deployed.logs.write(group, "web/web/1", "\x1b[2J")
    deployed.clock.advance(60)
    lines = person.logs().screen
    assert len(lines) == 100
    assert lines[-1].endswith(r"\x1b[2J")
    assert not any(line.endswith(" line 1") for line in lines)


def test_following_ends_quietly(
    deployed: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is how one stops to look on: no error, and exit code 0."""
    group = contract.outputs(show.deployed(deployed.settings)).log_group
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        deployed.clock.advance(seconds)
        deployed.logs.write(group, "web/web/1", f"line {len(naps)}")
        if len(naps) > 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(polling, "sleep", nap)
    ended = person.logs(follow=True, lines="1")
    assert ended.code == 0
    assert any(line.endswith("line 2") for line in ended.screen)


def test_the_status_of_nothing_is_a_sentence(person: Person) -> None:
    """Not a state that only a developer knows, and no error."""
    ended = person.status()
    assert ended.code == 0
    assert ended.screen[0].startswith("staging is not deployed yet: there is no stack ")
    assert ended.screen[1].endswith(NEXT)


def test_what_needs_a_deployment_says_that_there_is_none(person: Person) -> None:
    """Exit code 1, and what to type."""
    for task in (person.outputs, person.logs, person.migrate):
        ended = task()
        assert ended.code == 1
        assert ended.message.startswith("error: staging is not deployed yet")
        assert ended.message.endswith(f"next: {NEXT}")


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("CREATE_IN_PROGRESS", "status"),
        ("ROLLBACK_IN_PROGRESS", "status"),
        ("DELETE_IN_PROGRESS", "status"),
        ("ROLLBACK_COMPLETE", "deploy"),
        ("CREATE_FAILED", "deploy"),
    ],
)
def test_a_first_deploy_that_is_not_done_is_no_deployment(
    person: Person, status: str, command: str
) -> None:
    """The stack has no outputs: nothing is missing in the template."""
    person.world.stacks.add(person.world.settings.stack_name).become(status)
    for task in (person.outputs, person.logs, person.migrate, partial(person.migrate, stop=True)):
        message = task().message
        assert f"is {status}: nothing is deployed yet" in message
        assert message.endswith(f"next: invoke {command} --env staging")


@pytest.mark.usefixtures("deployed")
def test_no_migration_to_stop_is_said(person: Person) -> None:
    """`invoke migrate --stop`, which the end of an interrupted migration names."""
    assert person.migrate(stop=True).events == [Note("no migration runs")]


def test_both_stacks_are_looked_at_for_recovery(world: World) -> None:
    """The delivery stack may be the one that is stuck."""
    said: list[Event] = []
    recover.recover(world.settings, said.append)
    delivery, application = world.settings.delivery_stack_name, world.settings.stack_name
    assert said == [
        Note(f"stack {delivery} is CREATE_COMPLETE: there is nothing to recover"),
        Note(f"there is no stack {application}: there is nothing to recover"),
    ]


def test_a_delivery_stack_that_is_stuck_is_freed(deployed: World) -> None:
    """The hint of a deploy leads to something; it takes an administrator."""
    stuck = deployed.stacks.find(deployed.settings.delivery_stack_name)
    stuck.become("UPDATE_ROLLBACK_FAILED", "the reason of AWS")
    with deployed.caller.administrator():
        recover.recover(deployed.settings, lambda _: None)
    assert stuck.status == "UPDATE_ROLLBACK_COMPLETE"


def test_a_stack_that_cannot_be_freed_does_not_hide_the_other(deployed: World) -> None:
    """Both are tried; the first that is still stuck is the error."""
    stuck = deployed.stacks.find(deployed.settings.delivery_stack_name)
    stuck.become("IMPORT_ROLLBACK_FAILED", "the reason of AWS")
    deployed.stack.become("UPDATE_ROLLBACK_FAILED")
    with pytest.raises(RecoveryNeeded, match=stuck.name):
        recover.recover(deployed.settings, lambda _: None)
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
