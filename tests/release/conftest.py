"""A scripted answer needs no time."""

import pytest

from tests.conftest import Clock


@pytest.fixture(autouse=True)
def _no_time_passes(clock: Clock) -> None:
    """Have every wait end at once, on the one clock."""
    assert clock
