"""The events as lines: plain when piped, coloured and with a clock on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from slipway.view import text

if TYPE_CHECKING:
    from collections.abc import Callable

BAD_WORDS = ("FAILED", "ROLLBACK")
MARKS = {"Add": "+", "Modify": "~", "Remove": "-"}
UNHEALTHY_LINES = 10
# docker writes to the terminal itself in these stages; a clock would break its lines.
OWN_OUTPUT = {"build", "test", "push"}


def lines(event: Event) -> list[str]:
    """Write one event as lines of text, safe to print whatever its fields hold."""
    return [line for written in _lines(event) for line in text.printable_lines(written)]


def _lines(event: Event) -> list[str]:  # noqa: C901, PLR0911 - one for each event
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
        case Rollout(revision, desired, running, failed, state):
            name = revision.rsplit("/", 1)[-1]
            return [f"  {name}: {running} of {desired} tasks run, {failed} failed, {state}"]
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
    return False


def plain(event: Event) -> None:
    """Print an event as plain lines."""
    for line in lines(event):
        print(line, flush=True)


def terminal() -> Callable[[Event], None]:
    """Make a view for a terminal: colours, and a clock beside the stage that runs."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(highlight=False, emoji=False, soft_wrap=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = Progress(*columns, console=console, transient=True)

    def show(event: Event) -> None:
        for line in lines(event):
            console.print(line, style=_style(event), markup=False)
        if isinstance(event, StageStarted) and event.name not in OWN_OUTPUT:
            progress.add_task(event.name)
            progress.start()
        if isinstance(event, StageEnded):
            progress.stop()
            for task in progress.task_ids:
                progress.remove_task(task)

    return show


def _style(event: Event) -> str:
    if is_bad(event):
        return "red"
    match event:
        case StageStarted() | DeployStarted():
            return "bold"
        case StageEnded(outcome=Outcome.INTERRUPTED) | Finding(verdict=Verdict.UNKNOWN):
            return "yellow"
        case StageEnded() | Proven() | Finding():
            return "green"
    return ""
