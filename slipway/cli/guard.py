"""The one place where an error becomes a message and an exit code."""

from __future__ import annotations

import functools
import io
import os
import shutil
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

from slipway.cli import signals
from slipway.errors import ConfigurationError, Failed, Interrupted, SlipwayError
from slipway.explanation import explained
from slipway.results import Error
from slipway.view.text import LINE_END, printable, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def guarded(
    function: Callable[P, T], say_error: Callable[[Error], None] = lambda _: None
) -> Callable[P, T]:
    """Wrap a task's body: every error that a user can cause ends as one message and a code.

    `say_error` is called with the error before its message is printed. SIGTERM, with which
    GitLab cancels a job, and SIGHUP are treated as Ctrl-C. Raises invoke's Exit, which prints the
    message and exits without a traceback.
    """

    def _fail(error: SlipwayError) -> NoReturn:
        with suppress(BrokenPipeError):
            say_error(Error(error.what, error.hint, error.exit_code))
        _leave(message(error), error.exit_code)

    @functools.wraps(function)
    def body(*args: P.args, **kwargs: P.kwargs) -> T:
        signals.catch()
        _tolerate_every_character()
        try:
            _refuse_dry(args)
            with explained():
                returned = function(*args, **kwargs)
                sys.stdout.flush()
                return returned
        except BrokenPipeError:
            # The reader closed the output, as `| head` does.
            signals.silence()
            _leave(None, Failed.exit_code)
        except KeyboardInterrupt:
            _fail(Interrupted("interrupted", hint="run the same command again to continue"))
        except SlipwayError as error:
            _fail(error)

    return body


def message(error: SlipwayError) -> str:
    """Write an error as printable lines.

    What happened begins at the margin and goes on four columns in; what to do next stands two
    columns in, where no text from outside can stand.
    """
    first, *others = LINE_END.split(error.what)
    lines = [f"error: {printable(first)}"]
    lines += [_indented(line, "    ") for line in others]
    if error.hint:
        head, *more = LINE_END.split(error.hint)
        lines += [f"  next: {printable(head)}", *(_indented(line, "        ") for line in more)]
    return "\n".join(lines)


def _indented(line: str, indent: str) -> str:
    return printable(line if line.startswith(indent) else indent + line.lstrip(" "))


def _refuse_dry(args: tuple[object, ...]) -> None:
    """Raise ConfigurationError for `invoke --dry`, which invoke itself applies to shells alone."""
    from invoke import Context

    if args and isinstance(args[0], Context) and args[0].config.run.dry:
        raise ConfigurationError(
            "--dry is not supported, and nothing was run", hint="run it again without --dry"
        )


def _tolerate_every_character() -> None:
    """Have a stream that lacks a character show its code, instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave(text: str | None, code: int) -> NoReturn:
    from invoke.exceptions import Exit

    with suppress(OSError):
        sys.stdout.flush()
    raise Exit(_for_terminal(text) if text and sys.stderr.isatty() else text, code)


def _for_terminal(text: str) -> str:
    """Wrap a message at the terminal's width, and colour its first word where colours are wanted.

    https://no-color.org/
    """
    columns = shutil.get_terminal_size().columns
    lines = [part for line in text.splitlines() for part in wrapped(line, columns)]
    head = "error:" if os.environ.get("NO_COLOR") else "\033[1;31merror:\033[0m"
    return "\n".join(lines).replace("error:", head, 1)
