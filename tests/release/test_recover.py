"""The way out of the states in which a stack takes no update."""

import pytest
from botocore.stub import Stubber

from pipeline.errors import RecoveryNeeded
from pipeline.release import recover
from pipeline.release.states import State, Step
from pipeline.settings import Settings
from pipeline.view.events import Event, Note
from tests.release import answers


@pytest.mark.parametrize(
    ("state", "operation"),
    [
        (State.UPDATE_ROLLBACK_FAILED, "continue_update_rollback"),
        (State.UPDATE_FAILED, "rollback_stack"),
    ],
)
def test_a_stuck_update_is_rolled_back_to_its_end(
    staging: Settings, cloudformation: Stubber, state: State, operation: str
) -> None:
    """The complete rollback, which no deploy wants, is what recovery is for."""
    answers.is_now(cloudformation, state.status, asked=answers.NAME)
    answers.tells(cloudformation, answers.event(1))
    cloudformation.add_response(operation, {}, {"StackName": answers.NAME})
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_COMPLETE")
    answers.tells(cloudformation, answers.event(1))
    recover.recover(staging, answers.NAME, lambda _: None)


def test_a_stack_that_stays_stuck_needs_more(staging: Settings, cloudformation: Stubber) -> None:
    """Exit code 3 again, with CloudFormation's reason."""
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_FAILED", asked=answers.NAME)
    answers.tells(cloudformation)
    cloudformation.add_response("continue_update_rollback", {}, {"StackName": answers.NAME})
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_FAILED", reason="the role is gone")
    answers.tells(cloudformation)
    with pytest.raises(RecoveryNeeded, match="still UPDATE_ROLLBACK_FAILED: the role is gone"):
        recover.recover(staging, answers.NAME, lambda _: None)


def test_a_deletion_that_failed_is_tried_again(staging: Settings, cloudformation: Stubber) -> None:
    """Whoever began it wanted the stack gone."""
    answers.is_now(cloudformation, "DELETE_FAILED", asked=answers.NAME)
    answers.tells(cloudformation)
    cloudformation.add_response("delete_stack", {}, {"StackName": answers.NAME})
    answers.is_now(cloudformation, "DELETE_COMPLETE")
    answers.tells(cloudformation)
    answers.is_gone(cloudformation)
    recover.recover(staging, answers.NAME, lambda _: None)


def test_an_import_that_failed_does_not_delete_the_stack(
    staging: Settings, cloudformation: Stubber
) -> None:
    """The stack served before the import and still does: no command of ours removes it."""
    answers.is_now(cloudformation, "IMPORT_ROLLBACK_FAILED", asked=answers.NAME, reason="why")
    with pytest.raises(RecoveryNeeded, match=r"is IMPORT_ROLLBACK_FAILED: why\n.*next: "):
        recover.recover(staging, answers.NAME, lambda _: None)


def test_a_stack_that_is_not_stuck_is_left_alone(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Nothing is done, which is no error."""
    said: list[Event] = []
    answers.is_now(cloudformation, "UPDATE_COMPLETE", asked=answers.NAME)
    recover.recover(staging, answers.NAME, said.append)
    assert said == [Note("stack shop-staging is UPDATE_COMPLETE: there is nothing to recover")]


def test_what_is_left_of_a_failed_creation_is_deleted(
    staging: Settings, cloudformation: Stubber
) -> None:
    """The deletion is followed to its end, and what is there then is nothing."""
    answers.tells(cloudformation)
    cloudformation.add_response("delete_stack", {}, {"StackName": answers.NAME})
    answers.is_now(cloudformation, "DELETE_IN_PROGRESS")
    answers.tells(cloudformation)
    answers.is_now(cloudformation, "DELETE_COMPLETE")
    answers.tells(cloudformation)
    answers.is_gone(cloudformation)
    found = recover.delete(staging, answers.stack(State.ROLLBACK_COMPLETE), lambda _: None)
    assert found.step is Step.CREATE
