"""The one place where an error becomes a message and an exit code."""

from __future__ import annotations

import functools
import signal
import sys
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

from pipeline import aws
from pipeline.errors import Interrupted, SlipwayError

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def guarded(function: Callable[P, T]) -> Callable[P, T]:
    """Wrap a task's body: every error that a user can cause ends as one message and a code.

    SIGTERM, which is how a cancelled GitLab job is told, is treated as Ctrl-C.
    Raises invoke's Exit, which prints the message and exits without a traceback.
    """

    @functools.wraps(function)
    def body(*args: P.args, **kwargs: P.kwargs) -> T:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            return function(*args, **kwargs)
        except KeyboardInterrupt:
            _leave(Interrupted("interrupted", hint="type the same command again to go on"))
        except SlipwayError as error:
            _leave(error)
        except Exception as error:
            if (explained := aws.explain(error)) is None:
                raise
            _leave(explained)

    return body


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _leave(error: SlipwayError) -> NoReturn:
    from invoke.exceptions import Exit

    sys.stdout.flush()
    raise Exit(f"error: {error}", error.exit_code) from error
