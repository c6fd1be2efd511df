"""Waiting, in one place: the clock, which a test can set, and looking again until time is up.

Libraries for this, such as tenacity, have a clock of their own, which no story could advance.
"""

import time
from collections.abc import Callable, Iterator


def monotonic() -> float:
    """Return the seconds of a clock that only goes forward."""
    return time.monotonic()


def wall() -> float:
    """Return the seconds since 1970."""
    return time.time()


def sleep(seconds: float) -> None:
    """Wait for so many seconds."""
    time.sleep(seconds)


def attempts(seconds: float, pause: float | Callable[[float], float]) -> Iterator[float]:
    """Yield the seconds that are left: at once, after each pause, and once when none are left.

    A `pause` may depend on the seconds since the first attempt.
    """
    started = monotonic()
    while (elapsed := monotonic() - started) < seconds:
        yield seconds - elapsed
        sleep(pause(elapsed) if callable(pause) else pause)
    yield 0.0
