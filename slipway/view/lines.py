"""Each event as lines of text."""

from slipway.events import (
    DeployStarted,
    Event,
    Finding,
    Note,
    Outcome,
    Proven,
    ResourceChange,
    Rollout,
    StackEvent,
    StageEnded,
    StageStarted,
    TaskStopped,
    TaskUnhealthy,
    Verdict,
)
from slipway.results import AppSecret, EnvironmentStatus, Error, LogLine, Summary
from slipway.revision import Image
from slipway.view import reports, text

BAD_WORDS = ("FAILED", "ROLLBACK")
MARKS = {"Add": "+", "Modify": "~", "Remove": "-"}
UNHEALTHY_LINES = 10


def lines_of(event: Event) -> list[str]:
    """Write one event as lines of text, safe to print whatever its fields hold."""
    return [line for written in _lines(event) for line in text.printable_lines(written)]


def _lines(event: Event) -> list[str]:  # noqa: C901, PLR0911, PLR0912 - one for each event
    match event:
        case Note(sentence):
            return [f"  {sentence}"]
        case DeployStarted():
            return [_started(event)]
        case StageStarted(name):
            return [f"{name}"]
        case StageEnded(name, seconds, outcome):
            return [f"{name}: {outcome.value} after {seconds:.1f} s"]
        case ResourceChange(action, logical_id, kind, replaced):
            note = " (replaced)" if replaced == "True" else ""
            return [f"  {MARKS.get(action, '?')} {logical_id} {kind}{note}"]
        case StackEvent(logical_id, _, status, reason):
            return [f"  {logical_id} {status}{': ' if reason else ''}{reason}"]
        case Rollout():
            return [reports.rollout(event)]
        case TaskStopped():
            return _stopped(event)
        case TaskUnhealthy(task, what, log):
            shown = log[-UNHEALTHY_LINES:]  # of a task that still runs: they repeat
            return [f"  task {task} is not healthy: {what}", *(f"    | {line}" for line in shown)]
        case Proven():
            return _proven(event)
        case Finding(subject=subject, verdict=verdict, text=what, hint=hint):
            first = f"{verdict.value:<9}  {subject}: {what}"
            return [first, *(f"{'':<9}    next: {line}" for line in hint.splitlines())]
        case Image():
            return [reports.image(event)]
        case EnvironmentStatus():
            return reports.status(event)
        case LogLine():
            return [reports.log_line(event)]
        case AppSecret():
            return [reports.app_secret(event)]
        case Summary():
            return [reports.summary(event)]
        case Error():
            return []  # printed with the exit code, at the end


def _started(event: DeployStarted) -> str:
    edits = "uncommitted edits" if event.dirty else "clean"
    state = f"{event.branch or 'no branch'}, {edits}"
    old, new = event.replaces[:7], event.revision[:7]
    what = f"replaces {old}" if old else "is the first deploy"
    over = f"{what}, the same commit" if old == new else what
    return f'{event.environment} ({event.place}): {new} "{event.subject}" ({state}) {over}'


def _stopped(event: TaskStopped) -> list[str]:
    codes = ", ".join(
        f"{name} exited with code {'unknown' if code is None else code}"
        for name, code in event.exit_codes.items()
    )
    head = f"  task {event.task} stopped: {event.cause or event.reason}"
    ecs = f"    ECS: {event.reason} ({codes})" if codes else f"    ECS: {event.reason}"
    return [head, ecs, *(f"    | {line}" for line in event.log)]


def _proven(event: Proven) -> list[str]:
    if event.tasks == 0:
        return [event.front_door, event.url]
    more = [f"  {event.front_door}"] if event.front_door else []
    return [f"proven: {event.tasks} tasks run {event.digest}", *more, event.url]


def is_bad(event: Event) -> bool:
    """Whether an event is a failure."""
    match event:
        case TaskStopped() | TaskUnhealthy() | StageEnded(outcome=Outcome.FAILED):
            return True
        case StackEvent(status=status):
            return any(word in status for word in BAD_WORDS)
        case Rollout(failed=failed, state=state):
            return failed > 0 or state == "FAILED"
        case Finding(verdict=verdict):
            return verdict is Verdict.WRONG
        case Error():
            return True
    return False
