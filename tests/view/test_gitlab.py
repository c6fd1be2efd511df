"""The marks that make a stage a section in GitLab's job log."""

import pytest

from slipway.events import Note, Outcome, Record, StageEnded, StageStarted
from slipway.view import gitlab


def test_a_stage_is_a_section() -> None:
    """Both marks, to the letter, carry one name, and the stage's own line follows them."""
    assert gitlab.marked(StageStarted("build"), 7) == ["\x1b[0Ksection_start:7:build\r\x1b[0Kbuild"]
    assert gitlab.marked(StageEnded("build", 2.0, Outcome.DONE), 9) == [
        "\x1b[0Ksection_end:9:build\r\x1b[0Kbuild: done after 2.0 s"
    ]


def test_a_sections_name_has_no_space() -> None:
    """GitLab takes letters, digits, and _ . - only."""
    (start,) = gitlab.marked(StageStarted("Delivery stack"), 7)
    (end,) = gitlab.marked(StageEnded("Delivery stack", 2.0, Outcome.DONE), 9)
    assert "section_start:7:delivery_stack\r" in start
    assert "section_end:9:delivery_stack\r" in end


def test_another_event_bears_no_mark() -> None:
    """Within a section the lines are the plain ones."""
    assert gitlab.marked(Note("a sentence"), 7) == ["  a sentence"]


def test_what_is_shown_is_marked_with_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Whole seconds since 1970, as GitLab counts them."""
    gitlab.show(Record(1764081705.9, "staging", StageStarted("build")))
    shown = "\x1b[0Ksection_start:1764081705:build\r\x1b[0Kbuild\n"
    assert capsys.readouterr().out == shown
