"""One container's log stream: its end, and what it writes while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slipway import polling
from slipway.aws import session

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskTypeDef
    from types_boto3_logs.type_defs import GetLogEventsRequestTypeDef, OutputLogEventTypeDef

    from slipway.settings import Settings

LINES = 100
# CloudWatch may show a line some seconds after it was written. The local account has no delay.
WAIT_SECONDS, LOCAL_WAIT_SECONDS = 15.0, 3.0
POLL_SECONDS = 0.5
# A page may be empty though more follow; a stream of nothing else is given up.
MAX_PAGES = 20

Enough = Callable[[list[str]], object]


@dataclass
class LogStream:
    """A stream by name; `token` is where reading goes on, `unreadable` why that failed last."""

    settings: Settings
    group: str
    name: str
    token: str = ""
    unreadable: str = field(default="", init=False)
    _is_said: bool = field(default=False, init=False)

    def new(self) -> list[str]:
        """Read the lines that were written since the last call, oldest first.

        A stream that does not exist yet has none. One that cannot be read is one line that
        says so, once: a reader of evidence must not end what it watches. It is read again by
        the next call.
        """
        lines: list[str] = []
        self.unreadable = ""
        try:
            lines += (each["message"].rstrip() for each in self._events())
        except session.client(self.settings, "logs").exceptions.ResourceNotFoundException:
            return []
        except session.failures() as error:
            self.unreadable = f"the log cannot be read: {error}"
            lines += [] if self._is_said else [self.unreadable]
            self._is_said = True
        return lines

    def drain(self, seconds: float, is_enough: Enough) -> list[str]:
        """Read to the end of a stream whose container has ended, for so long at most.

        `is_enough` decides by the lines of this call whether what comes later is not needed.
        """
        lines: list[str] = []
        for _ in polling.attempts(seconds, POLL_SECONDS):
            lines += self.new()
            if is_enough(lines) or self.unreadable:
                break
        return lines

    def question(self, *, from_head: bool) -> GetLogEventsRequestTypeDef:
        """Return what GetLogEvents is asked for: the stream, from its head or from its end."""
        return {
            "logGroupName": self.group,
            "logStreamName": self.name,
            "startFromHead": from_head,
        }

    def _events(self) -> Iterator[OutputLogEventTypeDef]:
        """Read page after page; the end of a stream returns the token that it was asked with.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
        """
        logs = session.client(self.settings, "logs")
        question = self.question(from_head=True)
        for _ in range(MAX_PAGES):
            if self.token:
                question["nextToken"] = self.token
            answer = logs.get_log_events(**question)
            yield from answer.get("events", [])
            asked, self.token = self.token, answer.get("nextForwardToken", "")
            if self.token in {"", asked}:
                return


def of_container(
    settings: Settings, task: TaskTypeDef, definition: ContainerDefinitionOutputTypeDef
) -> LogStream | None:
    """Name the stream of one container of a task; None when it does not log to CloudWatch.

    `definition` is the container's, from the task definition. ECS names a stream
    PREFIX/CONTAINER/TASK: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
    """
    options = definition.get("logConfiguration", {}).get("options", {})
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    if not (group and prefix):
        return None
    return LogStream(settings, group, f"{prefix}/{definition['name']}/{short(task['taskArn'])}")


def wait_seconds(settings: Settings) -> float:
    """Return how long to wait for a first line."""
    return LOCAL_WAIT_SECONDS if settings.is_local else WAIT_SECONDS


def last_lines(stream: LogStream, is_enough: Enough) -> list[str]:
    """Read the last lines of a stream, LINES at most, oldest first.

    What a container wrote last is what matters, and arrives last: the lines are read again
    until they are enough, or the time is up.
    """
    lines: list[str] = []
    for _ in polling.attempts(wait_seconds(stream.settings), POLL_SECONDS):
        lines = newest(stream)
        if is_enough(lines):
            break
    return lines


def newest(stream: LogStream) -> list[str]:
    """Read the newest page that is not empty; an empty one may stand before others."""
    logs = session.client(stream.settings, "logs")
    question = stream.question(from_head=False)
    question["limit"] = LINES
    try:
        for _ in range(MAX_PAGES):
            answer = logs.get_log_events(**question)
            token = answer.get("nextBackwardToken", "")
            if answer.get("events") or token in {"", question.get("nextToken")}:
                return [each["message"].rstrip() for each in answer.get("events", [])]
            question["nextToken"] = token
    except logs.exceptions.ResourceNotFoundException:
        return []
    except session.failures() as error:
        return [f"the log cannot be read: {error}"]
    return []


def short(arn: str) -> str:
    """Return what follows the last slash of an ARN: a task's id, a definition's FAMILY:REVISION."""
    return arn.rsplit("/", 1)[-1]
