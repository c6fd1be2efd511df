"""The sign of life of a stage that says nothing."""

import threading
import time

from slipway.events import Event, Note, Outcome, StageEnded, StageStarted
from slipway.view.heartbeat import Heartbeat

ENDED = StageEnded("release", 1.0, Outcome.DONE)


def until(done: threading.Event) -> None:
    """Wait for what another thread does."""
    assert done.wait(10)


def test_a_silent_stage_says_that_it_still_runs() -> None:
    """Again and again, with its name and its seconds."""
    said: list[Event] = []
    twice = threading.Event()

    def say(event: Event) -> None:
        said.append(event)
        if len(said) == 3:
            twice.set()

    view = Heartbeat(say, silence=0.01)
    view(StageStarted("release"))
    until(twice)
    view(ENDED)
    assert said[1:3] == [Note("release: still running after 0 s")] * 2
    assert said[-1] == ENDED


def test_it_is_silent_between_stages_and_after_the_last() -> None:
    """Nothing runs there, and nothing is left that would keep the process."""
    said: list[Event] = []
    threads = set(threading.enumerate())
    view = Heartbeat(said.append, silence=0.05)
    for event in (Note("x"), StageStarted("release"), ENDED):
        view(event)
    before = list(said)
    time.sleep(0.1)
    assert said == before
    assert set(threading.enumerate()) <= threads


def test_a_stage_that_talks_has_no_heartbeat() -> None:
    """Each event starts the wait again."""
    said: list[Event] = []
    view = Heartbeat(said.append, silence=5)
    view(StageStarted("release"))
    for _ in range(3):
        view(Note("an event"))
    view(ENDED)
    assert Note("release: still running after 0 s") not in said


def test_a_reader_that_went_away_is_not_the_timer_s_to_report() -> None:
    """The main thread meets the same error at its next line, and ends quietly."""
    broken = threading.Event()

    def say(event: Event) -> None:
        if isinstance(event, Note):
            broken.set()
            raise BrokenPipeError

    view = Heartbeat(say, silence=0.01)
    view(StageStarted("release"))
    until(broken)
    view(ENDED)
