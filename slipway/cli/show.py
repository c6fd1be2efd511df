"""What the tasks that change nothing report: an environment's state, its outputs, its log."""

import json

from slipway import polling
from slipway.aws import contract, log_stream, service, services, stack
from slipway.aws.service import Service, ServiceRef
from slipway.aws.stack import Stack
from slipway.aws.stack_status import Step
from slipway.aws.tasks import Task
from slipway.cli import signals
from slipway.errors import Failed
from slipway.events import Say
from slipway.release import front_door
from slipway.release import logs as log
from slipway.results import ABSENT, EnvironmentStatus, ServiceStatus, TaskStatus
from slipway.settings import Settings


def status(settings: Settings) -> EnvironmentStatus:
    """Return the stack's state, its revision, its services with their tasks, and the address."""
    current = stack.observe(settings, settings.stack_name)
    if current.step is Step.CREATE:
        return EnvironmentStatus(current.name, ABSENT, str(not_deployed(settings)), "", (), "")
    refs = service.service_refs(current)
    observed = zip(refs, services.observe(settings, refs), strict=True)
    return EnvironmentStatus(
        stack=current.name,
        state=current.state.status,
        reason=current.reason,
        revision=contract.revision_of(current),
        services=tuple(service_status(ref, each, polling.wall()) for ref, each in observed),
        url=address(settings, current),
    )


def service_status(ref: ServiceRef, observed: Service | None, now: float) -> ServiceStatus:
    """Return what is observed of a service; `now` is in seconds since 1970."""
    if observed is None:
        return ServiceStatus(ref.service, "", 0, 0, 0, ABSENT)
    rollout = observed.rollout
    return ServiceStatus(
        name=ref.service,
        task_definition=log_stream.short(rollout.task_definition),
        desired=rollout.desired,
        running=rollout.running,
        failed=rollout.failed,
        state=rollout.state,
        tasks=tuple(_task_status(task, observed.healthy, now) for task in observed.tasks),
    )


def _task_status(task: Task, healthy: frozenset[str] | None, now: float) -> TaskStatus:
    seconds = now - task.started if task.started else None
    is_healthy = None if healthy is None else task.address in healthy
    return TaskStatus(log_stream.short(task.arn), seconds, is_healthy)


def outputs(settings: Settings) -> str:
    """Return the stack's outputs as JSON, with the address that this machine can reach.

    Raises Failed when the environment was never deployed.
    """
    current = deployed(settings)
    url = address(settings, current)
    return json.dumps({**current.outputs, **({"WebURL": url} if url else {})}, indent=2)


def address(settings: Settings, current: Stack) -> str:
    """Return where the service answers; "" for a stack without a load balancer."""
    return front_door.url(settings, current) if contract.outputs(current).balancer_host else ""


def logs(settings: Settings, say: Say, *, follow: bool, since: str, lines: str) -> None:
    """Show the newest `lines` of all tasks, and with `follow` those that come, until Ctrl-C.

    `since` is how far back they may be, such as 10m; "" for no more than a day. Raises Failed
    when the environment was never deployed, ConfigurationError for options that make no sense.
    """
    seconds, number = (log.parse_since(since) if since else None), log.parse_lines(lines)
    group = contract.outputs(deployed(settings), "log_group").log_group
    newest = log.newest(settings, group, polling.wall(), since=seconds, lines=number)
    for event in newest:
        say(log.line(event))
    if follow:
        with signals.until_interrupted():
            for event in log.follow(settings, group, newest):
                say(log.line(event))


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
