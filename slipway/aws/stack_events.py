"""A stack's events, and what they say of one operation: whether it began, and how it ended.

Only they know an operation by its token. DescribeStacks is eventually consistent: right after a
call it may still name the state that the stack had before.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.aws.stack_status import State
from slipway.events import StackEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from types_boto3_cloudformation.type_defs import StackEventTypeDef

    from slipway.settings import Settings

STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class Entry:
    """One event as CloudFormation has it; `of_stack` if it is of the stack as a whole.

    `physical_id` is the resource's own, such as the ARN of a service; "" before it exists.
    """

    event: StackEvent
    token: str = ""
    of_stack: bool = False
    physical_id: str = ""


@dataclass
class StackEventCursor:
    """A place in a stack's events: each that comes after it is returned once, oldest first."""

    settings: Settings
    stack: str
    seen: set[str] = field(default_factory=set)

    def skip(self) -> StackEventCursor:
        """Go to the end: what is there already is never returned. Reads one page."""
        self.seen.update(event["EventId"] for event in next(self._pages(), []))
        return self

    def new(self) -> list[Entry]:
        """Read the newest events, as far back as the first one that was seen before."""
        entries: list[Entry] = []
        for event in (event for page in self._pages() for event in page):
            if event["EventId"] in self.seen:
                break
            self.seen.add(event["EventId"])
            entries.append(parse(event))
        return entries[::-1]

    def _pages(self) -> Iterator[list[StackEventTypeDef]]:
        cloudformation = session.client(self.settings, "cloudformation")
        pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.stack)
        try:
            for page in pages:
                yield page["StackEvents"]
        except cloudformation.exceptions.ClientError as error:
            if "does not exist" not in str(error):
                raise


def parse(event: StackEventTypeDef) -> Entry:
    """Read one event of DescribeStackEvents."""
    stack_event = StackEvent(
        event["LogicalResourceId"],
        event["ResourceType"],
        event["ResourceStatus"],
        event.get("ResourceStatusReason", ""),
    )
    # A nested stack is of the same type, and has an id of its own.
    of_stack = event["ResourceType"] == STACK and event["LogicalResourceId"] == event["StackName"]
    physical_id = event.get("PhysicalResourceId", "")
    return Entry(stack_event, event.get("ClientRequestToken", ""), of_stack, physical_id)


def new_token() -> str:
    """Make a token for an operation; CloudFormation takes letters, digits and hyphens."""
    return f"slipway-{secrets.token_hex(8)}"


@dataclass(frozen=True)
class Progress:
    """How far an operation came: it began, and at last it ended in a state, with a reason."""

    token: str = ""
    begun: bool = False
    end: State | None = None
    reason: str = ""

    def after(self, entries: Iterable[Entry]) -> Progress:
        """Return the progress after these events, oldest first.

        A stack has one operation at a time. So what ends first after it began is its end, also
        if a cancellation, with a token of its own, ended it.
        """
        progress = self
        for entry in entries:
            if entry.of_stack and progress.end is None:
                progress = progress._after(entry)
        return progress

    def _after(self, entry: Entry) -> Progress:
        state = State.__members__.get(entry.event.status)
        if state is None or state is State.REVIEW_IN_PROGRESS:
            return self
        if state.meaning.final:
            return replace(self, end=state, reason=entry.event.reason) if self.begun else self
        is_mine = entry.token in {self.token, ""} or not self.token
        return replace(self, begun=True) if is_mine else self
