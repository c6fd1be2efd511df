"""The API of ECS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.story.identities import arn
from tests.story.refusals import Refusal
from tests.story.tasks import TERMINATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.story.clock import Clock
    from tests.story.services import Deployment, Service
    from tests.story.tasks import Task
    from tests.story.world import World

PAGE = 100


class Ecs:
    """Clusters, services and tasks as API calls see them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.page = PAGE
        self.clusters: set[str] = set()
        # Containers that the account adds to each task, such as GuardDuty's agent.
        self.foreign: list[dict[str, Any]] = []
        self._tokens: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        """Leave the calls on task definitions to these."""
        return getattr(self.world.task_definitions, name)

    def describe_services(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe services by name or ARN; those that do not exist are failures."""
        self._cluster(request)
        services = self.world.services.by_name
        names = [each.rpartition("/")[2] for each in request["services"]]
        known = [services[name] for name in names if name in services]
        missing = [{"arn": name, "reason": "MISSING"} for name in names if name not in services]
        return {"services": [self._service(each) for each in known], "failures": missing}

    def list_tasks(self, request: dict[str, Any]) -> dict[str, Any]:
        """List task ARNs, in pages.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
        """
        cluster = self._cluster(request)
        arns = [
            task.arn
            for task in self.world.tasks.listed()
            if f"task/{cluster}/" in task.arn and all(self._matches(task, request))
        ]
        first = int(request.get("nextToken", 0))
        last = first + min(request.get("maxResults", self.page), self.page)
        more = {"nextToken": str(last)} if len(arns) > last else {}
        return {"taskArns": arns[first:last], **more}

    def describe_tasks(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe tasks by ARN or number."""
        self._cluster(request)
        assert len(request["tasks"]) <= PAGE, "ECS describes at most 100 tasks"
        numbers = {each.rpartition("/")[2] for each in request["tasks"]}
        tasks = [each for each in self.world.tasks.listed() if each.number in numbers]
        return {"tasks": [self._task(each) for each in tasks], "failures": []}

    def run_task(self, request: dict[str, Any]) -> dict[str, Any]:
        """Start a one-off task; the same client token starts none twice."""
        cluster = self._cluster(request)
        token = request.get("clientToken", "")
        if token in self._tokens:
            return {"tasks": [self._task(self.world.tasks.by_arn[self._tokens[token]])]}
        definition = self.world.task_definitions.find(request["taskDefinition"])
        if definition["status"] != "ACTIVE":
            raise Refusal("ClientException", "TaskDefinition is inactive")
        group = request.get("group", f"family:{definition['family']}")
        started_by = request.get("startedBy", "")
        task = self.world.tasks.start(definition, cluster, group=group, started_by=started_by)
        if token:
            self._tokens[token] = task.arn
        return {"tasks": [self._task(task)], "failures": []}

    def stop_task(self, request: dict[str, Any]) -> dict[str, Any]:
        """Stop a task."""
        self._cluster(request)
        number = request["task"].rpartition("/")[2]
        for task in self.world.tasks.listed():
            if task.number == number:
                self.world.tasks.stop(task, "UserInitiated", request.get("reason", ""))
                return {"task": self._task(task)}
        raise Refusal("InvalidParameterException", "The referenced task was not found.")

    def _cluster(self, request: dict[str, Any]) -> str:
        name = str(request.get("cluster", "default").rpartition("/")[2])
        if name not in self.clusters:
            raise Refusal("ClusterNotFoundException", "Cluster not found.")
        return name

    def _matches(self, task: Task, request: dict[str, Any]) -> Iterator[bool]:
        yield task.desired == request.get("desiredStatus", "RUNNING")
        if "serviceName" in request:
            name = request["serviceName"].rpartition("/")[2]
            if name not in self.world.services.by_name:
                raise Refusal("ServiceNotFoundException", "Service not found.")
            yield task.group == f"service:{name}"
        if "family" in request:
            yield task.definition["family"] == request["family"]
        if "startedBy" in request:
            yield task.started_by == request["startedBy"]

    def _task(self, task: Task) -> dict[str, Any]:
        clock = self.world.clock
        times = {"createdAt": task.created, "startedAt": task.started, "stoppedAt": task.stopped}
        address = [{"name": "privateIPv4Address", "value": task.address}]
        network = {"type": "ElasticNetworkInterface", "status": "ATTACHED", "details": address}
        containers = task.definition["containerDefinitions"]
        why = {"stopCode": task.stop_code, "stoppedReason": task.reason} if task.stop_code else {}
        return {
            "taskArn": task.arn,
            "clusterArn": arn("ecs", f"cluster/{task.arn.split('/')[1]}"),
            "taskDefinitionArn": task.definition["taskDefinitionArn"],
            "group": task.group,
            "startedBy": task.started_by,
            "lastStatus": task.status,
            "desiredStatus": task.desired,
            "healthStatus": "UNKNOWN",
            "launchType": "FARGATE",
            "attachments": [network],
            "containers": [*(self._container(task, each) for each in containers), *self.foreign],
            **{name: clock.date_of(then) for name, then in times.items() if then is not None},
            **why,
        }

    def _container(self, task: Task, definition: dict[str, Any]) -> dict[str, Any]:
        """Describe a container; a side-car ends with its task, by SIGTERM."""
        name, image = definition["name"], definition["image"]
        description = {"name": name, "image": image, "lastStatus": task.status}
        is_own = definition is task.container
        code = task.exit_code if is_own or task.exit_code is None else TERMINATED
        if code is not None:
            description["exitCode"] = code
        if digest := self.world.ecr.resolve(image):
            description["imageDigest"] = digest
        if is_own and task.stop_code == "TaskFailedToStart":
            description["reason"] = task.reason
        return description

    def _service(self, service: Service) -> dict[str, Any]:
        running = [task for task in self.world.services.tasks(service) if task.runs]
        return {
            "serviceArn": service.arn,
            "serviceName": service.name,
            "clusterArn": arn("ecs", f"cluster/{service.cluster}"),
            "status": service.status,
            "desiredCount": service.desired,
            "runningCount": len(running),
            "deploymentConfiguration": {"strategy": service.deployment_strategy},
            "deployments": [self._deployment(service, each) for each in service.deployments],
            "events": [],
        }

    def _deployment(self, service: Service, deployment: Deployment) -> dict[str, Any]:
        tasks = self.world.services.tasks(service, deployment)
        running = sum(task.runs for task in tasks)
        clock: Clock = self.world.clock
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html
        is_rolling = service.deployment_strategy == "ROLLING"
        rollout = {"rolloutState": deployment.state, "rolloutStateReason": deployment.reason}
        return {
            "id": deployment.id,
            "status": "PRIMARY" if deployment is service.primary else "ACTIVE",
            "taskDefinition": deployment.definition,
            "desiredCount": service.desired if deployment is service.primary else len(tasks),
            "runningCount": running,
            "pendingCount": len(tasks) - running,
            "failedTasks": deployment.failed,
            "createdAt": clock.date_of(deployment.created),
            **(rollout if is_rolling else {}),
        }
