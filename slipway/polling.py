"""The clock that every wait reads, in one place, so that a test can set it."""

import time


def monotonic() -> float:
    """Return the seconds of a clock that only goes forward."""
    return time.monotonic()


def wall() -> float:
    """Return the seconds since 1970."""
    return time.time()


def sleep(seconds: float) -> None:
    """Wait for so many seconds."""
    time.sleep(seconds)
