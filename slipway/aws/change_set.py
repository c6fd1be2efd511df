"""A change set of a stack: what it would change, and how it is executed or deleted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slipway import polling
from slipway.aws import session
from slipway.aws.stack import Busy, is_busy
from slipway.errors import Failed
from slipway.events import ResourceChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from types_boto3_cloudformation.type_defs import (
        DeleteChangeSetInputTypeDef,
        DescribeChangeSetOutputTypeDef,
        ResourceChangeTypeDef,
    )

    from slipway.settings import Settings

PROPOSE_SECONDS, DISCARD_SECONDS = 300, 15
POLL_SECONDS = 0.5
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
EMPTY = ("didn't contain changes", "No updates are to be performed")
# Somebody else executed a change set, which makes CloudFormation delete the others:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
OUTDATED = {"ChangeSetNotFound", "InvalidChangeSetStatus"}
# "Stack [NAME] does not exist".
GONE = "] does not exist"


@dataclass(frozen=True)
class ChangeSet:
    """A change set that waits to be executed, by its id and its stack's, and what it will do.

    `bake_seconds` is how long its template's services bake; `rules` are the listener rules
    that it changes or removes, logical id -> ARN.
    """

    id: str
    stack: str
    changes: tuple[ResourceChange, ...]
    bake_seconds: int = 0
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def named(self) -> DeleteChangeSetInputTypeDef:
        """Name it in a call: with its stack, by which the permission for the call is decided."""
        return {"ChangeSetName": self.id, "StackName": self.stack}


def execute(settings: Settings, change_set: ChangeSet, token: str) -> None:
    """Begin the change, as the operation of this token.

    Raises Busy if the stack has changed since the change set was worked out, or is changing.
    """
    cloudformation = session.client(settings, "cloudformation")
    try:
        cloudformation.execute_change_set(**change_set.named, ClientRequestToken=token)
    except cloudformation.exceptions.ClientError as error:
        if is_busy(error) or session.error_code(error) in OUTDATED:
            raise Busy(change_set.stack) from error
        raise


def discard(settings: Settings, change_set: ChangeSet | None) -> None:
    """Delete a change set, if there is one; what CloudFormation executes is left alone."""
    if change_set is None:
        return
    cloudformation = session.client(settings, "cloudformation")
    try:
        cloudformation.delete_change_set(**change_set.named)
    except cloudformation.exceptions.ClientError as error:
        if session.error_code(error) not in OUTDATED and not is_busy(error):
            raise


def discard_when_worked_out(settings: Settings, change_set: ChangeSet) -> None:
    """Delete a change set; while CloudFormation works it out, it may refuse that.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html
    """
    cloudformation = session.client(settings, "cloudformation")
    with suppress(Exception):  # the reason to leave matters more
        for _ in polling.attempts(DISCARD_SECONDS, POLL_SECONDS):
            with suppress(cloudformation.exceptions.InvalidChangeSetStatusException):
                cloudformation.delete_change_set(**change_set.named)
                return


def wait(settings: Settings, change_set: ChangeSet) -> DescribeChangeSetOutputTypeDef:
    """Wait until CloudFormation has worked a change set out, or failed to; return its description.

    Raises Busy if it was deleted meanwhile, Failed after PROPOSE_SECONDS.
    """
    cloudformation = session.client(settings, "cloudformation")
    for _ in polling.attempts(PROPOSE_SECONDS, POLL_SECONDS):
        try:
            answer = cloudformation.describe_change_set(**change_set.named)
        except cloudformation.exceptions.ChangeSetNotFoundException as error:
            raise Busy(change_set.stack) from error
        if answer["Status"] in {"CREATE_COMPLETE", "FAILED"}:
            return answer
    raise Failed(
        f"the change set {change_set.id} is not ready after {PROPOSE_SECONDS} s",
        hint="run the same command again",
    )


def resource_changes(
    settings: Settings, change_set: ChangeSet, answer: DescribeChangeSetOutputTypeDef
) -> Iterator[ResourceChangeTypeDef]:
    """Read the changes of resources, of which the first page is known already."""
    while True:
        yield from (each["ResourceChange"] for each in answer.get("Changes", []))
        if not (more := answer.get("NextToken")):
            return
        cloudformation = session.client(settings, "cloudformation")
        answer = cloudformation.describe_change_set(**change_set.named, NextToken=more)


def change(described: ResourceChangeTypeDef) -> ResourceChange:
    """Read one change of DescribeChangeSet."""
    replaced = str(described.get("Replacement", ""))
    kind = described["ResourceType"]
    return ResourceChange(described["Action"], described["LogicalResourceId"], kind, replaced)


def rules(described: list[ResourceChangeTypeDef]) -> dict[str, str]:
    """Pick the listener rules that exist and are changed: logical id -> ARN."""
    changed = [each for each in described if each["ResourceType"] == RULE]
    arns = {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in changed}
    return {name: arn for name, arn in arns.items() if arn}


def is_empty(reason: str) -> bool:
    """Whether a change set failed only because it would change nothing."""
    return any(words in reason for words in EMPTY)


def is_other_stack(error: Exception) -> bool:
    """Whether the stack was created, or deleted, since it was looked at.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    is_new = session.error_code(error) == "AlreadyExistsException"
    return is_new or (session.error_code(error) == "ValidationError" and GONE in str(error))
