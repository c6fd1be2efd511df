"""Part of the local account's server: what follows when a task has ended.

- A container that is gone has ended: its task is stopped and replaced, and is no target any
  more. MiniStack takes it for running until it can ask it.
- A container that the kernel ended for its memory says so, in ECS's words:
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
- A stopped task's containers are removed with their volumes, when their log has been read.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import time
from dataclasses import dataclass
from typing import Any

from docker.errors import DockerException, NotFound  # type: ignore[import-untyped]
from ministack.core.concurrency import spawn_background
from ministack.services import ecs

# Another thread of MiniStack reads the log of a container that has ended.
LOG_SECONDS = 1.0
KILLED = 137
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"

Task = dict[str, Any]


@dataclass(frozen=True)
class End:
    """How a container ended: its exit code, and ECS's reason if there is one."""

    code: int
    reason: str = ""


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
