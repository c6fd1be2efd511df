"""The web service as it is observed: its deployments, its tasks, its targets."""

from dataclasses import dataclass
from typing import Any

from pipeline import aws
from pipeline.release.stack import Stack
from pipeline.settings import Settings
from pipeline.view.events import Rollout


@dataclass(frozen=True)
class Place:
    """Where a service runs, as the stack's outputs tell."""

    cluster: str
    service: str
    target_groups: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """A running task: its definition, its address, and the digest of each image by name."""

    arn: str
    definition: str
    address: str
    digests: dict[str, str]


@dataclass(frozen=True)
class Service:
    """A service at one moment; `healthy` holds the addresses that the load balancer trusts."""

    rollout: Rollout
    reason: str
    tasks: tuple[Task, ...]
    healthy: frozenset[str]


def place(stack: Stack) -> Place | None:
    """Find the service's place; None before the stack has one."""
    names = ("ClusterName", "WebServiceName", "WebTargetGroups")
    cluster, service, groups = (stack.outputs.get(name, "") for name in names)
    if not (cluster and service and groups):
        return None
    return Place(cluster, service, tuple(groups.split(",")))


def rollout(settings: Settings, where: Place) -> Rollout | None:
    """Read the primary deployment; None when there is no such service."""
    found = _primary(settings, where)
    return parse_rollout(found) if found else None


def observe(settings: Settings, where: Place) -> Service | None:
    """Read the service, its running tasks and its targets' health; None without a service."""
    found = _primary(settings, where)
    if not found:
        return None
    tasks = [parse_task(each) for each in describe_tasks(settings, where, "RUNNING")]
    return Service(
        parse_rollout(found),
        found.get("rolloutStateReason", ""),
        tuple(tasks),
        _healthy(settings, where),
    )


def describe_tasks(settings: Settings, where: Place, status: str) -> list[dict[str, Any]]:
    """List the service's tasks whose desired status is RUNNING or STOPPED, as ECS has them."""
    ecs = aws.client(settings, "ecs")
    pages = ecs.get_paginator("list_tasks").paginate(
        cluster=where.cluster, serviceName=where.service, desiredStatus=status
    )
    found: list[dict[str, Any]] = []
    for page in pages:
        if page["taskArns"]:
            answer = ecs.describe_tasks(cluster=where.cluster, tasks=page["taskArns"])
            found.extend(answer["tasks"])
    return found


def parse_rollout(found: dict[str, Any]) -> Rollout:
    """Read one deployment of DescribeServices."""
    return Rollout(
        found["taskDefinition"],
        found["desiredCount"],
        found["runningCount"],
        found.get("failedTasks", 0),
        found.get("rolloutState", ""),
    )


def parse_task(found: dict[str, Any]) -> Task:
    """Read one task of DescribeTasks; its address is its network interface's."""
    details = [each for part in found.get("attachments", []) for each in part.get("details", [])]
    address = next((each["value"] for each in details if each["name"] == "privateIPv4Address"), "")
    digests = {each["image"]: each.get("imageDigest", "") for each in found["containers"]}
    return Task(found["taskArn"], found["taskDefinitionArn"], address, digests)


def _primary(settings: Settings, where: Place) -> dict[str, Any] | None:
    ecs = aws.client(settings, "ecs")
    try:
        answer = ecs.describe_services(cluster=where.cluster, services=[where.service])
    except ecs.exceptions.ClusterNotFoundException:
        return None
    active = [each for each in answer["services"] if each["status"] == "ACTIVE"]
    deployments = active[0]["deployments"] if active else []
    return next((each for each in deployments if each["status"] == "PRIMARY"), None)


def _healthy(settings: Settings, where: Place) -> frozenset[str]:
    """Read whom the load balancer trusts; after a switch, that is the other target group."""
    balancer = aws.client(settings, "elbv2")
    answers = [balancer.describe_target_health(TargetGroupArn=each) for each in where.target_groups]
    found = [each for answer in answers for each in answer["TargetHealthDescriptions"]]
    good = [each for each in found if each["TargetHealth"]["State"] == "healthy"]
    return frozenset(each["Target"]["Id"] for each in good)
