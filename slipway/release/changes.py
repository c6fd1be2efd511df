"""A change set: proposed, shown, and executed or deleted."""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slipway import polling, template
from slipway.aws import early_validation, session
from slipway.aws.stack import Busy, Stack, is_busy
from slipway.aws.stack_status import Step
from slipway.errors import Failed
from slipway.events import ResourceChange
from slipway.release import bake, parameters, template_upload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from types_boto3_cloudformation.type_defs import (
        CreateChangeSetInputTypeDef,
        DeleteChangeSetInputTypeDef,
        DescribeChangeSetOutputTypeDef,
        ResourceChangeTypeDef,
    )

    from slipway.release.parameters import Declared
    from slipway.settings import Settings
    from slipway.template import Desired

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


@contextmanager
def proposal(settings: Settings, stack: Stack, desired: Desired) -> Iterator[ChangeSet | None]:
    """Have CloudFormation work out what would change; None if nothing would.

    When the block or the preparation is left by an error or an interrupt, the change set is
    deleted, unless it was executed. A process that is killed leaves one: CloudFormation deletes
    it when the next change set of the stack is executed.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html

    Raises Busy if somebody else is changing the stack, Failed with CloudFormation's reason when
    it refuses, ConfigurationError for a template that is too long for a call.
    """
    proposed = propose(settings, stack, desired)
    try:
        yield proposed
    except BaseException:
        _discard_quietly(settings, proposed)
        raise


def propose(settings: Settings, stack: Stack, desired: Desired) -> ChangeSet | None:
    """Create a change set, wait until it is worked out, and return it; None without a change.

    When that fails or is interrupted, the change set is deleted.
    """
    cloudformation = session.client(settings, "cloudformation")
    name = f"slipway-{secrets.token_hex(8)}"
    body = template.load(desired.body)
    declared = body.get("Parameters", {})
    values = parameters.effective(declared, desired.parameters, stack.parameters)
    try:
        request = _request(settings, stack, desired, declared, name)
        created = cloudformation.create_change_set(**request)
    except cloudformation.exceptions.ClientError as error:
        if is_busy(error) or _is_other_stack(error):
            raise Busy(stack.name) from error
        raise
    except BaseException:  # it may have been created
        _discard_when_worked_out(settings, ChangeSet(name, stack.name, ()))
        raise
    proposed = ChangeSet(created["Id"], stack.name, (), bake.seconds(body, values))
    try:
        return _worked_out(settings, proposed)
    except BaseException:
        _discard_when_worked_out(settings, proposed)
        raise


def _request(
    settings: Settings, stack: Stack, desired: Desired, declared: Declared, name: str
) -> CreateChangeSetInputTypeDef:
    """Return what CreateChangeSet is asked for; a long template is uploaded first.

    `declared` are the template's parameters.
    """
    request: CreateChangeSetInputTypeDef = {
        "StackName": stack.name,
        "ChangeSetName": name,
        "ClientToken": name,
        "ChangeSetType": "CREATE" if stack.step is Step.CREATE else "UPDATE",
        "Parameters": parameters.of_change_set(declared, desired.parameters, stack.parameters),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    if url := template_upload.upload(settings, stack.name, desired):
        request["TemplateURL"] = url
    else:
        request["TemplateBody"] = desired.body
    if desired.service_role:
        request["RoleARN"] = desired.service_role
    return request


def _is_other_stack(error: Exception) -> bool:
    """Whether the stack was created, or deleted, since it was looked at.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
    """
    is_new = session.error_code(error) == "AlreadyExistsException"
    return is_new or (session.error_code(error) == "ValidationError" and GONE in str(error))


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


def _discard_quietly(settings: Settings, change_set: ChangeSet | None) -> None:
    with suppress(Exception):  # the reason to leave matters more
        discard(settings, change_set)


def _discard_when_worked_out(settings: Settings, change_set: ChangeSet) -> None:
    """Delete a change set; while CloudFormation works it out, it may refuse that.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html
    """
    cloudformation = session.client(settings, "cloudformation")
    with suppress(Exception):  # the reason to leave matters more
        for _ in polling.attempts(DISCARD_SECONDS, POLL_SECONDS):
            with suppress(cloudformation.exceptions.InvalidChangeSetStatusException):
                cloudformation.delete_change_set(**change_set.named)
                return


def is_empty(reason: str) -> bool:
    """Whether a change set failed only because it would change nothing."""
    return any(words in reason for words in EMPTY)


def _worked_out(settings: Settings, proposed: ChangeSet) -> ChangeSet | None:
    answer = _wait(settings, proposed)
    if answer["Status"] == "CREATE_COMPLETE":
        described = list(_described(settings, proposed, answer))
        return replace(proposed, changes=tuple(map(change, described)), rules=rules(described))
    reason = answer.get("StatusReason", "")
    if is_empty(reason):
        discard(settings, proposed)
        return None
    reasons = [reason, *early_validation.errors(settings, proposed.named)]
    raise Failed(
        "\n  ".join([f"CloudFormation refuses the change of {proposed.stack}:", *reasons]),
        hint="nothing was changed; fix the template or the parameters, then the same command",
    )


def _wait(settings: Settings, proposed: ChangeSet) -> DescribeChangeSetOutputTypeDef:
    cloudformation = session.client(settings, "cloudformation")
    for _ in polling.attempts(PROPOSE_SECONDS, POLL_SECONDS):
        try:
            answer = cloudformation.describe_change_set(**proposed.named)
        except cloudformation.exceptions.ChangeSetNotFoundException as error:
            raise Busy(proposed.stack) from error
        if answer["Status"] in {"CREATE_COMPLETE", "FAILED"}:
            return answer
    raise Failed(
        f"the change set {proposed.id} is not ready after {PROPOSE_SECONDS} s",
        hint="the same command again",
    )


def _described(
    settings: Settings, proposed: ChangeSet, answer: DescribeChangeSetOutputTypeDef
) -> Iterator[ResourceChangeTypeDef]:
    """Read the changes of resources, of which the first page is known already."""
    while True:
        yield from (each["ResourceChange"] for each in answer.get("Changes", []))
        if not (more := answer.get("NextToken")):
            return
        cloudformation = session.client(settings, "cloudformation")
        answer = cloudformation.describe_change_set(**proposed.named, NextToken=more)


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
