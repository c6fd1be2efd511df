"""The template's text, from the function that a setting names."""

import importlib
import inspect
import json
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import ConfigurationError

HINT = "check STACK_TEMPLATE"


Body = dict[str, Any]
Values = Mapping[str, str]
# A template, and the names of the parameters that take their new value with it already.
FirstStep = tuple[Body, set[str]]


def one_step(_deployed: Body, _values: Values, _carried: Values) -> FirstStep | None:
    """Return no template: nothing has to come before the update itself."""
    return None


def any_environment(_deployed: Body, _values: Values, _carried: Values) -> bool:
    """Find no difference: there is no migration whose environment could differ."""
    return True


def any_origin(_deployed: Body) -> None:
    """Accept a deployed template, whatever function made it."""


@dataclass(frozen=True)
class Desired:
    """What a stack is to be: its template, and the parameters that somebody named.

    CloudFormation makes it so with the permissions of `service_role`, or with the caller's own;
    a template that does not fit into a call goes through `bucket`. `first_step` returns what
    has to be applied before a migration, None for nothing; `same_environment` whether a
    migration has the same variables and secrets as before. Both are given the deployed
    template, the parameters that are to be and those that the stack has. `require_same` raises
    Refused if the deployed template is of another origin.
    """

    body: str
    parameters: Mapping[str, str]
    service_role: str = ""
    bucket: str = ""
    first_step: Callable[[Body, Values, Values], FirstStep | None] = one_step
    same_environment: Callable[[Body, Values, Values], bool] = any_environment
    require_same: Callable[[Body], None] = any_origin

    def naming(self, parameters: Mapping[str, str]) -> "Desired":
        """Name more parameters; the last word on each counts."""
        return replace(self, parameters={**self.parameters, **parameters})


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
        what = f"{path} returned {type(made).__name__}, which is no template of troposphere"
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


def load(body: str) -> dict[str, Any]:
    """Read a template's text."""
    return dict(json.loads(body))


def dump(template: dict[str, Any]) -> str:
    """Write a template as JSON, without a blank."""
    return json.dumps(template, sort_keys=True, separators=(",", ":"))
