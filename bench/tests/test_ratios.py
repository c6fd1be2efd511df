"""How a command is compared with its rival."""

import pytest

from bench.ratios import Clock, Comparison, alternate, table


def clock(name: str, seconds: list[float], log: list[str]) -> Clock:
    """Make a clock that shows these seconds, one after the other, and notes that it was read."""
    times = iter(seconds)

    def read() -> float:
        log.append(name)
        return next(times)

    return read


def test_both_are_timed_in_turn() -> None:
    """One after the other, so that what slows the machine for a while slows both."""
    log: list[str] = []

    alternate(clock("a", [1.0] * 3, log), clock("b", [1.0] * 3, log), 2)

    assert log == ["a", "b"] * 3


def test_the_first_turn_does_not_count() -> None:
    """It fills caches, for the one and for the other."""
    pairs = alternate(clock("a", [99, 3, 4], []), clock("b", [77, 1, 2], []), 2)

    assert pairs == ((3, 1), (4, 2))


def test_a_ratio_is_that_of_a_pair() -> None:
    """Not that of two medians: the middle of the ratios is 2, that of the times 20 / 4."""
    found = Comparison("ours", "theirs", 1, ((1, 1), (20, 10), (28, 4)))

    assert found.ratios == [1, 2, 7]
    assert found.medians == (20, 4)


def test_a_row_has_the_ratio_its_spread_and_the_goal() -> None:
    """And the absolute times that the ratios are made of."""
    found = Comparison("ours", "theirs", 2.5, ((1, 1), (20, 10), (28, 4)))

    assert table([found]).splitlines()[1:] == [
        "| --- | --- | --- | --- | --- | --- |",
        "| ours | theirs | **2.00** (1.00 to 7.00) | at most 2.5 | 20.00 and 4.00 | 3 |",
    ]


def test_without_a_pair_there_is_no_number() -> None:
    """A table never shows a ratio that nobody measured."""
    with pytest.raises(ValueError, match="not enough values"):
        table([Comparison("ours", "theirs", 1, ())])
