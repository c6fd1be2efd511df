"""Which view this is, and at the end where the time went."""

import os
import sys
from collections.abc import Callable

from slipway.events import Event, Say, StageEnded
from slipway.view import console, gitlab
from slipway.view.heartbeat import Heartbeat


def choose() -> Say:
    """Return the view: a terminal has a clock; GitLab's and plain lines have a heartbeat."""
    if os.environ.get("GITLAB_CI"):
        return Heartbeat(gitlab.show)
    return console.terminal() if sys.stdout.isatty() else Heartbeat(console.plain)


def timed(say: Say) -> tuple[Say, Callable[[], str]]:
    """Wrap a view, so that a second function can say where the time went."""
    ended: list[StageEnded] = []

    def note(event: Event) -> None:
        if isinstance(event, StageEnded):
            ended.append(event)
        say(event)

    return note, lambda: summary(ended)


def summary(ended: list[StageEnded]) -> str:
    """Write each stage's seconds, in their order, and the sum."""
    parts = [f"{each.name} {each.seconds:.1f}" for each in ended]
    total = sum(each.seconds for each in ended)
    return f"seconds: {', '.join(parts)}; {total:.1f} in all"
