"""The way out of the states in which a stack takes no update."""

import pytest
from botocore.stub import ANY, Stubber

from slipway.aws.stack_status import State, Step
from slipway.errors import RecoveryNeeded
from slipway.events import Event, Note
from slipway.release import recover
from slipway.settings import Settings
from tests import answers


def begins(cloudformation: Stubber, status: str) -> None:
    """Have the operation begin, with no token to know it by."""
    answers.page_of_events(cloudformation, answers.of_stack(2, status))


def ends(cloudformation: Stubber, status: str, reason: str = "") -> None:
    """Have it end, for the events first and then for who looks at the stack."""
    last = answers.of_stack(3, status, reason)
    answers.page_of_events(cloudformation, last, answers.of_stack(2, "x"))
    answers.is_now(cloudformation, status, reason=reason)


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
    answers.page_of_events(cloudformation, answers.event(1))
    named = {"StackName": answers.NAME, "ClientRequestToken": ANY}
    cloudformation.add_response(operation, {}, named)
    begins(cloudformation, "UPDATE_ROLLBACK_IN_PROGRESS")
    ends(cloudformation, "UPDATE_ROLLBACK_COMPLETE")
    recover.recover(staging, answers.NAME, lambda _: None)


def test_a_stack_that_stays_stuck_needs_more(staging: Settings, cloudformation: Stubber) -> None:
    """Exit code 3 again, with CloudFormation's reason."""
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_FAILED", asked=answers.NAME)
    answers.page_of_events(cloudformation)
    named = {"StackName": answers.NAME, "ClientRequestToken": ANY}
    cloudformation.add_response("continue_update_rollback", {}, named)
    begins(cloudformation, "UPDATE_ROLLBACK_IN_PROGRESS")
    ends(cloudformation, "UPDATE_ROLLBACK_FAILED", "the role is gone")
    with pytest.raises(RecoveryNeeded, match="is UPDATE_ROLLBACK_FAILED\n  the role") as caught:
        recover.recover(staging, answers.NAME, lambda _: None)
    assert caught.value.hint.startswith("fix what CloudFormation names")


@pytest.mark.parametrize("state", ["DELETE_FAILED", "ROLLBACK_COMPLETE"])
def test_a_deletion_is_followed_to_its_end(
    staging: Settings, cloudformation: Stubber, state: str
) -> None:
    """One that failed before is tried again; a failed creation makes room for the next."""
    answers.page_of_events(cloudformation)
    named = {"StackName": answers.ID, "ClientRequestToken": ANY}
    cloudformation.add_response("delete_stack", {}, named)
    begins(cloudformation, "DELETE_IN_PROGRESS")
    ends(cloudformation, "DELETE_COMPLETE")
    answers.is_gone(cloudformation)
    deleted = recover.delete(staging, answers.stack(State[state]), lambda _: None)
    assert deleted.step is Step.CREATE


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
