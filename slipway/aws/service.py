"""The services as they are observed: their deployments, their tasks, their targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.aws import contract, faults, session, tasks
from slipway.events import Rollout

if TYPE_CHECKING:
    from types_boto3_ecs.literals import DesiredStatusType
    from types_boto3_ecs.type_defs import DeploymentTypeDef, ServiceTypeDef, TaskTypeDef

    from slipway.aws.stack import Stack
    from slipway.aws.tasks import Task
    from slipway.settings import Settings

ROLLING = "ROLLING"


@dataclass(frozen=True)
class ServiceRef:
    """Where a service runs, as the stack's outputs say.

    `target_groups` are ARNs, none for a worker; `expected` is the ARN of the task definition
    that the stack's template names, "" before there is a revision; `count_parameter` is the
    stack's parameter for the number of tasks; `health_path` is what the load balancer asks,
    "" when the template does not say.
    """

    cluster: str
    service: str
    target_groups: tuple[str, ...]
    expected: str = ""
    count_parameter: str = ""
    health_path: str = ""


@dataclass(frozen=True)
class Deployment:
    """The newest deployment of a service, and how it replaces the one before.

    `strategy` is ROLLING, BLUE_GREEN, LINEAR or CANARY; `description` is the deployment as
    DescribeServices returns it.
    """

    rollout: Rollout
    strategy: str
    description: DeploymentTypeDef

    @property
    def id(self) -> str:
        """The deployment's own id, such as ecs-svc/0123456789."""
        return self.description.get("id", "")


@dataclass(frozen=True)
class Service:
    """A service at one moment.

    `healthy` are the addresses of healthy targets, None without a load balancer. `stopped`
    are this deployment's tasks that stopped, as DescribeTasks returns them. `deployment` is the
    id of the primary deployment.
    """

    rollout: Rollout
    reason: str
    tasks: tuple[Task, ...]
    healthy: frozenset[str] | None
    stopped: tuple[TaskTypeDef, ...] = ()
    deployment: str = ""


def web_service_ref(stack: Stack) -> ServiceRef | None:
    """Name the web service; None before the stack has one."""
    outputs = contract.outputs(stack)
    if not (outputs.cluster and outputs.web_service and outputs.web_target_groups):
        return None
    return ServiceRef(
        outputs.cluster,
        outputs.web_service,
        tuple(outputs.web_target_groups.split(",")),
        outputs.web_task_definition,
        "WebWorkerDesiredCount",
        outputs.health_path,
    )


def service_refs(stack: Stack) -> tuple[ServiceRef, ...]:
    """Name all services of the stack: the web service, and the worker."""
    web = web_service_ref(stack)
    if web is None:
        return ()
    outputs = contract.outputs(stack)
    name, expected = outputs.worker_service, outputs.worker_task_definition
    worker = ServiceRef(web.cluster, name, (), expected, "WorkerDesiredCount")
    return (web, worker) if name else (web,)


def deployment(settings: Settings, ref: ServiceRef) -> Deployment | None:
    """Read the primary deployment; None when there is no such service."""
    description = describe(settings, ref.cluster, [ref.service]).get(ref.service, {})
    primary = primary_of(description)
    if not primary:
        return None
    # What ECS leaves out is its default, a rolling update:
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    strategy = description.get("deploymentConfiguration", {}).get("strategy", ROLLING)
    return Deployment(rollout_of(description, primary), strategy, primary)


def fault(observed: Service) -> TaskTypeDef | None:
    """Return the first of the deployment's tasks that stopped for a fault; None without one.

    ECS lists a stopped task for an hour:
    https://repost.aws/knowledge-center/ecs-task-stopped
    """
    return next((each for each in observed.stopped if faults.is_fault(each)), None)


def list_tasks(settings: Settings, ref: ServiceRef, status: DesiredStatusType) -> list[str]:
    """List the ARNs of the service's tasks whose desired status is RUNNING or STOPPED."""
    ecs = session.client(settings, "ecs")
    pages = ecs.get_paginator("list_tasks").paginate(
        cluster=ref.cluster, serviceName=ref.service, desiredStatus=status
    )
    return [arn for page in pages for arn in page.get("taskArns", [])]


def describe_tasks(
    settings: Settings, ref: ServiceRef, status: DesiredStatusType
) -> list[TaskTypeDef]:
    """Describe the service's tasks whose desired status is RUNNING or STOPPED."""
    return tasks.read(settings, ref.cluster, list_tasks(settings, ref, status))


def rollout_of(description: ServiceTypeDef, deployment: DeploymentTypeDef) -> Rollout:
    """Read one deployment of a service that DescribeServices describes."""
    return parse_rollout(deployment, alone=len(description["deployments"]) == 1)


def parse_rollout(deployment: DeploymentTypeDef, *, alone: bool = False) -> Rollout:
    """Read one deployment of DescribeServices; `alone` when the service has no other.

    ECS returns rolloutState for rolling updates only. Revisions that switch are done when the
    primary deployment is alone and runs what is desired:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
    """
    desired, running = deployment.get("desiredCount", 0), deployment.get("runningCount", 0)
    is_done = alone and running == desired and not deployment.get("pendingCount", 0)
    return Rollout(
        deployment["taskDefinition"],
        desired,
        running,
        deployment.get("failedTasks", 0),
        deployment.get("rolloutState") or ("COMPLETED" if is_done else "IN_PROGRESS"),
    )


def describe(settings: Settings, cluster: str, names: list[str]) -> dict[str, ServiceTypeDef]:
    """Describe the ACTIVE services of these names, as DescribeServices does, by name."""
    ecs = session.client(settings, "ecs")
    try:
        answer = ecs.describe_services(cluster=cluster, services=names)
    except ecs.exceptions.ClusterNotFoundException:
        return {}
    active = [each for each in answer.get("services", []) if each.get("status") == "ACTIVE"]
    return {each["serviceName"]: each for each in active}


def primary_of(description: ServiceTypeDef) -> DeploymentTypeDef | None:
    """Return the primary deployment of a described service; None without one."""
    deployments = description.get("deployments", [])
    return next((each for each in deployments if each.get("status") == "PRIMARY"), None)
