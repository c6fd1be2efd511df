"""What an update would change: proposed to CloudFormation, which refuses or works it out."""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from slipway import template
from slipway.aws import change_set, early_validation, session
from slipway.aws.change_set import ChangeSet
from slipway.aws.stack import Busy, Stack, is_busy
from slipway.aws.stack_status import Step
from slipway.errors import Failed
from slipway.release import bake, parameters, template_upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_cloudformation.type_defs import CreateChangeSetInputTypeDef

    from slipway.release.parameters import Declared
    from slipway.settings import Settings
    from slipway.template import Desired


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
        if is_busy(error) or change_set.is_other_stack(error):
            raise Busy(stack.name) from error
        raise
    except BaseException:  # it may have been created
        change_set.discard_when_worked_out(settings, ChangeSet(name, stack.name, ()))
        raise
    proposed = ChangeSet(created["Id"], stack.name, (), bake.seconds(body, values))
    try:
        return _worked_out(settings, proposed)
    except BaseException:
        change_set.discard_when_worked_out(settings, proposed)
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


def _worked_out(settings: Settings, proposed: ChangeSet) -> ChangeSet | None:
    answer = change_set.wait(settings, proposed)
    if answer["Status"] == "CREATE_COMPLETE":
        described = list(change_set.resource_changes(settings, proposed, answer))
        return replace(
            proposed,
            changes=tuple(map(change_set.change, described)),
            rules=change_set.rules(described),
        )
    reason = answer.get("StatusReason", "")
    if change_set.is_empty(reason):
        change_set.discard(settings, proposed)
        return None
    reasons = [reason, *early_validation.errors(settings, proposed.named)]
    raise Failed(
        "\n  ".join([f"CloudFormation refuses the change of {proposed.stack}:", *reasons]),
        hint="nothing was changed; fix the template or the parameters, then the same command",
    )


def _discard_quietly(settings: Settings, proposed: ChangeSet | None) -> None:
    with suppress(Exception):  # the reason to leave matters more
        change_set.discard(settings, proposed)
