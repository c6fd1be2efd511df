"""What a deploy has to tell: typed events, for any view."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A sentence."""

    text: str


@dataclass(frozen=True)
class StageStarted:
    """A part of the work begins."""

    name: str


@dataclass(frozen=True)
class StageEnded:
    """It ended, well or not, after so many seconds."""

    name: str
    seconds: float
    good: bool


@dataclass(frozen=True)
class ResourceChange:
    """What a change set will do; `action` is Add, Modify, Remove, ...

    `replaced` is "True", "False", "Conditional", or "" where it does not apply.
    """

    action: str
    logical_id: str
    kind: str
    replaced: str


@dataclass(frozen=True)
class StackEvent:
    """One line of a stack's history."""

    logical_id: str
    kind: str
    status: str
    reason: str


@dataclass(frozen=True)
class Rollout:
    """Where the service's newest deployment stands, in tasks."""

    revision: str
    desired: int
    running: int
    failed: int
    state: str


@dataclass(frozen=True)
class TaskStopped:
    """A task stopped for a fault: the cause in one line, and what it was read from.

    `reason` is ECS's own; `exit_codes` are by container, None when ECS has none; `log` are
    the last lines of the container that failed, oldest first.
    """

    task: str
    reason: str
    exit_codes: dict[str, int | None]
    log: tuple[str, ...]
    cause: str = ""


@dataclass(frozen=True)
class TaskUnhealthy:
    """A task runs and is not healthy: what the load balancer sees, and its last log lines."""

    task: str
    what: str
    log: tuple[str, ...]


@dataclass(frozen=True)
class Proven:
    """The web service runs this many tasks of this digest, and `front_door` says who asked.

    With no task at all, because none was asked for, nothing runs, and `front_door` says so.
    """

    digest: str
    tasks: int
    url: str
    front_door: str = ""


Event = (
    Note
    | StageStarted
    | StageEnded
    | ResourceChange
    | StackEvent
    | Rollout
    | TaskStopped
    | TaskUnhealthy
    | Proven
)
Say = Callable[[Event], None]


@contextmanager
def stage(say: Say, name: str) -> Iterator[None]:
    """Tell the beginning and the end of a part of the work."""
    started, good = time.monotonic(), False
    say(StageStarted(name))
    try:
        yield
        good = True
    finally:
        say(StageEnded(name, time.monotonic() - started, good))
