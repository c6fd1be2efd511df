"""Sessions of noxfile.py: run by a task, and the one that tests the image."""

import sys

from slipway import settings
from slipway.cli import image, signals
from slipway.cli.guard import message
from slipway.errors import (
    ConfigurationError,
    Failed,
    Interrupted,
    RecoveryNeeded,
    Refused,
    SlipwayError,
)
from slipway.explanation import explained
from slipway.git import checkout
from slipway.shell import run
from slipway.view import output

BY_CODE = {
    kind.exit_code: kind for kind in (ConfigurationError, RecoveryNeeded, Refused, Interrupted)
}


def run_session(name: str, *words: str) -> None:
    """Run a session of noxfile.py, with these words behind its name.

    Raises the error whose exit code the session ended with, Failed for any other code.
    """
    posargs = ["--", *words] if words else []
    command = [sys.executable, "-m", "nox", "--session", name, *posargs]
    done = run(command, show=True, check=False, timeout=None)
    if done.code:
        raise failure(name, done.code)


def failure(name: str, code: int) -> SlipwayError:
    """Return the error for a session that ended with this exit code."""
    kind = BY_CODE.get(code, Failed)
    return kind(f"nox -s {name} failed", hint="read what the session printed above")


def test_image() -> None:
    """Run the application's suite inside the image of this commit.

    The process ends with the exit code of an error; nox would make 1 of each.
    """
    signals.catch()
    try:
        with explained():
            image.test(settings.load("local"), checkout.current(), output.choose("local"))
    except SlipwayError as error:
        print(message(error), file=sys.stderr)
        sys.exit(error.exit_code)
