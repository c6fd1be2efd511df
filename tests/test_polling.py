"""Looking again until time is up."""

from slipway import polling
from tests.conftest import Clock


def test_one_looks_at_once_and_a_last_time_when_time_is_up(clock: Clock) -> None:
    """What came in the last pause counts."""
    assert list(polling.attempts(5.0, 2.0)) == [5.0, 3.0, 1.0, 0.0]
    assert clock.pauses == [2.0, 2.0, 2.0]


def test_one_looks_once_without_any_time(clock: Clock) -> None:
    """No time is no reason not to look."""
    assert list(polling.attempts(0.0, 2.0)) == [0.0]
    assert clock.pauses == []


def test_a_pause_may_grow(clock: Clock) -> None:
    """By the seconds since the first attempt."""
    assert list(polling.attempts(10.0, lambda elapsed: elapsed + 1)) == [10.0, 9.0, 7.0, 3.0, 0.0]
    assert clock.pauses == [1.0, 2.0, 4.0, 8.0]
