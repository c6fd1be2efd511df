"""The stages of a command: said when they begin, and how they ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from slipway.errors import Interrupted
from slipway.events import Event, Outcome, Say, StageEnded, StageStarted


@contextmanager
def stage(say: Say, name: str) -> Iterator[None]:
    """Say that a part of the work begins, and how it ended."""
    started, outcome = time.monotonic(), Outcome.FAILED
    say(StageStarted(name))
    try:
        yield
        outcome = Outcome.DONE
    except (KeyboardInterrupt, Interrupted):
        outcome = Outcome.INTERRUPTED
        raise
    finally:
        say(StageEnded(name, time.monotonic() - started, outcome))


def timed(say: Say) -> tuple[Say, dict[str, float]]:
    """Wrap `say`; the dictionary is filled with the seconds of each stage that ends, by name."""
    seconds: dict[str, float] = {}

    def note(event: Event) -> None:
        if isinstance(event, StageEnded):
            seconds[event.name] = seconds.get(event.name, 0.0) + event.seconds
        say(event)

    return note, seconds
