"""Two people at once: they take turns, and a newer revision is not replaced by an older one."""

from collections.abc import Callable

import pytest

from tests.story import disturbances
from tests.story.applications import Application, Migration
from tests.story.person import Outcome, Person
from tests.story.revisions import ONE, THREE, TWO
from tests.story.world import World

EXECUTE = "cloudformation.ExecuteChangeSet"
PROPOSE = "cloudformation.CreateChangeSet"


@pytest.fixture
def colleague(world: World) -> Person:
    """Somebody else with the same rights."""
    return Person(world)


def meanwhile(act: Callable[[], Outcome]) -> tuple[Callable[[], None], list[Outcome]]:
    """Return an act for the script, and the list that its outcome will be in."""
    outcomes: list[Outcome] = []
    return lambda: outcomes.append(act()), outcomes


def test_an_update_of_another_is_waited_for(
    world: World, person: Person, colleague: Person
) -> None:
    """CloudFormation is the lock: what it is doing ends first, and then it is our turn."""
    person.has_deployed(person.push(ONE))
    colleague.push(TWO)
    world.stacks.update(world.stack, WebAppRevision=TWO)
    three = person.push(THREE)
    done = person.deploy(three)
    assert (done.code, done.proven) == (0, True)
    assert world.stack.updates == [ONE, TWO, THREE]
    assert world.serving() == {three.digest}


@pytest.mark.parametrize("moment", [PROPOSE, "cloudformation.DescribeChangeSet", EXECUTE])
def test_an_update_that_begins_between_two_calls_is_waited_for(
    world: World, person: Person, colleague: Person, moment: str
) -> None:
    """What AWS refuses on a busy stack is tried again; the migration runs once."""
    person.has_deployed(person.push(ONE))
    two, three = colleague.push(TWO), person.push(THREE)
    world.script.before(moment, lambda: world.stacks.update(world.stack, WebAppRevision=TWO))
    done = person.deploy(three)
    assert (done.code, done.proven) == (0, True)
    assert world.stack.updates == [ONE, TWO, THREE]
    assert world.database.applied.count(three.digest) == 1
    assert two.digest not in world.serving()


def test_an_update_that_ended_between_two_calls_is_looked_at_again(
    world: World, person: Person, colleague: Person
) -> None:
    """The change set is worked out again from what the stack is now."""
    person.has_deployed(person.push(ONE))
    two, three = colleague.push(TWO), person.push(THREE)
    act, outcomes = meanwhile(lambda: colleague.deploy(two))
    world.script.before(EXECUTE, act)
    done = person.deploy(three)
    assert (done.code, done.proven) == (0, True)
    assert [each.code for each in outcomes] == [0]
    assert world.stack.updates == [ONE, TWO, THREE]
    assert world.database.applied.count(three.digest) == 1


@pytest.mark.parametrize("moment", [PROPOSE, "ecs.RunTask", "ecs.DescribeTasks", EXECUTE])
def test_a_newer_revision_that_comes_meanwhile_is_not_replaced(
    world: World, person: Person, colleague: Person, moment: str
) -> None:
    """The older deploy asks again after its migration, and is refused."""
    person.has_deployed(person.push(ONE))
    two, three = person.push(TWO), colleague.push(THREE)
    act, outcomes = meanwhile(lambda: colleague.deploy(three))
    world.script.before(moment, act, nth=1)
    refused = person.deploy(two)
    assert [each.code for each in outcomes] == [0]
    assert refused.code == 4
    assert "--allow-older" in refused.message
    assert world.stack.updates == [ONE, THREE]
    assert world.serving() == {three.digest}


def test_two_deploys_of_the_same_revision_migrate_once(
    world: World, person: Person, colleague: Person
) -> None:
    """The second finds the migration of the first, and then nothing to change."""
    person.has_deployed(person.push(ONE))
    two = person.push(TWO)
    act, outcomes = meanwhile(lambda: colleague.deploy(two))
    world.script.after("ecs.RunTask", act)
    done = person.deploy(two)
    assert done.code == 0
    assert [each.code for each in outcomes] == [0]
    assert world.stack.updates == [ONE, TWO]
    assert world.database.applied.count(two.digest) == 1
    assert world.database.most_at_once == 1


def test_a_migration_of_another_revision_is_waited_for(
    world: World, person: Person, colleague: Person
) -> None:
    """Two migrations never run at once."""
    person.has_deployed(person.push(ONE))
    two, three = colleague.push(TWO), person.push(THREE)
    act, outcomes = meanwhile(lambda: colleague.deploy(three))
    world.script.after("ecs.RunTask", act)
    person.deploy(two)
    assert [each.code for each in outcomes] == [0]
    assert world.database.most_at_once == 1
    assert world.serving() == {three.digest}


@pytest.mark.parametrize("moment", ["ecs.RegisterTaskDefinition", "ecs.RunTask"])
def test_two_migrations_that_start_at_the_same_moment_do_not_run_at_once(
    deployed: World, person: Person, colleague: Person, moment: str
) -> None:
    """Both have looked and seen none; the younger one stops before it runs, and waits."""
    two = person.push(TWO)
    three = colleague.push(THREE, Application(migration=Migration(seconds=20.0)))

    def start_a_migration_and_die() -> None:
        deployed.script.after("ecs.RunTask", disturbances.kill)
        colleague.deploy(three)

    deployed.script.before(moment, start_a_migration_and_die)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.database.most_at_once == 1
    assert deployed.database.applied[1:] == [three.digest, two.digest]


def test_a_hopeless_release_of_another_ends_before_ours_begins(
    world: World, person: Person, colleague: Person
) -> None:
    """What crashes is rolled back, and our revision replaces the one that serves."""
    person.has_deployed(person.push(ONE))
    colleague.push(TWO, Application(exits=3))
    world.stacks.update(world.stack, WebAppRevision=TWO)
    three = person.push(THREE)
    assert person.deploy(three).code == 0
    assert world.serving() == {three.digest}


def test_a_stack_that_is_deleted_meanwhile_is_not_recreated_unnoticed(
    world: World, person: Person
) -> None:
    """Whatever it ends with, it is no success while nothing serves."""
    person.has_deployed(person.push(ONE))
    stack = world.stack
    two = person.push(TWO)
    world.script.after("ecs.RunTask", lambda: world.stacks.delete(stack))
    done = person.deploy(two)
    assert done.proven == (world.serving() == {two.digest})
    assert (done.code == 0) == done.proven


def test_the_migration_of_a_killed_deploy_is_found_again(world: World, person: Person) -> None:
    """It goes on without its command; the next one follows it, and starts none beside it."""
    person.has_deployed(person.push(ONE))
    two = person.push(TWO, Application(migration=Migration(seconds=30.0)))
    world.script.after("ecs.RunTask", disturbances.kill)
    person.deploy(two)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert world.database.applied.count(two.digest) == 1
    assert world.database.most_at_once == 1


@pytest.mark.parametrize(
    "moment", [PROPOSE, "cloudformation.DescribeChangeSet", EXECUTE, "ecs.RunTask"]
)
def test_two_first_deploys_at_once_end_with_the_newer_one(
    world: World, person: Person, colleague: Person, moment: str
) -> None:
    """Both would create the stack; one does, and the older revision gives way."""
    one, two = person.push(ONE), colleague.push(TWO)
    act, outcomes = meanwhile(lambda: colleague.deploy(two))
    world.script.before(moment, act)
    done = person.deploy(one)
    assert [each.code for each in outcomes] == [0]
    assert done.code == 4
    assert world.serving() == {two.digest}
    assert world.database.most_at_once == 1


@pytest.mark.parametrize("moment", [PROPOSE, EXECUTE])
@pytest.mark.parametrize("seconds", [0.0, 10.0])
def test_a_stack_that_is_deleted_between_two_calls_is_created(
    deployed: World, person: Person, moment: str, seconds: float
) -> None:
    """The deletion has begun or ended; then it is a first deploy."""
    old, two = deployed.stack, person.push(TWO)

    def delete() -> None:
        deployed.stacks.delete(old)
        deployed.clock.advance(seconds)

    deployed.script.before(moment, delete)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.stack is not old
    assert deployed.serving() == {two.digest}


def test_a_deletion_that_cannot_be_seen_yet_is_waited_for(deployed: World, person: Person) -> None:
    """DescribeStacks has the earlier state for a while, and CloudFormation refuses the change."""
    deployed.stacks.stale_seconds = 12.0
    deployed.stacks.delete(deployed.stack)
    two = person.push(TWO)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.serving() == {two.digest}


def test_a_delivery_stack_that_is_being_made_is_waited_for(world: World, person: Person) -> None:
    """Without its outputs, the deploy would not use its role."""
    assert person.bootstrap().code == 0
    delivery = world.stacks.find(world.settings.delivery_stack_name)
    status = delivery.status
    delivery.become("UPDATE_IN_PROGRESS")
    world.script.before("sleep", lambda: delivery.become(status), nth=2)
    done = person.deploy(person.push(ONE))
    assert done.code == 0
    assert "waiting for its outputs" in done.text()
