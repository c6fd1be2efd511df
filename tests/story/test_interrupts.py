"""Ctrl-C and kill at any moment: what is said, what goes on, and that a second run converges."""

import pytest

from slipway.aws import change_set
from tests.story import disturbances
from tests.story.applications import Application, Migration
from tests.story.person import INTERRUPTED, KILLED, Person
from tests.story.revisions import ONE, THREE, TWO, writes
from tests.story.world import World


def waiting_change_sets(world: World) -> list[str]:
    """Return the change sets that nobody has executed."""
    change_sets = world.change_sets.by_id.values()
    return [each.name for each in change_sets if each.execution == "AVAILABLE"]


def foreign_definitions(world: World) -> list[str]:
    """Return the active task definitions that are not the stack's."""
    owned = {each.physical for each in world.stack.now.resources.values()}
    definitions = world.task_definitions.by_arn.items()
    return [arn for arn, each in definitions if each["status"] == "ACTIVE" and arn not in owned]


def test_an_interrupted_release_goes_on_and_says_so(deployed: World, person: Person) -> None:
    """Exit code 130; the same command again attaches to it, and proves it."""
    two = person.push(TWO)
    deployed.script.after(
        "cloudformation.ExecuteChangeSet",
        lambda: deployed.script.before("sleep", disturbances.interrupt, nth=2),
    )
    left = person.deploy(two)
    assert left.code == INTERRUPTED
    assert "goes on" in left.message
    assert "invoke cancel --env staging" in left.message
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.stack.updates == [ONE, TWO]
    assert deployed.database.applied.count(two.digest) == 1


@pytest.mark.parametrize("call", ["cloudformation.ExecuteChangeSet", "ecs.RunTask"])
def test_who_leaves_while_a_call_is_under_way_hears_that_it_may_go_on(
    deployed: World, person: Person, call: str
) -> None:
    """AWS has taken it, and the answer has not arrived."""
    two = person.push(TWO)
    deployed.script.after(call, disturbances.interrupt)
    left = person.deploy(two)
    assert left.code == INTERRUPTED
    assert "may" in left.message
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.stack.updates == [ONE, TWO]
    assert deployed.database.applied.count(two.digest) == 1


def test_a_release_that_was_left_can_be_cancelled(deployed: World, person: Person) -> None:
    """The previous revision serves, and the update is rolled back to its end."""
    two = person.push(TWO, Application(live=500))
    deployed.script.after(
        "cloudformation.ExecuteChangeSet",
        lambda: deployed.script.before("sleep", disturbances.interrupt, nth=4),
    )
    assert person.deploy(two).code == INTERRUPTED
    assert person.cancel().code == 0
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert deployed.stack.now.values["WebAppRevision"] == ONE
    assert two.digest not in deployed.serving()


def test_there_is_nothing_to_cancel_in_a_stack_at_rest(deployed: World, person: Person) -> None:
    """Exit code 0, and no call writes."""
    before = len(deployed.calls)
    assert person.cancel().code == 0
    assert writes(deployed.calls[before:]) == []


def test_an_interrupted_migration_goes_on_and_says_so(deployed: World, person: Person) -> None:
    """Exit code 130; the same command again follows the same task."""
    two = person.push(TWO, Application(migration=Migration(seconds=30.0)))
    deployed.script.after(
        "ecs.RunTask", lambda: deployed.script.before("sleep", disturbances.interrupt, nth=3)
    )
    left = person.deploy(two)
    assert left.code == INTERRUPTED
    assert "runs" in left.message or "running" in left.message
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.database.applied.count(two.digest) == 1
    assert deployed.database.most_at_once == 1
    assert len(deployed.one_off_tasks()) == 1


def test_a_migration_that_nobody_follows_can_be_stopped(deployed: World, person: Person) -> None:
    """It hangs, and its deploy was killed; then another revision migrates and serves."""
    hanging = Application(migration=Migration(seconds=10_000.0))
    deployed.script.after("ecs.RunTask", disturbances.kill)
    assert person.deploy(person.push(TWO, hanging)).code == KILLED
    deployed.clock.advance(10)
    assert person.migrate(stop=True).code == 0
    three = person.push(THREE)
    done = person.deploy(three)
    assert (done.code, done.proven) == (0, True)
    assert deployed.database.applied[-1] == three.digest
    assert deployed.database.most_at_once == 1


def test_who_waits_for_another_can_leave(deployed: World, person: Person) -> None:
    """Exit code 130; the other's update goes on, and nothing of ours has begun."""
    person.push(TWO)
    deployed.stacks.update(deployed.stack, WebAppRevision=TWO)
    before = len(deployed.calls)
    deployed.script.before("sleep", disturbances.interrupt, nth=2)
    left = person.deploy(person.push(THREE))
    assert left.code == INTERRUPTED
    assert writes(deployed.calls[before:]) == []
    deployed.clock.advance(60)
    assert deployed.stack.now.values["WebAppRevision"] == TWO


@pytest.mark.parametrize(
    ("nth", "act"),
    [(nth, disturbances.kill) for nth in range(1, 76, 10)]
    + [(nth, disturbances.interrupt) for nth in range(6, 76, 16)],
)
def test_a_second_run_converges(
    deployed: World, person: Person, nth: int, act: disturbances.Act
) -> None:
    """Whatever call the first one got to: one update, one migration at a time, no change set."""
    two = person.push(TWO)
    deployed.script.before("*", act, nth=nth)
    assert person.deploy(two).code in {INTERRUPTED, KILLED}
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.serving() == {two.digest}
    assert deployed.stack.updates == [ONE, TWO]
    assert deployed.database.most_at_once == 1
    assert waiting_change_sets(deployed) == []


def test_a_task_definition_of_a_killed_run_is_removed_by_a_later_one(
    deployed: World, person: Person
) -> None:
    """It was registered for a migration that nobody started."""
    two = person.push(TWO)
    deployed.script.before("ecs.RunTask", disturbances.kill)
    person.deploy(two)
    assert len(foreign_definitions(deployed)) == 1
    deployed.clock.advance(1000)
    assert person.deploy(two).code == 0
    assert foreign_definitions(deployed) == []


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


@pytest.mark.parametrize(
    ("call", "nth"),
    [
        ("cloudformation.CreateChangeSet", 1),
        ("cloudformation.DescribeChangeSet", 1),
        ("cloudformation.DescribeChangeSet", 2),
    ],
)
def test_who_leaves_while_a_change_set_is_worked_out_leaves_none(
    deployed: World, person: Person, call: str, nth: int
) -> None:
    """Also when CloudFormation has created it, and its answer has not arrived."""
    two = person.push(TWO)
    deployed.script.after(call, disturbances.interrupt, nth=nth)
    assert person.deploy(two).code == INTERRUPTED
    assert deployed.change_sets.by_id == {}


def test_a_change_set_that_is_never_worked_out_is_deleted(
    deployed: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1; nothing waits in the account for somebody to execute it."""
    monkeypatch.setattr(change_set, "PROPOSE_SECONDS", 0)
    failed = person.deploy(person.push(TWO))
    assert failed.code == 1
    assert "is not ready after" in failed.message
    assert deployed.change_sets.by_id == {}
