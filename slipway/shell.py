"""The one process boundary: every command that Slipway runs is started here."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from slipway.errors import ConfigurationError, Failed

# How long an interrupted command may take to clean up behind itself.
CLEAN_UP_SECONDS = 60
MISSING_TOOL_HINTS = {
    "docker": "install Docker, or on a bare Debian machine: invoke engine",
    "git": "install git",
}


@dataclass(frozen=True)
class Completed:
    """What a command that ended left: its exit code and, unless shown, its two outputs."""

    command: tuple[str, ...]
    code: int
    stdout: str = ""
    stderr: str = ""


class CommandFailed(Failed):
    """A command exited with a code other than 0; `completed` holds the rest."""

    def __init__(self, completed: Completed, *, hint: str = "") -> None:
        last = (completed.stderr.strip() or completed.stdout.strip()).splitlines()[-15:]
        what = f"exit code {completed.code} from: {shlex.join(completed.command)}"
        super().__init__("\n  ".join([what, *last]), hint=hint)
        self.completed = completed


def repeated(option: str, values: Iterable[str]) -> list[str]:
    """Return words with an option before each value, such as --env A --env B."""
    return [word for value in values for word in (option, value)]


def run(  # noqa: PLR0913 - the options of a process, each by name
    command: Sequence[str],
    *,
    stdin: str | None = None,
    stdout: IO[bytes] | None = None,
    env: Mapping[str, str | None] | None = None,
    cwd: Path | None = None,
    show: bool = False,
    check: bool = True,
    timeout: float | None = 600,
    hint: str = "",
) -> Completed:
    """Run one command to its end and return what it left.

    `stdin` is text for the command's standard input: the way in for a secret.
    `stdout` is an open file that takes the command's output as bytes.
    `env` is added to this process's environment; a name whose value is None is left out.
    With `show`, the output goes to the terminal instead of into the result. `timeout` is in
    seconds.

    Raises CommandFailed (with `hint`) when `check` and the code is not 0, Failed on
    a time-out, ConfigurationError when the program is not installed or cannot be run.
    """
    pipe = None if show else subprocess.PIPE
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=pipe if stdout is None else stdout,
            stderr=pipe,
            text=True,
            errors="replace",
            env=environment(env),
            cwd=cwd,
        )
    except OSError as error:
        raise _not_startable(command, error) from error
    try:
        output, complaints = _finish(process, stdin, timeout)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"no end after {timeout:.0f} s: {shlex.join(command)}", hint=hint) from error
    completed = Completed(tuple(command), process.returncode, output or "", complaints or "")
    if check and completed.code:
        raise CommandFailed(completed, hint=hint)
    return completed


def _finish(
    process: "subprocess.Popen[str]", stdin: str | None, timeout: float | None
) -> tuple[str, str]:
    """Wait for a command's end and return its outputs; end it after `timeout` seconds.

    When this process is interrupted, the command gets time to clean up behind itself: it may be
    Slipway again, in a nox session.
    """
    with process:
        try:
            return process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        except BaseException:
            _end(process)
            raise


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=CLEAN_UP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def attach(command: Sequence[str], *, env: Mapping[str, str | None] | None = None) -> int:
    """Give the terminal to a command until it ends, and return its exit code.

    What is typed is the command's, Ctrl-C included. `env` is as for `run`. Raises
    ConfigurationError when the program is not installed or cannot be run.
    """
    before = signal.signal(signal.SIGINT, _leave_to_the_command)
    try:
        return subprocess.run(list(command), env=environment(env), check=False).returncode
    except OSError as error:
        raise _not_startable(command, error) from error
    finally:
        signal.signal(signal.SIGINT, before)


def _leave_to_the_command(_signal: int, _frame: object) -> None:
    """Do nothing; a handler, unlike SIG_IGN, is not inherited."""


def environment(changes: Mapping[str, str | None] | None) -> dict[str, str]:
    """Return this process's environment with `changes`; a value of None removes the name."""
    changed = {**os.environ, **(changes or {})}
    return {name: text for name, text in changed.items() if text is not None}


def start_detached(
    command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Start a command that outlives this process, with its output added to `log`.

    Raises ConfigurationError when the program is not installed or cannot be run.
    """
    with log.open("ab") as output:
        try:
            return subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
        except OSError as error:
            raise _not_startable(command, error) from error


def _not_startable(command: Sequence[str], error: OSError) -> ConfigurationError:
    if not isinstance(error, FileNotFoundError):
        return ConfigurationError(f"{command[0]} cannot be run: {error.strerror}")
    if error.filename != command[0]:
        return ConfigurationError(f"no such folder: {error.filename}")
    return ConfigurationError(
        f"{command[0]} is not installed",
        hint=MISSING_TOOL_HINTS.get(command[0], f"install {command[0]}"),
    )
