"""Calls at the same time: their values, their errors, and Ctrl-C."""

import signal
import threading
from functools import partial

import pytest

from slipway import together

SECONDS = 5.0


def test_calls_run_at_the_same_time_and_their_values_are_in_order() -> None:
    """Each waits for the others: one after the other, none would ever end."""
    barrier = threading.Barrier(3)

    def meet(number: int) -> int:
        barrier.wait(SECONDS)
        return number

    assert together.run(*(partial(meet, number) for number in (3, 1, 2))) == [3, 1, 2]
    assert together.run() == []


def test_the_first_error_is_raised_without_waiting() -> None:
    """The other call still waits, and its value does not matter."""
    never = threading.Event()

    def fail() -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it has no message
        together.run(lambda: never.wait(SECONDS), fail)
    assert not never.is_set()


def test_a_signal_interrupts_the_wait() -> None:
    """A person who presses Ctrl-C does not wait for an answer of AWS."""
    answered = threading.Event()

    def wait() -> None:
        answered.wait(SECONDS)
        answered.set()

    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            together.run(wait)
    finally:
        signal.signal(signal.SIGALRM, handler)
    assert not answered.is_set()
    answered.set()
