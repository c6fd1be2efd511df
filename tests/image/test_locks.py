"""Builds take turns, and what a killed suite left is removed: with real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from slipway.errors import ConfigurationError, Failed
from slipway.image import locks

ROOT = Path(__file__).parents[2]
# Takes the lock or the token, says so, and waits to be killed.
HOLD = """
import sys, time
from slipway.image import locks
with {}:
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def hold(what: str) -> "subprocess.Popen[str]":
    """Start another process that holds something, and wait until it does."""
    code = [sys.executable, "-c", HOLD.format(what)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    other = subprocess.Popen(code, env=env, stdout=subprocess.PIPE, text=True)
    assert other.stdout
    assert other.stdout.readline() == "held\n"
    return other


def kill(other: "subprocess.Popen[str]") -> None:
    """End a process as `kill -9` does."""
    other.kill()
    other.communicate()


def test_two_builds_of_a_tag_take_turns() -> None:
    """The second one waits, says so, and knows that it waited: then it looks again."""
    other = hold("locks.alone('app:1', print)")
    with locks.alone("app:2", lambda: pytest.fail("another tag")) as waited:
        assert not waited
    ended: list[float] = []

    def end() -> None:
        kill(other)
        ended.append(time.monotonic())

    with locks.alone("app:1", end) as waited:
        assert waited
        assert ended
    with locks.alone("app:1", lambda: pytest.fail("nobody holds it")) as waited:
        assert not waited


def test_a_token_s_things_are_removed_at_the_end(state: Path) -> None:
    """Also when the block fails; no file stays for it."""
    removed: list[str] = []
    with pytest.raises(RuntimeError), locks.owned(removed.append) as token:
        raise RuntimeError
    assert removed == [token]
    assert list((state / "slipway" / "images").iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(state: Path) -> None:
    """Its lock ended with it; what a running process owns is left alone."""
    running, killed = hold("locks.owned(print)"), hold("locks.owned(print)")
    names = {each.stem for each in (state / "slipway" / "images").glob("suite-*.lock")}
    kill(killed)
    removed: list[str] = []
    with locks.owned(removed.append) as own:
        assert len(removed) == 1
        assert f"suite-{removed[0]}" in names
    assert removed[1:] == [own]
    kill(running)
    with locks.owned(removed.append):
        pass
    assert {f"suite-{each}" for each in removed} - {f"suite-{own}"} >= names


def test_a_second_interrupt_does_not_stop_a_removal() -> None:
    """Ctrl-C, a closed terminal and a cancelled job; what they did before, they do again."""
    before = signal.getsignal(signal.SIGINT)
    with locks.uninterrupted():
        for each in locks.SIGNALS:
            os.kill(os.getpid(), each)
        code = "import signal; print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"
        child = [sys.executable, "-c", code]
        assert subprocess.run(child, capture_output=True, check=True).stdout == b"True\n"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_removal_that_fails_is_left_to_the_next_run(state: Path) -> None:
    """The engine was stopped meanwhile: what the suite said is not hidden by that."""

    def refuse(_: str) -> None:
        raise Failed("no container engine answers")

    with pytest.raises(RuntimeError), locks.owned(refuse) as token:
        raise RuntimeError
    removed: list[str] = []
    with locks.owned(removed.append):
        assert removed == [token]
    assert list((state / "slipway" / "images").iterdir()) == []


def test_a_state_folder_that_cannot_be_made_is_explained(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback: the message has the folder, and the variable that names another."""
    (state / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(state / "file"))
    with (
        pytest.raises(ConfigurationError, match=r"cannot be written.*\n.*XDG_STATE_HOME"),
        locks.alone("app:1", lambda: None),
    ):
        pass
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    (state / "slipway" / "images" / "builds.lock").mkdir(parents=True)
    with (
        pytest.raises(ConfigurationError, match=r"builds\.lock cannot be written"),
        locks.alone("app:1", lambda: None),
    ):
        pass
