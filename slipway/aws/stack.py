"""A stack as it is observed, and what is decided from it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.aws.stack_status import State, Step
from slipway.errors import Failed, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from types_boto3_cloudformation.type_defs import StackTypeDef

    from slipway.settings import Settings
    from slipway.template import Body

IN_STATE = re.compile(r"is in [A-Z_]+ state|current stack status|state \[?[A-Z_]+_IN_PROGRESS")


@dataclass(frozen=True)
class Stack:
    """One stack at one moment; `parameters` and `outputs` by name.

    `updated` is when its last update began, None before the first.
    """

    id: str
    name: str
    state: State
    reason: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    updated: datetime | None = None

    @property
    def step(self) -> Step:
        """What a deploy does about it."""
        return self.state.meaning.step

    def is_same(self, other: Stack) -> bool:
        """Whether nothing happened to the stack between two observations.

        A change set of one's own makes a stack that does not exist one that is in review.
        """
        if self.step is Step.CREATE:
            return other.step is Step.CREATE
        mine, its = ((each.state, each.parameters, each.outputs) for each in (self, other))
        return mine == its


def observe(settings: Settings, name: str) -> Stack:
    """Read a stack; one that does not exist is as good as deleted."""
    cloudformation = session.client(settings, "cloudformation")
    try:
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" not in str(error):
            raise
        return Stack(name, name, State.DELETE_COMPLETE, "", {}, {})
    return parse(described)


def parse(described: StackTypeDef) -> Stack:
    """Read one answer of DescribeStacks.

    Raises Failed for a status that the table does not have.
    """
    status = described["StackStatus"]
    if status not in State.__members__:
        raise Failed(
            f"stack {described['StackName']} is {status}, a state that Slipway does not know"
        )
    return Stack(
        described["StackId"],
        described["StackName"],
        State[status],
        described.get("StackStatusReason", ""),
        {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])},
        {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])},
        described.get("LastUpdatedTime"),
    )


def deployed_template(settings: Settings, name: str) -> Body:
    """Read the template of a stack; {} for YAML, which only somebody else deploys."""
    cloudformation = session.client(settings, "cloudformation")
    answer = cloudformation.get_template(StackName=name, TemplateStage="Original")
    body: object = answer["TemplateBody"]  # botocore leaves YAML a text
    try:
        template = json.loads(body) if isinstance(body, str) else body
    except ValueError:
        return {}
    return dict(template) if isinstance(template, dict) else {}


def peek_template(settings: Settings, name: str) -> Body:
    """Read the template of a stack that may not exist; {} when there is none.

    "If the template doesn't exist, a ValidationError is returned":
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
    """
    try:
        return deployed_template(settings, name)
    except session.failures() as error:
        if session.error_code(error) != "ValidationError":
            raise
        return {}


class Busy(Refused):
    """Somebody else is changing the stack, or has changed it since it was looked at."""

    def __init__(self, stack: str) -> None:
        super().__init__(f"stack {stack} is being changed by someone else", hint="try again later")


def is_busy(error: Exception) -> bool:
    """Whether CloudFormation refuses a call because of the state that the stack is in.

    It has no code of its own for that: "Stack:ARN is in UPDATE_IN_PROGRESS state and can not be
    updated", with ValidationError as its code.
    """
    return session.error_code(error) == "ValidationError" and bool(IN_STATE.search(str(error)))
