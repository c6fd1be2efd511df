"""Real terminals: narrow, without colours, with a poor encoding, and in a CI system."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COLUMNS = 60
PROGRAM = """
from slipway.events import Note, Outcome, StageEnded, StageStarted, TaskStopped
from slipway.view import output
say = output.choose("staging")
say(StageStarted("release"))
say(Note("caf\\u00e9: " + "a sentence of several words, " * 5))
say(TaskStopped("1", "it ended", {"web": 3}, ("https://example.com/" + "a" * 70,)))
say(StageEnded("release", 1.0, Outcome.FAILED))
"""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[[0-9;]+m")


def shown(**variables: str) -> str:
    """Run a program on a terminal of 60 columns, and return all that it wrote there."""
    own, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", **variables}
    command = [sys.executable, "-c", PROGRAM]
    child = subprocess.Popen(command, env=env, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    written = b""
    while part := _read(own):
        written += part
    os.close(own)
    assert child.wait(timeout=60) == 0, written
    return written.decode(variables.get("PYTHONIOENCODING", "utf-8"))


def _read(own: int) -> bytes:
    """Read what is on the terminal; nothing is left when its last writer has closed it."""
    try:
        return os.read(own, 65536)
    except OSError:
        return b""


def lines(text: str) -> list[str]:
    """List the lines of the screen, without control sequences and the clock's line."""
    return [line.rstrip() for line in re.split(r"[\r\n]+", CONTROL.sub("", text)) if line.strip()]


def test_a_narrow_terminal_breaks_lines_between_words() -> None:
    """An address stays whole, so that it can be copied; a part that goes on is indented."""
    written = lines(shown())
    assert [line for line in written if len(line) > COLUMNS and "https://" not in line] == []
    assert any(line.endswith("https://example.com/" + "a" * 70) for line in written)
    sentence = [line for line in written if "several" in line]
    assert len(sentence) > 1
    assert sentence[1].startswith("      ")


def test_a_failure_is_red() -> None:
    """On a terminal that has colours."""
    assert COLOUR.search(shown())


def test_no_colour_is_shown_where_none_is_wanted() -> None:
    """The words say all of it: https://no-color.org/."""
    written = shown(NO_COLOR="1")
    assert [each for each in COLOUR.findall(written) if each not in {"\x1b[0m", "\x1b[1m"}] == []
    assert "release: FAILED after 1.0 s" in lines(written)


@pytest.mark.parametrize(("encoding", "word"), [("latin-1", "caf\xe9"), ("utf-8", "caf\xe9")])
def test_an_encoding_shows_what_it_has(encoding: str, word: str) -> None:
    """The clock is ASCII, and so are all words of ours."""
    assert word in shown(PYTHONIOENCODING=encoding)


def test_a_ci_system_with_a_terminal_gets_plain_lines() -> None:
    """Its log is a file."""
    assert CONTROL.search(shown(CI="true")) is None


def test_a_dumb_terminal_gets_no_control_sequence() -> None:
    """Such as an editor's."""
    assert CONTROL.search(shown(TERM="dumb")) is None
