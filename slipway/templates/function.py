"""The function that a setting names, and the template that it returns, as text."""

import importlib
import inspect
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any

from slipway.errors import ConfigurationError
from slipway.template import dump

HINT = "check STACK_TEMPLATE"


def render(path: str, *given: object) -> str:
    """Call the function at a dotted path and return the template as JSON, without a blank.

    The function is given as much of `given` as it takes: a template needs no options. What it
    prints goes to standard error. Raises ConfigurationError when it cannot be found, when it
    raises or exits, and when it returns something else than a template.
    """
    function = find(path)
    with _explained(path):
        made = _make(function, given)
        body = dump(made) if isinstance(made, dict) else ""
    if not body:
        what = f"{path} returned {type(made).__name__}, which is not a troposphere template"
        raise ConfigurationError(what, hint=HINT)
    return body


def find(path: str) -> Any:
    """Import the function at a dotted path.

    Raises ConfigurationError when its module cannot be imported, or lacks it.
    """
    module_name, _, name = path.rpartition(".")
    try:
        with redirect_stdout(sys.stderr):
            return getattr(importlib.import_module(module_name), name)
    except (Exception, SystemExit) as error:  # whatever a module of the user's raises
        raise ConfigurationError(f"no template at {path}: {error}", hint=HINT) from error


@contextmanager
def _explained(path: str) -> Iterator[None]:
    """Keep standard output clean, and raise ConfigurationError for whatever user code raises."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (Exception, SystemExit) as error:
        raise ConfigurationError(
            f"{path} raised {type(error).__name__}: {error}",
            hint=_place(traceback.extract_tb(error.__traceback__)),
        ) from error


def _place(frames: traceback.StackSummary) -> str:
    """Name the last line of the user's own code, and not one of a library's."""
    libraries = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))
    known = [each for each in frames if not each.filename.startswith((*libraries, __file__, "<"))]
    return f"look at {known[-1].filename}, line {known[-1].lineno}" if known else HINT


def _make(function: Any, given: tuple[object, ...]) -> object:
    """Call a template's function with as much as it takes, and resolve what it returns."""
    takes = len(inspect.signature(function).parameters)
    made = function(*given[:takes])
    return made.to_dict() if hasattr(made, "to_dict") else made
