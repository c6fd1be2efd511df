"""Which view is chosen, and where the time went."""

import pytest

from slipway.errors import Interrupted
from slipway.events import Event, Note, Outcome, StageEnded, StageStarted, stage
from slipway.view import report


def test_a_summary_has_each_stage_and_the_sum() -> None:
    """In the order in which they ended."""
    ended = [StageEnded("build", 1.24, Outcome.DONE), StageEnded("push", 2.0, Outcome.DONE)]
    assert report.summary(ended) == "seconds: build 1.2, push 2.0; 3.2 in all"


def test_a_timed_view_shows_all_and_remembers_the_ends() -> None:
    """The view sees every event; the times are those of the stages that ended."""
    said: list[Event] = []
    say, times = report.timed(said.append)
    ended = StageEnded("push", 2.0, Outcome.DONE)
    events: list[Event] = [StageStarted("push"), Note("x"), ended]
    for event in events:
        say(event)
    assert said == events
    assert times() == "seconds: push 2.0; 2.0 in all"


def test_a_pipe_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a terminal nor GitLab: nothing but the words."""
    report.choose()(StageStarted("build"))
    assert capsys.readouterr().out == "build\n"


def test_gitlab_gets_sections(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GitLab says that it is GitLab."""
    monkeypatch.setenv("GITLAB_CI", "true")
    report.choose()(StageStarted("build"))
    assert capsys.readouterr().out.startswith("\x1b[0Ksection_start:")


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
