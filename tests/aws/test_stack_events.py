"""A stack's events: each once, and what they say of one operation."""

from typing import Any

import pytest
from botocore.stub import Stubber

from slipway.aws import stack_events
from slipway.aws.stack_events import Entry, Progress, StackEventCursor
from slipway.aws.stack_status import State
from slipway.events import StackEvent
from slipway.settings import Settings
from tests import answers

SERVICE = "AWS::ECS::Service"


def names(entries: list[Entry]) -> list[str]:
    """List the resources that events are of."""
    return [each.event.logical_id for each in entries]


def of_stack(status: str, token: str = "", reason: str = "") -> Entry:
    """Make an event of the stack as a whole."""
    return Entry(StackEvent("shop", stack_events.STACK, status, reason), token, of_stack=True)


def test_events_come_oldest_first_from_every_page(
    staging: Settings, cloudformation: Stubber
) -> None:
    """CloudFormation has the newest first, and in pages."""
    answers.page_of_events(cloudformation, answers.event(3), answers.event(2), more="2")
    answers.page_of_events(cloudformation, answers.event(1), token="2")
    cursor = StackEventCursor(staging, answers.ID)
    assert names(cursor.new()) == ["Resource1", "Resource2", "Resource3"]


def test_a_long_history_is_one_page(staging: Settings, cloudformation: Stubber) -> None:
    """What was there before is skipped by its newest page, and never paged through."""
    answers.page_of_events(cloudformation, answers.event(2), answers.event(1), more="2")
    cursor = StackEventCursor(staging, answers.ID).skip()
    answers.page_of_events(
        cloudformation, answers.event(4), answers.event(3), answers.event(2), more="2"
    )
    assert names(cursor.new()) == ["Resource3", "Resource4"]
    answers.page_of_events(cloudformation, answers.event(4), more="2")
    assert cursor.new() == []


def test_a_stack_that_is_gone_has_no_events(staging: Settings, cloudformation: Stubber) -> None:
    """A stack that does not exist yet has no events either, and that is no error."""
    message = f"Stack [{answers.NAME}] does not exist"
    for _ in range(2):
        cloudformation.add_client_error("describe_stack_events", "ValidationError", message)
    assert StackEventCursor(staging, answers.NAME).skip().new() == []


def test_an_event_is_read() -> None:
    """Its reason and its token are empty where CloudFormation gives none."""
    plain = StackEvent("Resource1", SERVICE, "UPDATE_COMPLETE", "")
    assert stack_events.parse(answers.event(1)) == Entry(plain)
    failed = stack_events.parse(answers.of_stack(1, "UPDATE_FAILED", "it crashed", token="t"))
    assert failed == Entry(
        StackEvent("shop-staging", stack_events.STACK, "UPDATE_FAILED", "it crashed"),
        "t",
        of_stack=True,
        physical_id=answers.ID,
    )


def test_a_nested_stack_is_a_resource() -> None:
    """Its end is not the end of the stack that it is in."""
    nested: Any = {**answers.of_stack(1, "UPDATE_COMPLETE"), "LogicalResourceId": "Nested"}
    assert not stack_events.parse(nested).of_stack


@pytest.mark.parametrize(
    ("statuses", "end"),
    [
        ([], None),
        (["UPDATE_IN_PROGRESS:mine"], None),
        # The end of the operation before, which shows up late.
        (["UPDATE_COMPLETE:other"], None),
        (["UPDATE_IN_PROGRESS:other", "UPDATE_COMPLETE:other"], None),
        (["UPDATE_COMPLETE:other", "UPDATE_IN_PROGRESS:mine"], None),
        (["UPDATE_IN_PROGRESS:mine", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS:mine"], None),
        (["UPDATE_IN_PROGRESS:mine", "UPDATE_COMPLETE:mine"], State.UPDATE_COMPLETE),
        # An emulator may have no tokens.
        (["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"], State.UPDATE_COMPLETE),
        # Somebody cancelled it: the rollback has the cancellation's token.
        (
            [
                "UPDATE_IN_PROGRESS:mine",
                "UPDATE_ROLLBACK_IN_PROGRESS:other",
                "UPDATE_ROLLBACK_COMPLETE:other",
            ],
            State.UPDATE_ROLLBACK_COMPLETE,
        ),
        # The next operation is somebody else's.
        (
            [
                "UPDATE_IN_PROGRESS:mine",
                "UPDATE_ROLLBACK_COMPLETE:mine",
                "UPDATE_IN_PROGRESS:other",
                "UPDATE_COMPLETE:other",
            ],
            State.UPDATE_ROLLBACK_COMPLETE,
        ),
        (["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS:mine"], None),
        (["CREATE_IN_PROGRESS:mine", "CREATE_COMPLETE:mine"], State.CREATE_COMPLETE),
        (["DELETE_IN_PROGRESS:mine", "DELETE_COMPLETE:mine"], State.DELETE_COMPLETE),
    ],
)
def test_an_operation_ends_with_its_own_last_event(statuses: list[str], end: State | None) -> None:
    """Whatever happened to the stack before and after it."""
    entries = [of_stack(*each.partition(":")[::2]) for each in statuses]
    assert Progress("mine").after(entries).end is end


def test_the_end_of_somebody_else_s_operation_needs_no_token() -> None:
    """Who waits for it saw it running, and does not know its token."""
    ended = Progress(begun=True).after([of_stack("UPDATE_ROLLBACK_COMPLETE", "other", "why")])
    assert (ended.end, ended.reason) == (State.UPDATE_ROLLBACK_COMPLETE, "why")


def test_events_of_resources_do_not_end_an_operation() -> None:
    """UPDATE_COMPLETE of a resource is on the way."""
    resource = Entry(StackEvent("WebService", SERVICE, "UPDATE_COMPLETE", ""), "mine")
    assert Progress("mine", begun=True).after([resource]).end is None


def test_a_token_is_one_that_cloudformation_takes() -> None:
    """Its pattern is [a-zA-Z0-9][-a-zA-Z0-9]*, and no two are alike."""
    first, second = stack_events.new_token(), stack_events.new_token()
    assert first != second
    assert first.replace("-", "").isalnum()
