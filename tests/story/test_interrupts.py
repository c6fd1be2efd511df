"""Ctrl-C and kill at any moment: what is said, what goes on, and that a second run converges."""

import pytest

from tests.story import disturbances
from tests.story.applications import Application, Migration
from tests.story.person import Person
from tests.story.revisions import ONE, TWO
from tests.story.world import World


def traces(world: World) -> tuple[list[str], list[str]]:
    """Return the change sets that wait, and the active task definitions of no stack."""
    waiting = [
        each.name
        for each in world.cloudformation.change_sets.values()
        if each.execution == "AVAILABLE"
    ]
    owned = {each.physical for each in world.stack.now.resources.values()}
    active = [
        arn
        for arn, each in world.task_definitions.by_arn.items()
        if each["status"] == "ACTIVE" and arn not in owned
    ]
    return waiting, active


def test_an_interrupted_release_goes_on_and_says_so(deployed: World, person: Person) -> None:
    """Exit code 130; the same command again attaches to it, and proves it."""
    two = person.push(TWO)
    deployed.script.after(
        "cloudformation.ExecuteChangeSet",
        lambda: deployed.script.before("sleep", disturbances.interrupt, nth=2),
    )
    left = person.deploy(two)
    assert left.code == 130
    assert "goes on" in left.message
    assert "invoke cancel --env staging" in left.message
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.stack.updates == [ONE, TWO]
    assert deployed.database.applied.count(two.digest) == 1


def test_an_interrupted_migration_goes_on_and_says_so(deployed: World, person: Person) -> None:
    """Exit code 130; the same command again follows the same task."""
    two = person.push(TWO, Application(migration=Migration(seconds=30.0)))
    deployed.script.after(
        "ecs.RunTask", lambda: deployed.script.before("sleep", disturbances.interrupt, nth=3)
    )
    left = person.deploy(two)
    assert left.code == 130
    assert "runs" in left.message or "running" in left.message
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.database.applied.count(two.digest) == 1
    assert deployed.database.most_at_once == 1
    assert len(deployed.one_off_tasks()) == 2


@pytest.mark.parametrize("act", [disturbances.interrupt, disturbances.kill])
@pytest.mark.parametrize("nth", range(1, 74, 8))
def test_a_second_run_converges_and_leaves_nothing_behind(
    deployed: World, person: Person, nth: int, act: disturbances.Act
) -> None:
    """Whatever call the first one got to: one migration, one update, no trace."""
    two = person.push(TWO)
    deployed.script.before("*", act, nth=nth)
    person.deploy(two)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True), done.text()
    assert deployed.serving() == {two.digest}
    assert deployed.database.applied.count(two.digest) == 1
    assert deployed.database.most_at_once == 1
    assert traces(deployed) == ([], [])


def test_a_first_deploy_that_is_killed_is_finished_by_the_second(
    world: World, person: Person
) -> None:
    """While its infrastructure is created, which goes on without it."""
    one = person.push(ONE)
    world.script.after("cloudformation.ExecuteChangeSet", disturbances.kill)
    person.deploy(one)
    done = person.deploy(one)
    assert (done.code, done.proven) == (0, True)
    assert world.serving() == {one.digest}
