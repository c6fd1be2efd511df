"""One task, followed to its end: what it writes while it runs, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slipway import polling
from slipway.aws import log_stream, session, tasks
from slipway.errors import Failed
from slipway.events import Note, Say
from slipway.release import log_lines, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from types_boto3_ecs.type_defs import TaskTypeDef

    from slipway.aws.log_stream import LogStream
    from slipway.settings import Settings

RUN_SECONDS = 3600
# ECS kills a container 30 s after it was asked to stop, and then takes the network away.
STOP_SECONDS = 120
# A read may miss a new task for a moment; a task that stays missing is gone.
MISSING_SECONDS = 60
FIRST_POLL_SECONDS, POLL_SECONDS = 0.1, 2.0
# A container that ended well may have written nothing at all.
DRAIN_SECONDS = 2.0


class TooLongError(Exception):
    """The task did not end in time, and goes on."""


@dataclass(frozen=True)
class Watched:
    """A task, its cluster, and the log stream of the container to show; None without a log."""

    settings: Settings
    cluster: str
    task: TaskTypeDef
    stream: LogStream | None


@dataclass(frozen=True)
class Ended:
    """A task at its end, as DescribeTasks returns it, and all that its container wrote."""

    task: TaskTypeDef
    lines: list[str]


@dataclass
class _Log:
    """The lines of a stream, shown as they come, and kept."""

    stream: LogStream | None
    say: Say
    lines: list[str] = field(default_factory=list)

    def show(self) -> None:
        self._add(self.stream.new() if self.stream else [])

    def drain(self, seconds: float, *, failed: bool) -> None:
        """Read the rest: of a failed task, until the line that names the error has come."""

        def is_enough(more: list[str]) -> object:
            lines = [*self.lines, *more]
            return log_lines.exception_line(lines) if failed else lines

        self._add(self.stream.drain(seconds, is_enough) if self.stream else [])

    def _add(self, lines: list[str]) -> None:
        self.lines += lines
        for line in lines:
            self.say(Note(line))


def to_the_end(
    watched: Watched, say: Say, others: Callable[[], list[TaskTypeDef]] = list
) -> Ended | None:
    """Follow a task to its end; None when it was stopped because an older one of `others` runs.

    `others` is asked until the task runs. Raises TooLongError after RUN_SECONDS, Failed when
    ECS no longer knows the task.
    """
    log, may_yield = _Log(watched.stream, say), True
    for task in _observed(watched, RUN_SECONDS):
        log.show()
        if task.get("lastStatus") == "STOPPED":
            codes = [each.get("exitCode") for each in task.get("containers", [])]
            log.drain(_drain_seconds(watched.settings, codes), failed=any(codes))
            return Ended(task, log.lines)
        if may_yield and (older := running.ahead(task, others())):
            stop(watched.settings, watched.cluster, task, "an older migration runs")
            say(Note(f"{running.describe(older)} started first: waiting for it"))
            return None
        may_yield = may_yield and task.get("lastStatus") != "RUNNING"
    raise TooLongError


def stop(settings: Settings, cluster: str, task: TaskTypeDef, reason: str) -> None:
    """Ask a task to stop: SIGTERM, and SIGKILL 30 s later."""
    ecs = session.client(settings, "ecs")
    ecs.stop_task(cluster=cluster, task=task["taskArn"], reason=reason)


def stop_and_read(watched: Watched, reason: str, say: Say) -> list[str]:
    """Stop a task, wait for its end, and return the rest of its log, which is shown."""
    stop(watched.settings, watched.cluster, watched.task, reason)
    for task in _observed(watched, STOP_SECONDS):
        if task.get("lastStatus") == "STOPPED":
            break
    log = _Log(watched.stream, say)
    log.drain(log_stream.wait_seconds(watched.settings), failed=False)
    return log.lines


def _observed(watched: Watched, seconds: float) -> Iterator[TaskTypeDef]:
    """Describe the task again and again, for so long; the pauses grow to POLL_SECONDS."""
    seen, arn = polling.monotonic(), watched.task["taskArn"]
    for _ in polling.attempts(seconds, _pause):
        described = tasks.read(watched.settings, watched.cluster, [arn])
        if described:
            seen = polling.monotonic()
            yield described[0]
        elif polling.monotonic() - seen > MISSING_SECONDS:
            raise Failed(
                f"ECS no longer knows task {log_stream.short(arn)}",
                hint=f"invoke logs --env {watched.settings.environment}",
            )


def _pause(elapsed: float) -> float:
    """Return the seconds to the next look: about as long as it has taken so far."""
    return min(elapsed + FIRST_POLL_SECONDS, POLL_SECONDS)


def _drain_seconds(settings: Settings, codes: list[int | None]) -> float:
    """Decide how long to wait for lines: as long as they may take when something failed.

    `codes` are the containers' exit codes. A task that never ran writes nothing.
    """
    if all(code is None for code in codes):
        return 0.0
    return log_stream.wait_seconds(settings) if any(codes) else DRAIN_SECONDS
