"""What the smaller tasks do before they reach the engine or AWS."""

import pytest

from slipway.cli import local

ANSWERS = {"y": True, "Yes ": True, "": False, "n": False, "yes please": False}


@pytest.mark.parametrize("typed", ANSWERS)
def test_only_a_yes_on_a_terminal_is_an_agreement(
    monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """Return is no; the question says what goes."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return typed

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer)

    assert local.is_agreed("remove it?") is ANSWERS[typed]
    assert asked == ["remove it? [y/N] "]


def test_nobody_can_agree_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script is not asked, and does not wait."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    monkeypatch.setattr("builtins.input", pytest.fail)

    assert not local.is_agreed("remove it?")


def test_the_end_of_the_input_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-D, which is no answer."""

    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", end)

    assert not local.is_agreed("remove it?")
