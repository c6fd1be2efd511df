"""An update that is cancelled, and what there is to cancel."""

import pytest
from botocore.stub import ANY, Stubber

from slipway.aws.stack_status import State
from slipway.errors import Failed, RecoveryNeeded
from slipway.events import Event, Note
from slipway.release import cancel
from slipway.settings import Settings
from tests import answers

CANCEL = {"StackName": answers.NAME, "ClientRequestToken": ANY}


def is_updating(cloudformation: Stubber) -> None:
    """Have an update run, which somebody else began."""
    answers.is_now(cloudformation, "UPDATE_IN_PROGRESS", asked=answers.NAME)
    answers.has_template(cloudformation)
    answers.page_of_events(cloudformation, answers.of_stack(1, "UPDATE_IN_PROGRESS", token="other"))


def ends(cloudformation: Stubber, status: str) -> None:
    """Have the rollback end, with the first operation's token."""
    answers.page_of_events(
        cloudformation,
        answers.of_stack(3, status, token="other"),
        answers.of_stack(2, "UPDATE_ROLLBACK_IN_PROGRESS", token="other"),
        answers.of_stack(1, "x"),
    )
    answers.is_now(cloudformation, status)


def test_an_update_is_cancelled_and_watched_until_it_is_rolled_back(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Whose operation it was does not matter; the end that is wanted is the rollback's."""
    said: list[Event] = []
    is_updating(cloudformation)
    cloudformation.add_response("cancel_update_stack", {}, CANCEL)
    ends(cloudformation, "UPDATE_ROLLBACK_COMPLETE")
    cancel.cancel(staging, said.append)
    last = said[-1]
    assert isinstance(last, Note)
    assert last.text.startswith("the update was cancelled")


def test_a_rollback_that_fails_needs_recovery(staging: Settings, cloudformation: Stubber) -> None:
    """Exit code 3, and the command that frees the stack."""
    is_updating(cloudformation)
    cloudformation.add_response("cancel_update_stack", {}, CANCEL)
    ends(cloudformation, "UPDATE_ROLLBACK_FAILED")
    with pytest.raises(RecoveryNeeded) as caught:
        cancel.cancel(staging, lambda _: None)
    assert caught.value.hint == "invoke recover --env staging"


def test_an_update_that_was_quicker_is_no_success(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Exit code 1: what runs now is what somebody wanted to stop."""
    is_updating(cloudformation)
    message = "CancelUpdateStack cannot be called from current stack status"
    cloudformation.add_client_error("cancel_update_stack", "ValidationError", message)
    with pytest.raises(Failed, match="had just ended") as caught:
        cancel.cancel(staging, lambda _: None)
    assert caught.value.hint == "invoke status --env staging"


def test_where_nothing_is_updated_nothing_is_done(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Exit code 0, in a word."""
    said: list[Event] = []
    answers.is_now(cloudformation, "UPDATE_COMPLETE", asked=answers.NAME)
    cancel.cancel(staging, said.append)
    assert said == [
        Note("stack shop-staging is UPDATE_COMPLETE: there is no update to cancel"),
    ]


def test_a_rollback_that_runs_already_is_watched_to_its_end(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Who was interrupted types the same command again."""
    said: list[Event] = []
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_IN_PROGRESS", asked=answers.NAME)
    answers.has_template(cloudformation)
    answers.page_of_events(cloudformation, answers.of_stack(1, "UPDATE_ROLLBACK_IN_PROGRESS"))
    ends(cloudformation, "UPDATE_ROLLBACK_COMPLETE")
    cancel.cancel(staging, said.append)
    last = said[-1]
    assert isinstance(last, Note)
    assert last.text.startswith("the update was cancelled")


@pytest.mark.parametrize("status", ["CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS"])
def test_what_cloudformation_cannot_cancel_is_said(
    staging: Settings, cloudformation: Stubber, status: str
) -> None:
    """CancelUpdateStack is for updates alone."""
    answers.is_now(cloudformation, status, asked=answers.NAME)
    with pytest.raises(Failed, match="only an update can be cancelled"):
        cancel.cancel(staging, lambda _: None)


@pytest.mark.usefixtures("cloudformation")
@pytest.mark.parametrize("state", [State.DELETE_COMPLETE, State.REVIEW_IN_PROGRESS])
def test_a_stack_that_is_created_is_not_given_up_but_explained(
    staging: Settings, state: State
) -> None:
    """No call could cancel it, and to delete what a person made is theirs to decide."""
    said: list[Event] = []
    cancel.give_up(staging, answers.stack(state), "3 tasks failed", said.append)

    (note,) = said
    assert isinstance(note, Note)
    assert note.text.startswith("3 tasks failed, and stack shop-staging is still being created")
    assert "you can delete the stack" in note.text
