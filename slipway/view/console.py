"""The events on a terminal, with colours and a clock, and in a pipe, as plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.events import (
    DeployStarted,
    Event,
    Finding,
    Outcome,
    Proven,
    Record,
    StageEnded,
    StageStarted,
    Verdict,
)
from slipway.view.lines import is_bad, lines_of
from slipway.view.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

# docker writes to the terminal itself in these stages; a clock would break its lines.
OWN_OUTPUT = {"build", "test", "push"}


def plain(record: Record) -> None:
    """Print an event as plain lines."""
    for line in lines_of(record.event):
        print(line, flush=True)


def terminal() -> Callable[[Record], None]:
    """Make a view for a terminal: colours, and a clock beside the stage that runs.

    It is drawn in ASCII, which every encoding has.
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(highlight=False, emoji=False, soft_wrap=True)
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = Progress(*columns, console=console, transient=True)

    def show(record: Record) -> None:
        event = record.event
        for line in lines_of(event):
            for part in wrapped(line, console.width):
                console.print(part, style=_style(event), markup=False)
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
