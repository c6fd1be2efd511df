"""What a command reports at its end: values, for any view."""

from dataclasses import dataclass

# The state of what does not exist.
ABSENT = "ABSENT"


@dataclass(frozen=True)
class TaskStatus:
    """A task of a service: for how many seconds it has run, None while it starts.

    `healthy` is what the load balancer says of it, None for a service without one.
    """

    task: str
    seconds: float | None
    healthy: bool | None


@dataclass(frozen=True)
class ServiceStatus:
    """A service and its newest deployment, in tasks; `state` is ABSENT if there is no service.

    `task_definition` is FAMILY:NUMBER.
    """

    name: str
    task_definition: str
    desired: int
    running: int
    failed: int
    state: str
    tasks: tuple[TaskStatus, ...] = ()


@dataclass(frozen=True)
class EnvironmentStatus:
    """An environment: its stack, the deployed revision, its services, and where it answers.

    `state` is CloudFormation's, or ABSENT if there is no stack; `reason` is CloudFormation's, or
    what to type. `revision` is "" before the first deploy, `url` without a load balancer.
    """

    stack: str
    state: str
    reason: str
    revision: str
    services: tuple[ServiceStatus, ...]
    url: str


@dataclass(frozen=True)
class LogLine:
    """A line that a task wrote: `written` in seconds since 1970, `entry` such as "web"."""

    written: float
    entry: str
    task: str
    text: str


@dataclass(frozen=True)
class AppSecret:
    """A secret of the application: when it was changed, in seconds since 1970; None without one.

    `used` says whether the tasks get it, by STACK_SECRETS.
    """

    name: str
    changed: float | None
    used: bool


@dataclass(frozen=True)
class Summary:
    """What a deploy or a restart did: whether anything, and the seconds of each stage."""

    changed: bool
    seconds: dict[str, float]


@dataclass(frozen=True)
class Error:
    """How a command failed: what happened, what to type next, and its exit code."""

    what: str
    hint: str
    exit_code: int
