"""ECS deployments that switch: a new revision beside the old one, and requests that move to it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.story.applications import Application

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.story.clock import Process
    from tests.story.services import Deployment, Service, Services

# A stage fails after so long, and nothing fails one whose tasks never start before: AWS's pages
# differ on whether the circuit breaker does, so that here it does not.
STAGE_SECONDS = 24 * 3600.0
LOOK_SECONDS = 0.5
# How long requests reach a revision before its errors ring an alarm.
ALARM_SECONDS = 60.0


def run(services: Services, service: Service, deployment: Deployment) -> Process:
    """Scale the new revision up, move the requests to it, bake, and stop the old one."""
    blue = next(iter(service.deployments[1:]), None)
    deployment.target_groups = [_idle(services, service) if blue else service.target_groups[0]]
    ends = services.world.clock.now + STAGE_SECONDS
    while not services.is_steady(service, deployment):
        if deployment.state != "IN_PROGRESS":
            return
        if services.world.clock.now >= ends:
            roll_back(services, service, deployment)
            return
        services.keep_count(service, deployment)
        yield LOOK_SECONDS
    if blue:
        for share, minutes in steps(service):
            _move(services, service, deployment, share)
            yield from _bake(services, service, deployment, minutes * 60)
    if deployment.state == "IN_PROGRESS":
        services.complete(service, deployment)
        yield from services.schedule(service, deployment)


def steps(service: Service) -> Iterator[tuple[float, float]]:
    """Yield the percentage of the requests that each step moves, and its minutes."""
    configuration = service.configuration
    if service.deployment_strategy == "CANARY":
        canary = configuration["CanaryConfiguration"]
        yield float(canary["CanaryPercent"]), float(canary["CanaryBakeTimeInMinutes"])
    if service.deployment_strategy == "LINEAR":
        linear = configuration["LinearConfiguration"]
        share = float(linear["StepPercent"])
        while share < 100:
            yield share, float(linear["StepBakeTimeInMinutes"])
            share += float(linear["StepPercent"])
    yield 100.0, float(configuration["BakeTimeInMinutes"])


def roll_back(services: Services, service: Service, deployment: Deployment) -> None:
    """Move all requests back, and leave the old revision alone: it has run all the time."""
    deployment.state, deployment.reason = "FAILED", "Service deployment rolled back."
    for task in services.tasks(service, deployment):
        services.stop_task(task, f"Scaling activity initiated by (deployment {deployment.id})")
    if blue := next(iter(service.deployments[1:]), None):
        _move(services, service, blue, 100)
        service.deployments = [blue]
        services.world.clock.start(services.schedule(service, blue))


def _bake(services: Services, service: Service, deployment: Deployment, seconds: float) -> Process:
    """Wait while both revisions run; an alarm rolls back."""
    clock = services.world.clock
    ends, rings = clock.now + seconds, clock.now + ALARM_SECONDS
    while clock.now < ends and deployment.state == "IN_PROGRESS":
        services.keep_count(service, deployment)
        if _has_errors(services, service, deployment) and clock.now >= rings:
            roll_back(services, service, deployment)
        yield 5.0


def _has_errors(services: Services, service: Service, deployment: Deployment) -> bool:
    digests = [str(each.digest) for each in services.tasks(service, deployment)]
    known = services.world.applications
    return any(known.get(each, Application()).alarms for each in digests)


def _idle(services: Services, service: Service) -> str:
    """Return the target group that gets no requests."""
    weights = services.world.elb.rules[service.rule]
    return min(service.pair, key=lambda each: weights.get(each, 0))


def _move(services: Services, service: Service, deployment: Deployment, share: float) -> None:
    """Send a percentage of the requests to a deployment, and the rest to the other."""
    own = deployment.target_groups[0]
    other = next(each for each in service.pair if each != own)
    services.world.elb.rules[service.rule] = {own: share, other: 100 - share}
