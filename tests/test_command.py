"""Errors, and the one place that turns them into exit codes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
)
from invoke.exceptions import Exit

from pipeline import aws
from pipeline.command import guarded
from pipeline.errors import (
    ConfigurationError,
    Failed,
    Interrupted,
    RecoveryNeeded,
    Refused,
    SlipwayError,
)

ROOT = Path(__file__).parents[1]
TASKS = """
from invoke import task

from pipeline.command import guarded
from pipeline.errors import ConfigurationError

@task
@guarded
def wrong(_):
    raise ConfigurationError("no such thing", hint="type another")

@task
@guarded
def endless(_):
    import signal, time
    # Tests that run in the background would hand down that it is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print("ready", flush=True)
    time.sleep(60)

@task
@guarded
def broken(_):
    raise ZeroDivisionError("a fault of ours")
"""


@pytest.fixture(autouse=True)
def _sigterm() -> Iterator[None]:
    """Take the guard's signal handler out of the test's own process."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def leave(error: BaseException) -> Exit:
    """Return what invoke is told when a task's body raises `error`."""

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
    assert leave(Failed("it broke", hint="mend it")).message == "error: it broke\n  next: mend it"
    assert leave(Failed("it broke")).message == "error: it broke"


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
    assert aws.explain(ZeroDivisionError()) is None


def refusal(code: str) -> ClientError:
    """Make an error as AWS answers it."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeStacks")


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (NoCredentialsError(), ConfigurationError, "AWS credentials: Unable to locate"),
        (ProfileNotFound(profile="p"), ConfigurationError, "AWS credentials: .*p.* not be found"),
        (SSOTokenLoadError(error_msg="old"), ConfigurationError, "AWS credentials: .*old"),
        (refusal("ExpiredToken"), ConfigurationError, "AWS refused the call: .*ExpiredToken"),
        (refusal("AccessDeniedException"), ConfigurationError, "AWS refused the call: "),
        (refusal("Throttling"), Failed, "AWS: .*Throttling.*\n.*next: type the same command"),
        (
            EndpointConnectionError(endpoint_url="http://nowhere.example"),
            Failed,
            'no answer: .*"http://nowhere.example"',
        ),
    ],
)
def test_an_error_of_boto3_is_a_message(
    error: Exception, kind: type[SlipwayError], words: str
) -> None:
    """What AWS or the network refuse ends in a message with the right code, and a hint."""
    left = leave(error)
    assert left.code == kind.exit_code
    with pytest.raises(kind, match=words) as caught:
        raise aws.explain(error) or error
    assert caught.value.hint
    assert left.message == f"error: {caught.value}"


def test_an_error_names_its_code() -> None:
    """The code of AWS's answer is read; an error without an answer has none."""
    assert aws.error_code(refusal("ValidationError")) == "ValidationError"
    assert aws.error_code(NoCredentialsError()) == ""


def start(folder: Path, task: str) -> "subprocess.Popen[str]":
    """Start a real invoke on a small tasks.py."""
    (folder / "tasks.py").write_text(TASKS)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "invoke", task]
    return subprocess.Popen(command, cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True)


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
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(sent)
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaints.startswith("error: interrupted\n")
    assert "Traceback" not in complaints


def test_invoke_shows_a_fault_of_ours(tmp_path: Path) -> None:
    """A traceback is for whoever mends Slipway, and is not hidden."""
    with start(tmp_path, "broken") as process:
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" in complaints
