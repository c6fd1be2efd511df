"""Part of the local account's server: the pauses of a service whose tasks keep ending.

They grow, as those of ECS's scheduler do for tasks that fail to start, up to 27 minutes:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html

ECS does not pause after a task that was RUNNING. Here it does: Fargate takes tens of seconds
to start a task, and this machine one.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs

# A circuit breaker of the default size ends a rollout after three failed tasks.
FREE_ENDS = 3
LONGEST_PAUSE_SECONDS = 27 * 60
# A task that ran for so long is not one that fails to start.
STEADY_SECONDS = 120
UNABLE = "(service {}) is unable to consistently start tasks successfully."

Task = dict[str, Any]


@dataclass
class Backoff:
    """When each deployment may start its next task; `clock` gives seconds that only grow."""

    clock: Callable[[], float] = time.monotonic
    ends: dict[str, int] = field(default_factory=dict)
    not_before: dict[str, float] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)

    def note(self, deployment: str, ran_seconds: float) -> float:
        """Count the end of a task of a deployment; return the seconds to wait after it."""
        steady = ran_seconds >= STEADY_SECONDS
        self.ends[deployment] = 1 if steady else self.ends.get(deployment, 0) + 1
        seconds = pause(self.ends[deployment])
        self.not_before[deployment] = self.clock() + seconds
        return seconds

    def seconds_left(self, deployment: str) -> float:
        """Return for how many seconds a deployment may start no task."""
        return max(0.0, self.not_before.get(deployment, 0.0) - self.clock())


def pause(ends: int) -> int:
    """Return the seconds to wait after so many ends in a row."""
    return min(LONGEST_PAUSE_SECONDS, 2 ** min(ends - FREE_ENDS, 20)) if ends > FREE_ENDS else 0


def back_off(backoff: Backoff) -> None:
    """Let a deployment whose tasks keep ending start the next ones after growing pauses."""
    record_failure, run = ecs._record_service_task_failure, ecs._run_task

    def record_and_pause(task: Task, *others: Any, **named: Any) -> None:
        if (deployment := task.get("_deployment_id")) and not others and not named:
            seconds = backoff.note(deployment, seconds_run(task))
            _say_that_it_is_unable(task, seconds)
        record_failure(task, *others, **named)

    def run_when_the_pause_is_over(data: dict[str, Any]) -> Any:
        deployment = data.get("_deploymentId")
        if deployment and (seconds := backoff.seconds_left(deployment)):
            _reconcile_later(backoff, data, seconds)
            return ecs.json_response({"tasks": [], "failures": []})
        return run(data)

    ecs._record_service_task_failure = record_and_pause
    ecs._run_task = run_when_the_pause_is_over


def _say_that_it_is_unable(task: Task, seconds: float) -> None:
    name = task.get("group", "").removeprefix("service:")
    service = ecs._services.get(f"{ecs._cluster_name_from_arn(task['clusterArn'])}/{name}")
    if service and seconds == pause(FREE_ENDS + 1):
        event = {"id": ecs.new_uuid(), "createdAt": ecs._iso(), "message": UNABLE.format(name)}
        service["events"].insert(0, event)


def _reconcile_later(backoff: Backoff, data: dict[str, Any], seconds: float) -> None:
    """Start a service's missing tasks after so many seconds; one wait for each deployment."""
    deployment = data["_deploymentId"]
    if deployment in backoff.waiting:
        return
    backoff.waiting.add(deployment)
    account, region = get_account_id(), get_region()

    def reconcile() -> None:
        time.sleep(seconds)
        backoff.waiting.discard(deployment)
        name = data["group"].removeprefix("service:")
        with request_scope(account, region):
            ecs._reconcile_service_tasks(data["cluster"], f"{data['cluster']}/{name}")

    spawn_background(reconcile)


def seconds_run(task: Task) -> float:
    """Return for how many seconds a task was RUNNING; 0 where it never was."""
    began, ended = task.get("startedAt"), task.get("stoppedAt")
    if not (began and ended):
        return 0.0
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds()
