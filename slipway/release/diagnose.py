"""Why a release fails, read while ECS still knows: a rollback deletes the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slipway.aws import faults, log_stream, service, session, tasks
from slipway.events import Event, Note, TaskStopped, TaskUnhealthy
from slipway.release import log_lines
from slipway.release.target_watch import TargetWatch

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from types_boto3_ecs.literals import DesiredStatusType
    from types_boto3_ecs.type_defs import (
        ContainerDefinitionOutputTypeDef,
        ContainerTypeDef,
        TaskTypeDef,
    )

    from slipway.aws.log_stream import LogStream
    from slipway.aws.service import ServiceRef
    from slipway.settings import Settings

SHOWN_LINES = 40


@dataclass
class Evidence:
    """Of one service: the first fault of the tasks that are new, and what ails them.

    New are tasks that start from now on, or were made at `since` or later; of a service that
    `is_new`, all are. `known` are the ARNs of the others, and of those that are explained;
    `first` is the first fault; `ailing` is the newest report of a task that runs and is not
    healthy.
    """

    settings: Settings
    ref: ServiceRef
    since: datetime | None = None
    is_new: bool = False
    known: set[str] = field(default_factory=set)
    first: TaskStopped | None = None
    ailing: TaskUnhealthy | None = None
    targets: TargetWatch = field(init=False)

    def __post_init__(self) -> None:
        states: tuple[DesiredStatusType, ...] = () if self.is_new else ("RUNNING", "STOPPED")
        listed = [arn for each in states for arn in self._list(each)]
        self.known = set(listed) - self._made_since(listed)
        self.targets = TargetWatch(self.settings, self.ref)

    def _made_since(self, listed: list[str]) -> set[str]:
        if self.since is None or not listed:
            return set()
        described = tasks.read(self.settings, self.ref.cluster, listed)
        return {each["taskArn"] for each in described if _is_since(each, self.since)}

    def look(self) -> Event | None:
        """Return what is new, once: a task that stopped, or one that does not become healthy.

        After the first fault there is nothing to add, and nothing is asked.
        """
        if self.first:
            return None
        return self._stopped() or self._unhealthy()

    def summary(self) -> str | None:
        """Return the cause and where its log is, in two lines; None while there is no fault."""
        cause = self.first.cause if self.first else self.ailing.what if self.ailing else ""
        return f"{cause}\nlog: invoke logs --env {self.settings.environment}" if cause else None

    def _stopped(self) -> Event | None:
        new = [arn for arn in self._list("STOPPED") if arn not in self.known]
        described = tasks.read(self.settings, self.ref.cluster, new) if new else []
        for task in filter(faults.is_explained, described):
            self.known.add(task["taskArn"])
            if faults.is_fault(task):
                self.first = explain_stop(self.settings, task, self.targets.describe(task))
                return self.first
            if lost := faults.reclaimed(task):
                name = log_stream.short(task["taskArn"])
                return Note(f"task {name} stopped: {lost}; ECS starts another one")
        return None

    def _unhealthy(self) -> Event | None:
        if not (target := self.targets.overdue()):
            return None
        running = tasks.read(self.settings, self.ref.cluster, self._list("RUNNING"))
        own = [
            each
            for each in running
            if each["taskArn"] not in self.known and tasks.parse(each).address == target.address
        ]
        if not own:  # a task of the revision before
            self.targets.ignored.add(target.address)
            return None
        self.targets.reported.add(target.reason)
        self.ailing = report(self.settings, own[-1], self.targets.describe(own[-1]))
        return self.ailing

    def _list(self, status: DesiredStatusType) -> list[str]:
        ecs = session.client(self.settings, "ecs")
        try:
            return service.list_tasks(self.settings, self.ref, status)
        except (ecs.exceptions.ServiceNotFoundException, ecs.exceptions.ClusterNotFoundException):
            return []


def _is_since(task: TaskTypeDef, since: datetime) -> bool:
    made = task.get("createdAt")
    return made is not None and made >= since


def explain_stop(settings: Settings, task: TaskTypeDef, target: str = "") -> TaskStopped:
    """Gather a stopped task's cause, ECS's reasons, exit codes and last log lines.

    `target` is what the load balancer saw of it. A task that never ran has no log, so none is
    waited for.
    """
    definitions = _definitions(settings, task)
    container = faults.failed_container(task, definitions)
    never_ran = faults.never_ran(task, container)
    lines = [] if never_ran else _log(settings, task, definitions, container, _to_the_error)
    event = stopped(task, definitions, container, lines, target)
    return replace(event, log=tuple(lines[-SHOWN_LINES:]))


def stopped(
    task: TaskTypeDef,
    definitions: list[ContainerDefinitionOutputTypeDef],
    container: ContainerTypeDef | None,
    lines: list[str],
    target: str = "",
) -> TaskStopped:
    """Return the event of a stopped task, without its log.

    Containers that `definitions` do not name are left out.
    """
    names = {each["name"] for each in definitions}
    containers = [each for each in task.get("containers", []) if each.get("name") in names]
    reasons = [task.get("stoppedReason", ""), *(each.get("reason", "") for each in containers)]
    return TaskStopped(
        log_stream.short(task["taskArn"]),
        "; ".join(dict.fromkeys(each for each in reasons if each)),
        {each["name"]: each.get("exitCode") for each in containers},
        (),
        faults.cause(task, container, line=log_lines.last_words(lines, container), target=target),
    )


def report(settings: Settings, task: TaskTypeDef, target: str) -> TaskUnhealthy:
    """Gather what a running task that is not healthy has written so far."""
    definitions = _definitions(settings, task)
    lines = _log(settings, task, definitions, None, log_stream.newest)
    line = log_lines.exception_line(lines)
    what = faults.shorten(f"{target}: {line}" if line else target)
    return TaskUnhealthy(log_stream.short(task["taskArn"]), what, tuple(lines[-SHOWN_LINES:]))


def _definitions(settings: Settings, task: TaskTypeDef) -> list[ContainerDefinitionOutputTypeDef]:
    ecs = session.client(settings, "ecs")
    answer = ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])
    return answer["taskDefinition"].get("containerDefinitions", [])


def _to_the_error(stream: LogStream) -> list[str]:
    return log_stream.last_lines(stream, log_lines.exception_line)


def _log(
    settings: Settings,
    task: TaskTypeDef,
    definitions: list[ContainerDefinitionOutputTypeDef],
    container: ContainerTypeDef | None,
    read: Callable[[LogStream], list[str]],
) -> list[str]:
    """Read the last lines of the container that failed, or of the first essential one."""
    essential = sorted(definitions, key=lambda each: not each.get("essential", True))
    own = [each for each in essential if container is None or each["name"] == container["name"]]
    streams = (log_stream.of_container(settings, task, each) for each in own)
    stream = next((each for each in streams if each), None)
    return read(stream) if stream else []
