"""How long a release waits for the one before to be proven."""

import pytest

from slipway.release import grace


@pytest.mark.parametrize(
    ("started", "seconds"),
    [
        ([], 0.0),
        ([100.0 - grace.GRACE_SECONDS], 0.0),
        ([0.0], 0.0),
        ([95.0], grace.GRACE_SECONDS - 5),
        # The youngest counts.
        ([0.0, 98.0], grace.GRACE_SECONDS - 2),
        # A clock that is an hour behind AWS's.
        ([3700.0], grace.GRACE_SECONDS),
    ],
)
def test_the_youngest_task_has_its_first_seconds(started: list[float], seconds: float) -> None:
    """And nobody waits for longer than that, whatever the clocks say."""
    assert grace.remaining(started, 100.0) == seconds
