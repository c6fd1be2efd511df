"""Every status that a stack can be found in, and what a deploy does about it."""

import pytest

from slipway.aws.stack_status import State, Step
from slipway.events import StageStarted
from tests.story.person import Person
from tests.story.revisions import ONE, TWO, writes
from tests.story.world import World

IDLE = {Step.UPDATE, Step.CREATE, Step.REPLACE, Step.RECOVER}
STATES = [state for state in State if state.meaning.step in IDLE]
BUSY = [state for state in State if state.meaning.step is Step.WAIT]


def stacks_with(step: Step) -> list[State]:
    """List the states in which a deploy does this."""
    return [state for state in State if state.meaning.step is step]


@pytest.mark.parametrize("state", stacks_with(Step.UPDATE))
def test_a_stack_that_takes_an_update_gets_one(
    deployed: World, person: Person, state: State
) -> None:
    """Also after a rollback or an import."""
    deployed.stack.become(state.status)
    two = person.push(TWO)
    assert person.deploy(two).code == 0
    assert deployed.serving() == {two.digest}


@pytest.mark.parametrize("state", stacks_with(Step.REPLACE))
def test_a_creation_that_failed_is_deleted_and_begun_again(
    deployed: World, person: Person, state: State
) -> None:
    """CloudFormation takes no update of it."""
    failed = deployed.stack
    deployed.rds.unprotect()
    failed.become(state.status)
    two = person.push(TWO)
    assert person.deploy(two).code == 0
    assert failed.status == "DELETE_COMPLETE"
    assert deployed.stack is not failed
    assert deployed.serving() == {two.digest}


@pytest.mark.parametrize("state", stacks_with(Step.RECOVER))
def test_a_stack_that_is_stuck_is_not_touched(
    deployed: World, person: Person, state: State
) -> None:
    """Exit code 3, and the command that frees it."""
    deployed.stack.become(state.status, "the reason of AWS")
    before = len(deployed.calls)
    done = person.deploy(person.push(TWO))
    assert done.code == 3
    assert "the reason of AWS" in done.message
    assert "invoke recover --env staging" in done.message
    assert writes(deployed.calls[before:]) == []


@pytest.mark.parametrize("state", stacks_with(Step.CREATE))
def test_a_stack_without_resources_is_created(world: World, person: Person, state: State) -> None:
    """A deleted one is as good as none; one of change sets alone is created by ours."""
    world.stacks.add(world.settings.stack_name).status = state.status
    one = person.push(ONE)
    assert person.deploy(one).code == 0
    assert world.serving() == {one.digest}


@pytest.mark.parametrize("state", BUSY)
def test_a_stack_that_changes_is_waited_for(deployed: World, person: Person, state: State) -> None:
    """What serves then is what was wanted, so that nothing is left to do."""
    stack = deployed.stack
    stack.become(state.status)
    deployed.script.before("sleep", lambda: stack.become("UPDATE_COMPLETE"), nth=5)
    before = len(deployed.calls)
    done = person.deploy(person.push(ONE))
    assert (done.code, done.proven) == (0, True)
    # A stage has a clock or a heartbeat: the wait may be long.
    assert StageStarted("wait") in done.events
    assert stack.status == "UPDATE_COMPLETE"
    assert writes(deployed.calls[before:]) == []


def test_every_state_has_its_story() -> None:
    """A status that is added to the table gets a story by the step that it has."""
    assert sorted(each.status for each in [*STATES, *BUSY]) == sorted(each.status for each in State)


@pytest.mark.parametrize("stale", [0.0, 6.0])
def test_a_rollback_that_is_stuck_is_finished_by_recover(
    deployed: World, person: Person, stale: float
) -> None:
    """Also when DescribeStacks has the earlier state for a while; then a deploy goes on."""
    deployed.stacks.stale_seconds = stale
    deployed.stack.become("UPDATE_ROLLBACK_FAILED", "the reason of AWS")
    assert person.recover().code == 0
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    two = person.push(TWO)
    assert person.deploy(two).code == 0
    assert deployed.serving() == {two.digest}


def test_a_rollback_that_gets_stuck_again_needs_recover_again(
    deployed: World, person: Person
) -> None:
    """Exit code 3 and the reason."""
    deployed.stack.become("UPDATE_ROLLBACK_FAILED", "the first reason")
    name = deployed.settings.stack_name
    deployed.stacks.operations.failing_rollbacks[name] = "the second reason"
    done = person.recover()
    assert done.code == 3
    assert "the second reason" in done.text()


@pytest.mark.parametrize("stale", [0.0, 6.0])
def test_a_deletion_that_is_stuck_is_finished_by_recover(
    deployed: World, person: Person, stale: float
) -> None:
    """Then the next deploy creates the stack."""
    deployed.stacks.stale_seconds = stale
    deployed.rds.unprotect()
    deployed.stack.become("DELETE_FAILED", "the bucket is not empty")
    assert person.recover().code == 0
    assert deployed.stack.status == "DELETE_COMPLETE"


def test_a_delivery_stack_that_is_stuck_is_freed_too(deployed: World, person: Person) -> None:
    """By the same command: its role makes the changes of the application stack."""
    deployed.ecr.repositories.clear()
    assert person.bootstrap().code == 0
    delivery = deployed.stacks.find(deployed.settings.delivery_stack_name)
    delivery.become("UPDATE_ROLLBACK_FAILED", "the reason of AWS")
    with deployed.caller.administrator():
        assert person.recover().code == 0
    assert delivery.status == "UPDATE_ROLLBACK_COMPLETE"


def test_there_is_nothing_to_recover_in_a_healthy_stack(deployed: World, person: Person) -> None:
    """Exit code 0, and no call writes."""
    before = len(deployed.calls)
    assert person.recover().code == 0
    assert writes(deployed.calls[before:]) == []


def test_a_failed_update_whose_rollback_fails_needs_recover(
    deployed: World, person: Person
) -> None:
    """Exit code 3 from the deploy that met it; recover and the next revision go on."""
    from tests.story.applications import Application

    name = deployed.settings.stack_name
    deployed.stacks.operations.failing_rollbacks[name] = "the service did not stabilize"
    stuck = person.deploy(person.push(TWO, Application(exits=3)))
    assert stuck.code == 3
    assert "the service did not stabilize" in stuck.text()
    assert person.recover().code == 0
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"


@pytest.mark.parametrize("stale", [0.0, 6.0])
def test_an_infrastructure_that_fails_is_explained_and_made_again(
    world: World, person: Person, stale: float
) -> None:
    """The first error is the resource's own reason; typing the command again starts afresh."""
    world.stacks.stale_seconds = stale
    world.stacks.resources.failing["Database"] = "the quota of DB instances is exceeded"
    one = person.push(ONE)
    failed = person.deploy(one)
    assert failed.code == 1
    assert "the quota of DB instances is exceeded" in failed.message
    assert world.database.applied == []
    assert person.deploy(one).code == 0
    assert world.serving() == {one.digest}


def test_who_may_not_free_the_delivery_stack_frees_the_other(
    deployed: World, person: Person
) -> None:
    """A job may free its application stack; the delivery stack needs an administrator."""
    delivery = deployed.stacks.find(deployed.settings.delivery_stack_name)
    for stack in (delivery, deployed.stack):
        stack.become("UPDATE_ROLLBACK_FAILED", "the reason of AWS")
    done = person.recover()
    assert done.code == 3
    assert "with an administrator's credentials: invoke recover" in done.message
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert delivery.status == "UPDATE_ROLLBACK_FAILED"
    assert {each.action for each in deployed.caller.denied} == {
        "cloudformation:DescribeStackEvents"
    }
    deployed.caller.denied.clear()
