"""What happens during a deploy: typed events, for any view."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from slipway import polling
from slipway.results import AppSecret, EnvironmentStatus, Error, LogLine, Summary
from slipway.revision import Image


@dataclass(frozen=True)
class Note:
    """A sentence."""

    text: str


@dataclass(frozen=True)
class DeployStarted:
    """What is deployed where: a revision and its commit's subject and branch ("" if detached).

    `replaces` is the deployed commit, "" for the first deploy.
    """

    environment: str
    place: str
    revision: str
    subject: str
    branch: str
    dirty: bool
    replaces: str


@dataclass(frozen=True)
class StageStarted:
    """A part of the work begins."""

    name: str


class Outcome(Enum):
    """How a stage ended, in the word that a reader sees."""

    DONE = "done"
    FAILED = "FAILED"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class StageEnded:
    """It ended, after so many seconds."""

    name: str
    seconds: float
    outcome: Outcome

    @property
    def good(self) -> bool:
        """Whether the work was done."""
        return self.outcome is Outcome.DONE


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
    """How far a service's newest deployment is, in tasks; of which task definition."""

    task_definition: str
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


class Verdict(Enum):
    """What a check says of its subject."""

    OK = "ok"
    WRONG = "wrong"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Finding:
    """What a check of `invoke doctor` found, and what to type if that is not as it should be."""

    subject: str
    verdict: Verdict
    text: str
    hint: str = ""


Event = (
    Note
    | DeployStarted
    | StageStarted
    | StageEnded
    | ResourceChange
    | StackEvent
    | Rollout
    | TaskStopped
    | TaskUnhealthy
    | Proven
    | Finding
    | Image
    | EnvironmentStatus
    | LogLine
    | AppSecret
    | Summary
    | Error
)
Say = Callable[[Event], None]


@dataclass(frozen=True)
class Record:
    """An event, when it happened (seconds since 1970), and in which environment."""

    at: float
    environment: str
    event: Event


def recorded(view: Callable[[Record], None], environment: str) -> Say:
    """Make of a view of records what the events of an environment are said to."""
    return lambda event: view(Record(polling.wall(), environment, event))
