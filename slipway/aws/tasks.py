"""Tasks as ECS describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.aws import session

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import DeploymentTypeDef, TaskTypeDef

    from slipway.settings import Settings

# What one call of DescribeTasks takes:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
PAGE = 100


@dataclass(frozen=True)
class Task:
    """A running task.

    `definition` is an ARN; `digests` are image name -> digest, "" when ECS has none;
    `started` is in seconds since 1970, None before the task runs; `health` is that of its
    containers' own health checks: HEALTHY, UNHEALTHY or UNKNOWN; `deployment` is the id of the
    service's deployment that started it.
    """

    arn: str
    definition: str
    address: str
    digests: dict[str, str]
    started: float | None = None
    health: str = "UNKNOWN"
    deployment: str = ""


def read(settings: Settings, cluster: str, arns: list[str]) -> list[TaskTypeDef]:
    """Describe tasks by ARN, a hundred at a time; those that ECS has forgotten are left out."""
    ecs = session.client(settings, "ecs")
    parts = [arns[start : start + PAGE] for start in range(0, len(arns), PAGE)]
    answers = [ecs.describe_tasks(cluster=cluster, tasks=part) for part in parts]
    return [task for answer in answers for task in answer.get("tasks", [])]


def parse(task: TaskTypeDef) -> Task:
    """Read one task of DescribeTasks; its address is its network interface's."""
    details = [each for part in task.get("attachments", []) for each in part.get("details", [])]
    address = next(
        (each.get("value", "") for each in details if each.get("name") == "privateIPv4Address"), ""
    )
    images = [each for each in task.get("containers", []) if each.get("image")]
    started = task.get("startedAt")
    return Task(
        task["taskArn"],
        task["taskDefinitionArn"],
        address,
        {each["image"]: each.get("imageDigest", "") for each in images},
        started.timestamp() if started else None,
        task.get("healthStatus", "UNKNOWN"),
        task.get("startedBy", ""),
    )


def of_deployment(
    tasks: list[TaskTypeDef], deployment: DeploymentTypeDef
) -> tuple[TaskTypeDef, ...]:
    """Pick the tasks that a deployment started: its definition, and not before it began."""
    since = deployment.get("createdAt")
    return tuple(
        each
        for each in tasks
        if each.get("taskDefinitionArn") == deployment["taskDefinition"]
        and (since is None or each.get("createdAt", since) >= since)
    )
