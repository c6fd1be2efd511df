"""The table of states: complete, and sensible in every row."""

import botocore.session
import pytest
from botocore.model import StringShape

from slipway.aws.stack_status import State, Step


def test_the_table_has_every_status_that_cloudformation_knows() -> None:
    """The names are those of the service's own model, no more and no fewer."""
    model = botocore.session.get_session().get_service_model("cloudformation")
    status = model.shape_for("StackStatus")
    assert isinstance(status, StringShape)
    assert sorted(State.__members__) == sorted(status.enum)


def test_a_state_bears_its_own_name() -> None:
    """No row is another's by a slip of the pen."""
    assert [each.status for each in State] == list(State.__members__)


@pytest.mark.parametrize(
    ("step", "states"),
    [
        (Step.CREATE, {"DELETE_COMPLETE", "REVIEW_IN_PROGRESS"}),
        (
            Step.UPDATE,
            {
                "CREATE_COMPLETE",
                "UPDATE_COMPLETE",
                "UPDATE_ROLLBACK_COMPLETE",
                "IMPORT_COMPLETE",
                "IMPORT_ROLLBACK_COMPLETE",
            },
        ),
        (Step.REPLACE, {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}),
        (
            Step.RECOVER,
            {"DELETE_FAILED", "UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", "IMPORT_ROLLBACK_FAILED"},
        ),
        (
            Step.WAIT,
            {
                "CREATE_IN_PROGRESS",
                "ROLLBACK_IN_PROGRESS",
                "DELETE_IN_PROGRESS",
                "UPDATE_IN_PROGRESS",
                "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
                "UPDATE_ROLLBACK_IN_PROGRESS",
                "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
                "IMPORT_IN_PROGRESS",
                "IMPORT_ROLLBACK_IN_PROGRESS",
            },
        ),
    ],
)
def test_each_state_has_its_step(step: Step, states: set[str]) -> None:
    """What a deploy does about each; only what never was complete is deleted."""
    assert {each.status for each in State if each.meaning.step is step} == states


def test_only_what_is_waited_for_is_not_final() -> None:
    """A state that lasts is never waited for, and one that does not always is.

    But for one: what is only proposed takes a change, and is no end of it.
    """
    odd = [each for each in State if each.meaning.final is (each.meaning.step is Step.WAIT)]
    assert odd == [State.REVIEW_IN_PROGRESS]


def test_good_is_what_was_wanted() -> None:
    """A rollback that is complete is not what anybody wanted."""
    assert {each.status for each in State if each.meaning.good} == {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "IMPORT_COMPLETE",
    }
