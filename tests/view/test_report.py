"""Which view is chosen, and where the time went."""

import pytest

from pipeline.view import console, gitlab, report
from pipeline.view.events import Event, Note, StageEnded, StageStarted, stage


def test_a_summary_has_each_stage_and_the_sum() -> None:
    """In the order in which they ended."""
    ended = [StageEnded("build", 1.24, good=True), StageEnded("push", 2.0, good=True)]
    assert report.summary(ended) == "seconds: build 1.2, push 2.0; 3.2 in all"


def test_a_timed_view_shows_all_and_remembers_the_ends() -> None:
    """The view sees every event; the times are those of the stages that ended."""
    said: list[Event] = []
    say, times = report.timed(said.append)
    events: list[Event] = [StageStarted("push"), Note("x"), StageEnded("push", 2.0, good=True)]
    for event in events:
        say(event)
    assert said == events
    assert times() == "seconds: push 2.0; 2.0 in all"


def test_a_pipe_gets_plain_lines() -> None:
    """Neither a terminal nor GitLab: nothing but the words."""
    assert report.choose() is console.plain


def test_gitlab_gets_sections(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitLab says that it is GitLab."""
    monkeypatch.setenv("GITLAB_CI", "true")
    assert report.choose() is gitlab.show


@pytest.mark.parametrize("fails", [False, True])
def test_a_stage_tells_its_beginning_and_its_end(fails: bool) -> None:  # noqa: FBT001
    """An end is told whether it is good or not, and an error goes on up."""
    said: list[Event] = []

    def work() -> None:
        with stage(said.append, "push"):
            if fails:
                raise ZeroDivisionError

    if fails:
        with pytest.raises(ZeroDivisionError):
            work()
    else:
        work()
    first, last = said
    assert first == StageStarted("push")
    assert isinstance(last, StageEnded)
    assert (last.name, last.good) == ("push", not fails)
    assert last.seconds >= 0
