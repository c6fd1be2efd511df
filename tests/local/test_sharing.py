"""Two projects on one machine do not share a local account without a word."""

from pathlib import Path

import pytest

from pipeline.local import sharing


def test_another_checkout_is_mentioned_once(tmp_path: Path) -> None:
    """When the account changes hands, with what keeps the two apart."""
    kept, one, other = tmp_path / "checkout", tmp_path / "one", tmp_path / "other"
    said: list[str] = []
    one.mkdir()
    other.mkdir()

    for checkout in (one, one, other, other, one):
        sharing.note(kept, checkout, said.append, 4566)

    assert [str(one) in said[0], str(other) in said[1]] == [True, True]
    assert len(said) == 2
    assert "LOCAL_PORT" in said[0]


def test_a_checkout_that_is_gone_is_not_mentioned(tmp_path: Path) -> None:
    """It can share nothing any more."""
    sharing.note(tmp_path / "checkout", tmp_path / "gone", pytest.fail, 4566)
    sharing.note(tmp_path / "checkout", tmp_path, pytest.fail, 4566)
