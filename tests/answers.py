"""Answers in AWS's own words, and what they are read as."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from slipway.aws.stack import Stack
from slipway.aws.stack_status import State
from slipway.events import Event

NAME = "shop-staging"
ID = f"arn:aws:cloudformation:eu-west-1:1:stack/{NAME}/1"
THEN = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def stubbed(client: Any) -> Iterator[Stubber]:
    """Answer for a client in this order, and insist that every answer is asked for."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def stack(
    state: State,
    *,
    reason: str = "",
    parameters: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> Stack:
    """Make a stack as it would be observed."""
    return Stack(ID, NAME, state, reason, parameters or {}, outputs or {})


def is_now(cloudformation: Stubber, status: str, asked: str = ID, reason: str = "") -> None:
    """Have the stack be in a state when it is looked at next, by name or by id."""
    found = {"StackId": ID, "StackName": NAME, "CreationTime": THEN, "StackStatus": status}
    answer = {"Stacks": [{**found, "StackStatusReason": reason}]}
    cloudformation.add_response("describe_stacks", answer, {"StackName": asked})


def has_template(cloudformation: Stubber) -> None:
    """Have the stack's template be asked for, in which no service bakes."""
    question = {"StackName": ID, "TemplateStage": "Original"}
    cloudformation.add_response("get_template", {"TemplateBody": "{}"}, question)


def is_gone(cloudformation: Stubber) -> None:
    """Have no stack be there when it is looked at next."""
    message = f"Stack with id {NAME} does not exist"
    cloudformation.add_client_error("describe_stacks", "ValidationError", message)


def event(number: int, status: str = "UPDATE_COMPLETE", reason: str = "") -> Any:
    """Make an event of resource `number`, as DescribeStackEvents has it."""
    found = {
        "StackId": ID,
        "EventId": str(number),
        "StackName": NAME,
        "Timestamp": THEN,
        "LogicalResourceId": f"Resource{number}",
        "ResourceType": "AWS::ECS::Service",
        "ResourceStatus": status,
    }
    return {**found, "ResourceStatusReason": reason} if reason else found


def of_stack(number: int, status: str, reason: str = "", token: str = "") -> Any:
    """Make an event of the stack as a whole, of the operation with this token."""
    own = {"LogicalResourceId": NAME, "ResourceType": "AWS::CloudFormation::Stack"}
    found = {**event(number, status, reason), **own, "PhysicalResourceId": ID}
    return {**found, "ClientRequestToken": token} if token else found


def page_of_events(
    cloudformation: Stubber,
    *events: dict[str, Any],
    asked: str = ID,
    token: str = "",
    more: str = "",
) -> None:
    """Answer with one page of events: the one that `token` names, with `more` to come."""
    answer = {"StackEvents": list(events), **({"NextToken": more} if more else {})}
    question = {"StackName": asked, **({"NextToken": token} if token else {})}
    cloudformation.add_response("describe_stack_events", answer, question)


def silent(event: Event) -> None:
    """Stand for the view when nothing is to be said."""
    pytest.fail(f"said {event}")
