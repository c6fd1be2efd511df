"""Sessions of noxfile.py, as a task runs them."""

import sys

from slipway.errors import (
    ConfigurationError,
    Failed,
    Interrupted,
    RecoveryNeeded,
    Refused,
    SlipwayError,
)
from slipway.shell import run

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
