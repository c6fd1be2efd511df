"""What a command reports at its end, as lines."""

from datetime import UTC, datetime

from slipway.events import Rollout
from slipway.results import (
    ABSENT,
    AppSecret,
    EnvironmentStatus,
    LogLine,
    ServiceStatus,
    Summary,
    TaskStatus,
)
from slipway.revision import Image


def rollout(event: Rollout | ServiceStatus) -> str:
    """Write how far a deployment is: its task definition, and its tasks."""
    name = event.task_definition.rsplit("/", 1)[-1]
    counts = f"{event.running} of {event.desired} tasks run, {event.failed} failed"
    return f"  {name}: {counts}, {event.state}"


def status(event: EnvironmentStatus) -> list[str]:
    """Write an environment's stack, revision, services with their tasks, and address."""
    if event.state == ABSENT:
        return [event.reason]
    services = [line for each in event.services for line in _service(each)]
    url = [f"url: {event.url}"] if event.url else []
    return [
        f"stack {event.stack}: {event.state} {event.reason}".rstrip(),
        f"revision: {event.revision or 'none yet'}",
        *services,
        *url,
    ]


def _service(service: ServiceStatus) -> list[str]:
    if service.state == ABSENT:
        return [f"service {service.name}: does not exist"]
    return [rollout(service), *map(_task, service.tasks)]


def _task(task: TaskStatus) -> str:
    age = "starts" if task.seconds is None else f"runs for {length(task.seconds)}"
    line = f"    task {task.task[:8]} {age}"
    if task.healthy is None:
        return line
    return f"{line}, healthy" if task.healthy else f"{line}, not healthy"


def length(seconds: float) -> str:
    """Write a length of time in its largest whole unit."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def log_line(event: LogLine) -> str:
    """Write a line of a log: its time (UTC), its entry, its task, and what the task wrote."""
    written = datetime.fromtimestamp(event.written, UTC)
    return f"{written:%H:%M:%S} {event.entry} {event.task[:8]} {event.text}"


def app_secret(event: AppSecret) -> str:
    """Write a secret: its name, the day of its last change, and whether tasks get it."""
    if event.changed is None:
        return f"  {event.name} does not exist; invoke secrets.set creates it in this environment"
    changed = f"{datetime.fromtimestamp(event.changed, UTC):%Y-%m-%d}"
    return f"  {event.name} changed {changed}{'' if event.used else ', not in STACK_SECRETS'}"


def image(event: Image) -> str:
    """Write an image: its name, its digest, and whether its tests passed."""
    return f"image {event.by_tag} {event.digest} ({'tested' if event.tested else 'untested'})"


def summary(event: Summary) -> str:
    """Write the seconds of each stage, in their order, and their sum."""
    if not event.changed:
        return "  nothing to do"
    parts = [f"{name} {seconds:.1f}" for name, seconds in event.seconds.items()]
    return f"  seconds: {', '.join(parts)}; {sum(event.seconds.values()):.1f} in all"
