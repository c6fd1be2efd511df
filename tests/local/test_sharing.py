"""Two projects on one machine do not share a local account without a word."""

import os
from pathlib import Path

import pytest

from slipway.local import sharing


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


def test_a_path_may_hold_any_byte(tmp_path: Path) -> None:
    """Linux has no encoding for names; a checkout in such a folder is one like any other."""
    odd, said = tmp_path / os.fsdecode(b"Pr\xe9"), list[str]()
    odd.mkdir()
    for checkout in (odd, odd, tmp_path):
        sharing.note(tmp_path / "checkout", checkout, said.append, 4566)
    assert len(said) == 1
    assert str(odd) in said[0]
