"""The schedule: which image it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.aws import contract, log_stream, task_definitions

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import TaskDefinitionTypeDef

    from slipway.aws.stack import Stack
    from slipway.revision import Image
    from slipway.settings import Settings


def problem(settings: Settings, stack: Stack, image: Image) -> str:
    """Say what the schedule starts instead of `image`; "" when it is that, or there is none.

    The template names one definition in the schedule and in the output, so a stack that is
    complete has a schedule that starts what the output says.
    """
    arn = contract.outputs(stack).scheduled_task_definition
    return judge(task_definitions.read(settings, arn), image) if arn else ""


def judge(definition: TaskDefinitionTypeDef, image: Image) -> str:
    """Compare a task definition with an image, whose tag the repository never lets move."""
    names = [
        each.get("image", "")
        for each in task_definitions.application_containers(definition, image.repository)
    ]
    if all(name in {image.by_tag, image.by_digest} for name in names):
        return ""
    name = log_stream.short(definition.get("taskDefinitionArn", ""))
    return f"the schedule starts {name} with {', '.join(names)}"
