"""Which view is chosen, and where the time went."""

import sys

import pytest

from slipway.errors import Interrupted
from slipway.events import Event, Note, Outcome, StageEnded, StageStarted
from slipway.stages import stage, timed
from slipway.view import output
from slipway.view.heartbeat import Heartbeat


def test_a_timed_view_shows_all_and_counts_the_seconds() -> None:
    """The view sees every event; a stage that came twice has the sum of both."""
    said: list[Event] = []
    say, seconds = timed(said.append)
    ended = StageEnded("push", 2.0, Outcome.DONE)
    events: list[Event] = [StageStarted("push"), Note("x"), ended, ended]
    for event in events:
        say(event)
    assert said == events
    assert seconds == {"push": 4.0}


def test_a_pipe_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a terminal nor GitLab: nothing but the words."""
    say = output.choose("staging")
    say(StageStarted("build"))
    assert capsys.readouterr().out == "build\n"
    say(StageEnded("build", 1.0, Outcome.DONE))


def test_gitlab_gets_sections(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GitLab says that it is GitLab."""
    monkeypatch.setenv("GITLAB_CI", "true")
    say = output.choose("staging")
    say(StageStarted("build"))
    assert capsys.readouterr().out.startswith("\x1b[0Ksection_start:")
    say(StageEnded("build", 1.0, Outcome.DONE))


@pytest.mark.parametrize(("ci", "has_clock"), [("", True), ("true", False)])
def test_a_terminal_that_nobody_sits_at_has_no_clock(
    monkeypatch: pytest.MonkeyPatch, ci: str, *, has_clock: bool
) -> None:
    """A CI system may give a job a terminal, and keeps what was drawn on it as a file."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("CI", ci)
    assert isinstance(output.choose("staging"), Heartbeat) is not has_clock


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Outcome.DONE),
        (ZeroDivisionError(), Outcome.FAILED),
        (KeyboardInterrupt(), Outcome.INTERRUPTED),
        (Interrupted("the migration goes on"), Outcome.INTERRUPTED),
    ],
)
def test_a_stage_says_how_it_ended(error: BaseException | None, outcome: Outcome) -> None:
    """An interrupt is no failure; every error goes on up."""
    said: list[Event] = []

    def work() -> None:
        with stage(said.append, "push"):
            if error:
                raise error

    if error:
        with pytest.raises(type(error)):
            work()
    else:
        work()
    first, last = said
    assert first == StageStarted("push")
    assert isinstance(last, StageEnded)
    assert (last.name, last.outcome) == ("push", outcome)
    assert last.seconds >= 0
