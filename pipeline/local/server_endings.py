"""Part of the local account's server: what follows when a task has ended.

- A container that is gone has ended: its task is stopped and replaced, and is no target any
  more. MiniStack takes it for running until it can ask it.
- A container that the kernel ended for its memory says so, in ECS's words:
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
- A stopped task's containers are removed with their volumes, when their log has been read.
- A service whose tasks keep ending starts the next ones after growing pauses, as ECS's
  scheduler does for tasks that fail to start, up to 27 minutes:
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

from docker.errors import DockerException, NotFound  # type: ignore[import-untyped]
from ministack.core.concurrency import spawn_background
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import ecs

# A circuit breaker of the default size ends a rollout after three failed tasks.
FREE_ENDS = 3
LONGEST_PAUSE_SECONDS = 27 * 60
# A task that ran for so long is not one that fails to start.
STEADY_SECONDS = 120
# Another thread of MiniStack reads the log of a container that has ended.
LOG_SECONDS = 1.0
KILLED = 137
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
UNABLE = "(service {}) is unable to consistently start tasks successfully."

Task = dict[str, Any]


@dataclass(frozen=True)
class End:
    """How a container ended: its exit code, and ECS's reason where there is one."""

    code: int
    reason: str = ""


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


def end_of(attributes: dict[str, Any]) -> End | None:
    """Read how a container ended, from docker's description of it; None where it has not."""
    state = attributes["State"]
    if state["Status"] not in {"exited", "dead"}:
        return None
    code = int(state["ExitCode"])
    return End(code or KILLED, OUT_OF_MEMORY) if state.get("OOMKilled") else End(code)


def look(docker: Any, container: str) -> End | None:
    """Return how a container ended; None where it runs, or cannot be asked."""
    try:
        return end_of(docker.containers.get(container).attrs)
    except NotFound:
        return End(KILLED, "the container is gone")
    except (DockerException, OSError):
        return None


def notice_ends() -> None:
    """Stop a task when an essential container, or all of them, have ended or are gone."""

    def mark_stopped(task: Task, docker: Any = None) -> None:
        if task.get("lastStatus") != "RUNNING":
            return
        if ends := ends_of(task, docker or ecs._get_docker()):
            stop(task, ends)

    ecs._maybe_mark_stopped = mark_stopped


def ends_of(task: Task, docker: Any) -> list[End]:
    """Return how the containers of a task that is over ended; none where it goes on."""
    ends = [look(docker, container) for container in task.get("_docker_ids") or []]
    for container, end in zip(task["containers"], ends, strict=False):
        record(container, end)
    over = ends and is_over(ends, task.get("_container_essentials") or [])
    return [end for end in ends if end] if over else []


def record(container: dict[str, Any], end: End | None) -> None:
    """Write a container's end into what ECS says of it."""
    if end:
        container.update(lastStatus="STOPPED", exitCode=end.code)
    if end and end.reason:
        container["reason"] = end.reason


def is_over(ends: list[End | None], essentials: list[bool]) -> bool:
    """Whether a task is over: an essential container has ended, or every one."""
    # One that is not listed is essential, as ECS's default is.
    needed = [*essentials, *[True] * len(ends)]
    return all(ends) or any(end and need for end, need in zip(ends, needed, strict=False))


def stop(task: Task, ends: list[End]) -> None:
    """Mark a task stopped by its containers' ends, and remove them."""
    code = max(end.code for end in ends)
    reason = "Essential container in task exited"
    if ecs._mark_task_stopped(
        task["taskArn"], task, reason, "EssentialContainerExited", exit_code=code
    ):
        ecs._cleanup_task_resources(task, None)


def remove_what_ended() -> None:
    """Remove a stopped task's containers and volumes, where MiniStack leaves them for later."""
    clean_up = ecs._cleanup_task_resources

    def clean_up_later(task: Task, docker: Any, *others: Any) -> None:
        ids = list(task.get("_docker_ids") or [])
        clean_up(task, docker, *others)
        if docker is None and ids:
            spawn_background(_remove, ids)

    ecs._cleanup_task_resources = clean_up_later


def _remove(ids: list[str]) -> None:
    time.sleep(LOG_SECONDS)
    for container in ids:
        ecs._remove_docker_container(ecs._get_docker(), container)


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
