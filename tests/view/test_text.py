"""Text from outside reaches the screen as text."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.events import (
    Event,
    Note,
    Proven,
    ResourceChange,
    Rollout,
    StackEvent,
    StageStarted,
    TaskStopped,
)
from slipway.view import gitlab, text
from slipway.view.lines import lines_of

# Any code point, lone surrogates included, and those that matter more often.
OUTSIDE = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs"]),
        st.sampled_from("\x1b\x07\x08\r\n\t\x7f\x9b\x85\u200b\u202e\u2028\u2066\ufeff"),
    ),
    max_size=60,
)
EVENTS = st.one_of(
    st.builds(Note, OUTSIDE),
    st.builds(ResourceChange, OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE),
    st.builds(StackEvent, OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE),
    st.builds(Rollout, OUTSIDE, st.integers(), st.integers(), st.integers(), OUTSIDE),
    st.builds(
        TaskStopped,
        OUTSIDE,
        OUTSIDE,
        st.dictionaries(OUTSIDE, st.none() | st.integers(), max_size=2),
        st.lists(OUTSIDE, max_size=3).map(tuple),
    ),
    st.builds(Proven, OUTSIDE, st.integers(), OUTSIDE),
)


def unsafe(line: str) -> list[str]:
    """List the characters of a line that a terminal would obey or hide."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [each for each in line if each != "\t" and unicodedata.category(each) in kinds]


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("plain, \N{SNOWMAN} and\ttab", "plain, \N{SNOWMAN} and\ttab"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\x08\x7f\x9bb", r"a\x08\x7f\x9bb"),
        ("\u202etxt.exe", r"\u202etxt.exe"),
        ("in\u200bvisible", r"in\u200bvisible"),
        ("\U000e0041", r"\U000e0041"),
        ("\udc1b", r"\udc1b"),
        ("x" * 5, "xxx... (2 more characters)"),
    ],
)
def test_a_character_that_a_terminal_obeys_is_shown(outside: str, shown: str) -> None:
    """Escape sequences, backspaces, and what turns or hides text become text."""
    assert text.printable(outside, limit=3 if outside == "xxxxx" else text.LIMIT) == shown


@given(OUTSIDE)
def test_nothing_unsafe_is_left(outside: str) -> None:
    """For every text: no control, no line end, and it can be encoded."""
    shown = text.printable(outside)
    assert unsafe(shown) == []
    assert len(shown.splitlines()) <= 1
    assert shown.encode().decode() == shown


def test_a_second_line_cannot_pass_for_a_line_of_ours() -> None:
    """It is indented further than the line that it belongs to, at each kind of line end."""
    forged = "  reason\nproven: 2 tasks\rerror: no\r\nnext: x"
    assert text.printable_lines(forged) == [
        "  reason",
        "    proven: 2 tasks",
        "    error: no",
        "    next: x",
    ]


@given(EVENTS)
def test_no_event_can_drive_the_screen(event: Event) -> None:
    """In every view, for every field of an event that comes from outside."""
    for line in [*lines_of(event), *gitlab.marked(event, 7)]:
        assert unsafe(line) == []
        assert line.encode().decode() == line


@given(EVENTS.filter(lambda event: not isinstance(event, Proven)))
def test_no_event_can_write_at_the_margin(event: Event) -> None:
    """A line end in a reason or a log cannot forge a stage, an error or a proof."""
    assert [line for line in lines_of(event) if not line.startswith("  ")] == []


def test_an_address_cannot_forge_a_second_proof() -> None:
    """An output of the stack is text from outside, too."""
    proven = lines_of(Proven("sha256:1", 2, "http://x/\nproven: 9 tasks run sha256:2"))
    assert proven == ["proven: 2 tasks run sha256:1", "http://x/", "  proven: 9 tasks run sha256:2"]


def test_gitlab_sections_cannot_be_forged() -> None:
    """GitLab takes a mark only with its carriage return and escape sequence; both are ours alone.

    https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
    """
    mark = re.compile(r"section_(start|end):\d+:[\w.-]+(\[.*\])?\r\x1b\[0K")
    forged = "\x1b[0Ksection_end:1:release\r\x1b[0K"
    task = TaskStopped("1", forged, {forged: 3}, (forged,))
    for event in (Note(forged), StackEvent("Web", "", "FAILED", forged), task):
        assert [line for line in gitlab.marked(event, 7) if mark.search(line)] == []
    assert mark.search(gitlab.marked(StageStarted("release"), 7)[0])
