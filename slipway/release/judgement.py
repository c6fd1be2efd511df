"""What an observation of a service says of a release. Nothing is proven but what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from slipway.aws import service
from slipway.aws.log_stream import short

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import TaskTypeDef

    from slipway.aws.service import Service
    from slipway.aws.tasks import Task
    from slipway.revision import Image

# An application that fails on its first requests, or in its first background work, has ended
# by then; the load balancer's two checks, 10 s apart, say nothing about it.
SETTLE_SECONDS = 10


class Verdict(Enum):
    """What an observation says of the release; EMPTY: all is as expected, and no task runs."""

    PROVEN = "proven"
    PENDING = "pending"
    FAILED = "failed"
    EMPTY = "empty"


@dataclass(frozen=True)
class Judgement:
    """A verdict, and the first thing that is not as expected.

    `fault` is a task that stopped for a fault, as DescribeTasks returns it, when that is it.
    """

    verdict: Verdict
    reason: str = ""
    fault: TaskTypeDef | None = None


def judge(
    expected: str, image: Image, observed: Service | None, now: float, replaced: str = ""
) -> Judgement:
    """Compare a service with what it is to run: `image`, by the task definition `expected`.

    `expected` is an ARN, `now` in seconds since 1970; `replaced` is the id of the deployment
    that a restart has replaced, which runs the same definition and image, "" otherwise. Only a
    rollout in progress may still come right: a finished one that runs something else was rolled
    back by its circuit breaker, and a task that stopped for a fault does not become good by
    another one's start.
    """
    if observed is None:
        return Judgement(Verdict.FAILED, "there is no service")
    if failure := _failure(expected, observed, replaced):
        return failure
    waiting = _waiting(expected, image, observed, now)
    if waiting or (waiting := _earlier(observed) if replaced else ""):
        return Judgement(Verdict.PENDING, waiting)
    if not observed.tasks:
        return Judgement(Verdict.EMPTY, "no task runs, and the desired count is 0")
    return Judgement(Verdict.PROVEN)


def _failure(expected: str, observed: Service, replaced: str) -> Judgement | None:
    """Return what cannot come right any more."""
    if replaced and observed.deployment == replaced:
        return Judgement(
            Verdict.FAILED,
            f"it was not restarted, or was rolled back: its deployment is still {replaced}",
        )
    if observed.rollout.task_definition != expected:
        revision = short(observed.rollout.task_definition)
        return Judgement(Verdict.FAILED, f"the service was rolled back to {revision}")
    if fault := service.fault(observed):
        return Judgement(Verdict.FAILED, f"task {short(fault['taskArn'])} failed", fault)
    if observed.rollout.state == "FAILED":
        return Judgement(Verdict.FAILED, observed.reason or "the rollout failed")
    return None


def _waiting(expected: str, image: Image, observed: Service, now: float) -> str:
    """Name the first thing that is not yet as expected; "" when all is."""
    if observed.rollout.state != "COMPLETED":
        return f"{observed.rollout.running} of {observed.rollout.desired} tasks run"
    if len(observed.tasks) != observed.rollout.desired:
        return f"{len(observed.tasks)} tasks run, the desired count is {observed.rollout.desired}"
    for task in observed.tasks:
        problem = _problem(expected, image, task, observed.healthy) or _is_young(task, now)
        if problem:
            return f"task {short(task.arn)} {problem}"
    return ""


def _earlier(observed: Service) -> str:
    """Name the first task that another deployment than the primary one started; "" for none.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
    """
    others = (each for each in observed.tasks if each.deployment != observed.deployment)
    return next((f"task {short(each.arn)} is of an earlier deployment" for each in others), "")


def _problem(expected: str, image: Image, task: Task, healthy: frozenset[str] | None) -> str:
    if task.definition != expected:
        return f"runs {short(task.definition)}"
    own = (f"{image.repository}:", f"{image.repository}@")
    digests = [digest for name, digest in task.digests.items() if name.startswith(own)]
    if digests != [image.digest]:
        runs = ", ".join(each or "of unknown digest" for each in digests)
        return f"runs image {runs or 'of another repository'}, not {image.digest}"
    if healthy is not None and task.address not in healthy:
        return "is not healthy for the load balancer"
    return "is not healthy" if task.health == "UNHEALTHY" else ""


def _is_young(task: Task, now: float) -> str:
    if task.started is None:
        return "does not run yet"
    age = now - task.started
    return f"has run for only {max(age, 0):.0f} s" if age < SETTLE_SECONDS else ""
