"""What the tasks that change nothing print: an environment's state, its outputs, its log."""

import json
from collections.abc import Iterable, Iterator

from slipway import polling
from slipway.aws import contract, service, services, stack
from slipway.aws.service import Service, ServiceRef
from slipway.aws.stack import Stack
from slipway.aws.stack_status import Step
from slipway.aws.tasks import Task
from slipway.cli import signals
from slipway.errors import Failed
from slipway.release import front_door
from slipway.release import logs as log
from slipway.settings import Settings
from slipway.view import console
from slipway.view.text import printable_lines


def status(settings: Settings) -> None:
    """Print the stack's state, its revision, its services with their tasks, and the address."""
    current = stack.observe(settings, settings.stack_name)
    if current.step is Step.CREATE:
        print_lines([str(not_deployed(settings))])
        return
    places = service.places(current)
    observed = zip(places, services.observe(settings, places), strict=True)
    print_lines(status_lines(current, observed, address(settings, current), polling.wall()))


def status_lines(
    current: Stack, observed: Iterable[tuple[ServiceRef, Service | None]], url: str, now: float
) -> Iterator[str]:
    """Write what is observed as lines; `now` is in seconds since 1970."""
    yield f"stack {current.name}: {current.state.status} {current.reason}".rstrip()
    yield f"revision: {contract.revision_of(current) or 'none yet'}"
    for place, each in observed:
        if each is None:
            yield f"service {place.service}: does not exist"
            continue
        yield from console.lines(each.rollout)
        yield from (_task_line(task, each.healthy, now) for task in each.tasks)
    if url:
        yield f"url: {url}"


def _task_line(task: Task, healthy: frozenset[str] | None, now: float) -> str:
    """Write a task: how long it has run, and whether a load balancer calls it healthy."""
    age = f"runs for {_length(now - task.started)}" if task.started else "starts"
    line = f"    task {task.arn.rpartition('/')[2][:8]} {age}"
    if healthy is None:
        return line
    return f"{line}, healthy" if task.address in healthy else f"{line}, not healthy"


def _length(seconds: float) -> str:
    """Write a length of time in its largest whole unit."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def outputs(settings: Settings) -> None:
    """Print the stack's outputs as JSON, with the address that this machine can reach.

    Raises Failed when the environment was never deployed.
    """
    current = deployed(settings)
    url = address(settings, current)
    print(json.dumps({**current.outputs, **({"WebURL": url} if url else {})}, indent=2))


def address(settings: Settings, current: Stack) -> str:
    """Return where the service answers; "" for a stack without a load balancer."""
    return front_door.url(settings, current) if contract.outputs(current).balancer_host else ""


def logs(settings: Settings, *, follow: bool, since: str, lines: str) -> None:
    """Print the newest `lines` of all tasks, and with `follow` those that come, until Ctrl-C.

    `since` is how far back they may be, such as 10m; "" for no more than a day. Raises Failed
    when the environment was never deployed, ConfigurationError for options that make no sense.
    """
    seconds, number = (log.parse_since(since) if since else None), log.parse_lines(lines)
    group = contract.outputs(deployed(settings), "log_group").log_group
    newest = log.newest(settings, group, polling.wall(), since=seconds, lines=number)
    print_lines(map(log.line, newest))
    if follow:
        with signals.until_interrupted():
            print_lines(map(log.line, log.follow(settings, group, newest)))


def deployed(settings: Settings) -> Stack:
    """Return the application stack.

    Raises Failed when the environment was never deployed: there is no stack, or one without
    outputs, because its creation is under way or has failed.
    """
    current = stack.observe(settings, settings.stack_name)
    if current.step is Step.CREATE:
        raise not_deployed(settings)
    if not current.outputs:
        command = "status" if current.step is Step.WAIT else "deploy"
        raise Failed(
            f"stack {current.name} is {current.state.status}: nothing is deployed yet",
            hint=f"invoke {command} --env {settings.environment}",
        )
    return current


def not_deployed(settings: Settings) -> Failed:
    """Say that there is no stack yet, and how it comes to be."""
    return Failed(
        f"{settings.environment} is not deployed yet: there is no stack {settings.stack_name}",
        hint=f"invoke deploy --env {settings.environment}",
    )


def print_lines(texts: Iterable[str]) -> None:
    """Print text from outside: as text, whatever it holds."""
    for text in texts:
        for line in printable_lines(text):
            print(line, flush=True)
