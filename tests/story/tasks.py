"""ECS tasks: from the first second to the hour in which a stopped one is still listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.story.applications import Application
from tests.story.elb import Target
from tests.story.identities import arn

if TYPE_CHECKING:
    from tests.story.clock import Process
    from tests.story.world import World

START_SECONDS = 1.0
HEALTH_SECONDS = 1.0
UNHEALTHY_SECONDS = 20.0
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
LISTED_SECONDS = 3600.0
EXITED = "Essential container in task exited"
# A container that got SIGTERM and ended by it: 128 + 15.
TERMINATED = 143


@dataclass
class Task:
    """One task; times are seconds of the story."""

    arn: str
    definition: dict[str, Any]
    group: str
    started_by: str
    created: float
    address: str
    deployment: str = ""
    target_groups: list[str] = field(default_factory=list)
    status: str = "PROVISIONING"
    desired: str = "RUNNING"
    digest: str | None = None
    started: float | None = None
    stopped: float | None = None
    stop_code: str = ""
    reason: str = ""
    exit_code: int | None = None

    @property
    def number(self) -> str:
        """The last part of its ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def container(self) -> dict[str, Any]:
        """The definition of the container that decides: its family bears its name."""
        containers: list[dict[str, Any]] = self.definition["containerDefinitions"]
        family = self.definition["family"]
        own = (each for each in containers if family.endswith(f"-{each['name']}"))
        return next(own, containers[0])

    @property
    def runs(self) -> bool:
        """Whether it has started and not ended."""
        return self.status == "RUNNING"

    def variables(self) -> set[str]:
        """Return the names that its container finds in its environment."""
        names = [*self.container.get("environment", []), *self.container.get("secrets", [])]
        return {each["name"] for each in names}


class Tasks:
    """The tasks of the one cluster, by ARN, in the order in which they were created."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_arn: dict[str, Task] = {}

    def start(self, definition: dict[str, Any], cluster: str, **options: Any) -> Task:
        """Create a task, which begins to live."""
        number = len(self.by_arn) + 1
        key = arn("ecs", f"task/{cluster}/{number:032x}")
        created = self.world.clock.now
        address = f"10.0.{number // 250}.{number % 250 + 1}"
        task = Task(key, definition, created=created, address=address, **options)
        self.by_arn[key] = task
        self.world.clock.start(self._live(task))
        return task

    def stop(self, task: Task, code: str, reason: str) -> None:
        """Ask a task to end, which takes a second."""
        if task.desired == "STOPPED":
            return
        task.desired = "STOPPED"
        task.stop_code, task.reason = code, reason
        self.world.elb.deregister(task.address)
        self.world.clock.start(self._stop(task))

    def end(self, task: Task, code: str, reason: str, exit_code: int | None = None) -> None:
        """Record that a task has ended by itself."""
        task.desired = "STOPPED"
        task.stop_code, task.reason = code, reason
        self._stopped(task, exit_code)

    def listed(self) -> list[Task]:
        """Return those that ECS still lists."""
        oldest = self.world.clock.now - LISTED_SECONDS
        return [t for t in self.by_arn.values() if t.stopped is None or t.stopped > oldest]

    def write(self, task: Task, *lines: str) -> None:
        """Write lines into the log stream of a task's container."""
        options = task.container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{task.container['name']}/{task.number}"
        self.world.logs.write(options["awslogs-group"], stream, *lines)

    def _stop(self, task: Task) -> Process:
        yield 1.0
        if task.stopped is None:
            self._stopped(task, TERMINATED if task.runs else None)

    def _stopped(self, task: Task, exit_code: int | None) -> None:
        task.status, task.stopped, task.exit_code = "STOPPED", self.world.clock.now, exit_code
        self.world.elb.deregister(task.address)

    def _live(self, task: Task) -> Process:
        yield START_SECONDS
        if task.desired == "STOPPED":
            return
        task.digest = self.world.ecr.resolve(task.container["image"])
        if problem := self._problem(task):
            self.end(task, "TaskFailedToStart", problem)
            return
        application = self.world.applications.get(str(task.digest), Application())
        if task.deployment and not application.starts:
            return
        task.status, task.started = "RUNNING", self.world.clock.now
        act = self._serve if task.deployment else self._migrate
        yield from act(task, application)

    def _problem(self, task: Task) -> str:
        """Return why a task cannot start; "" when it can.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
        """
        image = task.container["image"]
        if task.digest is None:
            return f"CannotPullContainerError: pull image manifest: {image}: not found"
        for secret in task.container.get("secrets", []):
            if not self.world.secrets.holds(secret["valueFrom"]):
                what = f"unable to retrieve secret from asm: {secret['valueFrom']}"
                return f"ResourceInitializationError: unable to pull secrets: {what}"
        return ""

    def _migrate(self, task: Task, application: Application) -> Process:
        migration, digest = application.migration, str(task.digest)
        if migration.needs and migration.needs not in task.variables():
            self.write(task, f"{migration.needs}: is not set")
            self.end(task, "EssentialContainerExited", EXITED, 1)
            return
        self.world.database.begin(digest)
        self.write(task, *migration.lines)
        ends = self.world.clock.now + migration.seconds
        while self.world.clock.now < ends and task.stopped is None:
            yield min(1.0, ends - self.world.clock.now)
        good = task.stopped is None and migration.code == 0
        self.world.database.end(digest, good=good)
        if task.stopped is None:
            self.end(task, "EssentialContainerExited", EXITED, migration.code)

    def _serve(self, task: Task, application: Application) -> Process:
        if not task.target_groups:
            yield from self._work(task, application)
            return
        port = task.container["portMappings"][0]["containerPort"]
        target = Target(task.address, port, application.live, application.ready)
        self.world.elb.register(task.target_groups, target)
        self.write(task, "listening")
        age = 0.0
        while task.desired == "RUNNING":
            if application.exits is not None and age >= application.after:
                self.write(task, *application.last_words)
                self.end(task, "EssentialContainerExited", EXITED, application.exits)
            elif age >= HEALTH_SECONDS + UNHEALTHY_SECONDS and not target.healthy:
                self._failed_health_checks(task)
            target.checked = age >= HEALTH_SECONDS
            if target.healthy and application.exits is None:
                return
            yield 1.0
            age += 1.0

    def _work(self, task: Task, application: Application) -> Process:
        """Run what no load balancer asks: it goes on, or ends after a while."""
        self.write(task, "working")
        yield application.after
        if application.worker_exits is not None and task.desired == "RUNNING":
            self.write(task, *application.last_words)
            self.end(task, "EssentialContainerExited", EXITED, application.worker_exits)

    def _failed_health_checks(self, task: Task) -> None:
        """Stop a task as the scheduler does.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-service-load-balancers.html
        """
        groups = ", ".join(f"target-group {each}" for each in task.target_groups)
        reason = f"Task failed ELB health checks in ({groups})"
        self.stop(task, "ServiceSchedulerInitiated", reason)
