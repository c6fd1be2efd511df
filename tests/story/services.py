"""ECS services: deployments, their rollout, and the circuit breaker of a rolling one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.story import switches
from tests.story.identities import arn
from tests.story.resources import ResourceFailed

if TYPE_CHECKING:
    from tests.story.clock import Process
    from tests.story.tasks import Task
    from tests.story.world import World

# Half of the desired count, and 3 at least:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
FAILURES = 3
SCHEDULE_SECONDS = 0.5
UNFORCED = (
    'Resource handler returned message: "Invalid request provided: When switching from launch type '
    "to capacity provider strategy on an existing service, or making a change to a capacity "
    "provider strategy on a service that is already using one, you must force a new deployment."
    '" (HandlerErrorCode: InvalidRequest)'
)
FAULTS = ("EssentialContainerExited", "TaskFailedToStart")


@dataclass
class Deployment:
    """One deployment of a service."""

    id: str
    definition: str
    created: float
    state: str = "IN_PROGRESS"
    reason: str = ""
    failed: int = 0
    counted: set[str] = field(default_factory=set)
    target_groups: list[str] = field(default_factory=list)


@dataclass
class Service:
    """A service; the first deployment is the primary one.

    `pair` are the two target groups of a service that switches, `rule` the listener rule.
    """

    name: str
    cluster: str
    desired: int
    target_groups: list[str]
    deployments: list[Deployment] = field(default_factory=list)
    completed: Deployment | None = None
    nonce: str = ""
    strategy: list[dict[str, Any]] = field(default_factory=list)
    status: str = "ACTIVE"
    configuration: dict[str, Any] = field(default_factory=dict)
    pair: list[str] = field(default_factory=list)
    rule: str = ""

    @property
    def deployment_strategy(self) -> str:
        """How one revision replaces another."""
        return str(self.configuration.get("Strategy", "ROLLING"))

    @property
    def arn(self) -> str:
        """Its ARN, in the long form."""
        return arn("ecs", f"service/{self.cluster}/{self.name}")

    @property
    def primary(self) -> Deployment:
        """The deployment that is wanted."""
        return self.deployments[0]


class Services:
    """The services of the one cluster, by name."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_name: dict[str, Service] = {}
        self.deployed = 0
        # AWS's pages differ on whether EnableForceNewDeployment forces every update of a service,
        # or only one with another nonce.
        self.always_forces = False

    def apply(self, properties: dict[str, Any]) -> Service:
        """Create or update a service as a template declares it."""
        name = properties["ServiceName"]
        service = self.by_name.get(name)
        if service is None or service.status == "INACTIVE":
            groups = [each["TargetGroupArn"] for each in properties.get("LoadBalancers", [])]
            desired = int(properties.get("DesiredCount", 1))
            service = self.by_name[name] = Service(name, properties["Cluster"], desired, groups)
        service.desired = int(properties.get("DesiredCount", service.desired))
        _configure(service, properties)
        forced = self._is_forced(service, properties)
        self._change_strategy(service, properties, forced=forced)
        definition = properties["TaskDefinition"]
        if forced or not service.deployments or service.primary.definition != definition:
            self.deploy(service, definition)
        return service

    def _is_forced(self, service: Service, properties: dict[str, Any]) -> bool:
        """Whether the update is a new deployment, whatever it changes.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-forcenewdeployment.html
        """
        force = properties.get("ForceNewDeployment", {})
        before, service.nonce = service.nonce, force.get("ForceNewDeploymentNonce", "")
        enabled = bool(force.get("EnableForceNewDeployment"))
        return enabled and (self.always_forces or service.nonce not in {"", before})

    def _change_strategy(
        self, service: Service, properties: dict[str, Any], *, forced: bool
    ) -> None:
        """Take another capacity provider strategy with a forced deployment alone, as ECS does."""
        strategy = properties.get("CapacityProviderStrategy", [])
        if service.deployments and strategy != service.strategy and not forced:
            raise ResourceFailed(UNFORCED)
        service.strategy = strategy

    def deploy(self, service: Service, definition: str) -> None:
        """Begin a deployment of a task definition."""
        self.deployed += 1
        deployment = Deployment(f"ecs-svc/{self.deployed:019d}", definition, self.world.clock.now)
        deployment.target_groups = service.target_groups
        service.deployments.insert(0, deployment)
        if service.deployment_strategy == "ROLLING":
            self.world.clock.start(self.schedule(service, deployment))
        else:
            self.world.clock.start(switches.run(self, service, deployment))

    def stop_deployment(self, service: Service) -> None:
        """Do what StopServiceDeployment does: roll back what is in progress."""
        deployment = service.primary
        if service.deployment_strategy != "ROLLING" and deployment.state == "IN_PROGRESS":
            switches.roll_back(self, service, deployment)

    def delete(self, service: Service) -> None:
        """Delete a service with its tasks."""
        service.status, service.deployments = "INACTIVE", []
        for task in self.tasks(service):
            self.stop_task(task, "Service deleted")

    def tasks(self, service: Service, deployment: Deployment | None = None) -> list[Task]:
        """Return the tasks that are to run, of one deployment or of all."""
        return [
            task
            for task in self.world.tasks.by_arn.values()
            if task.group == f"service:{service.name}" and task.desired == "RUNNING"
            if deployment is None or task.deployment == deployment.id
        ]

    def schedule(self, service: Service, deployment: Deployment) -> Process:
        """Keep the deployment's tasks at the desired count while it is the primary one."""
        while service.deployments and service.primary is deployment:
            self._count_failures(service, deployment)
            if deployment.state == "IN_PROGRESS" and deployment.failed >= FAILURES:
                self._break(service, deployment)
                return
            is_steady = self.is_steady(service, deployment)
            self.keep_count(service, deployment)
            if deployment.state == "IN_PROGRESS" and is_steady:
                self.complete(service, deployment)
            yield SCHEDULE_SECONDS

    def keep_count(self, service: Service, deployment: Deployment) -> None:
        """Start and stop tasks of a deployment until as many run as are wanted."""
        own = self.tasks(service, deployment)
        for _ in range(service.desired - len(own)):
            self._start(service, deployment)
        for task in own[service.desired :]:
            self.stop_task(task, "Scaling activity initiated by deployment")

    def is_steady(self, service: Service, deployment: Deployment) -> bool:
        """Whether all tasks of a deployment are healthy."""
        own = self.tasks(service, deployment)
        healthy = [task for task in own if task.runs and self._is_healthy(task)]
        return len(healthy) >= service.desired

    def _start(self, service: Service, deployment: Deployment) -> None:
        definition = self.world.task_definitions.find(deployment.definition)
        self.world.tasks.start(
            definition,
            service.cluster,
            group=f"service:{service.name}",
            started_by=deployment.id,
            deployment=deployment.id,
            target_groups=deployment.target_groups,
        )

    def stop_task(self, task: Task, reason: str) -> None:
        """Stop a task as the scheduler does."""
        self.world.tasks.stop(task, "ServiceSchedulerInitiated", reason)

    def _count_failures(self, service: Service, deployment: Deployment) -> None:
        """Count tasks that ended by a fault; those that were scaled in are none."""
        for key, task in self.world.tasks.by_arn.items():
            own = task.deployment == deployment.id and task.group == f"service:{service.name}"
            fault = task.stop_code in FAULTS or task.reason.startswith("Task failed")
            if own and fault and key not in deployment.counted:
                deployment.counted.add(key)
                deployment.failed += 1

    def _is_healthy(self, task: Task) -> bool:
        groups = [self.world.elb.groups[each] for each in task.target_groups]
        targets = [group.get(task.address) for group in groups]
        return all(target is not None and target.healthy for target in targets)

    def complete(self, service: Service, deployment: Deployment) -> None:
        """End a deployment well: the others' tasks are stopped."""
        deployment.state = "COMPLETED"
        deployment.reason = f"ECS deployment {deployment.id} completed."
        service.completed = deployment
        service.deployments = [deployment]
        for task in self.tasks(service):
            if task.deployment != deployment.id:
                self.stop_task(task, f"Scaling activity initiated by (deployment {deployment.id})")

    def _break(self, service: Service, deployment: Deployment) -> None:
        """Open the circuit breaker: the deployment has failed, and the last good one is back."""
        deployment.state = "FAILED"
        deployment.reason = "ECS deployment circuit breaker: tasks failed to start."
        for task in self.tasks(service, deployment):
            self.stop_task(task, f"Scaling activity initiated by (deployment {deployment.id})")
        if service.completed:
            self._return_to(service, service.completed)

    def _return_to(self, service: Service, deployment: Deployment) -> None:
        """Roll back to a deployment that was complete: it has its id, and its tasks still run."""
        service.deployments = [deployment]
        self.world.clock.start(self.schedule(service, deployment))


def _configure(service: Service, properties: dict[str, Any]) -> None:
    """Take the strategy over, and where requests come from."""
    service.configuration = properties.get("DeploymentConfiguration", {})
    for each in properties.get("LoadBalancers", []):
        advanced = each.get("AdvancedConfiguration", {})
        if advanced:
            service.pair = [each["TargetGroupArn"], advanced["AlternateTargetGroupArn"]]
            service.rule = advanced["ProductionListenerRule"]
