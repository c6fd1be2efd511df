"""What CloudFormation's early validation found in a change set: only DescribeEvents has it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.aws import session

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import (
        DeleteChangeSetInputTypeDef,
        OperationEventTypeDef,
    )

    from slipway.settings import Settings


def errors(settings: Settings, named: DeleteChangeSetInputTypeDef) -> list[str]:
    """List what is wrong and where; `named` names the change set and its stack, as in a call.

    Without the permission to ask there is nothing, and CloudFormation's general reason has to do.
    """
    cloudformation = session.client(settings, "cloudformation")
    try:
        answer = cloudformation.describe_events(**named, Filters={"FailedEvents": True})
    except cloudformation.exceptions.ClientError:
        return []
    return [text for event in answer["OperationEvents"] if (text := _error(event))]


def _error(event: OperationEventTypeDef) -> str:
    reason = event.get("ValidationStatusReason") or event.get("HookStatusReason", "")
    place = event.get("ValidationPath") or event.get("LogicalResourceId", "")
    return f"{place}: {reason}".removeprefix(": ") if reason else ""
