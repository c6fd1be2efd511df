"""A scripted answer needs no time."""

import pytest

from slipway.release import changes, watch


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once: a scripted answer needs no time."""
    for module in (changes, watch):
        monkeypatch.setattr(module, "POLL_SECONDS", 0)
