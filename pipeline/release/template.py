"""The template's text, from the function that a setting names."""

import importlib
import inspect
import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import ConfigurationError

HINT = "check STACK_TEMPLATE"


@dataclass(frozen=True)
class Desired:
    """What a stack is to be: its template, and the parameters that somebody named.

    CloudFormation makes it so with the rights of `service_role`, or with the caller's own; a
    template that does not fit into a call goes through `bucket`.
    """

    body: str
    parameters: Mapping[str, str]
    service_role: str = ""
    bucket: str = ""

    def naming(self, parameters: Mapping[str, str]) -> "Desired":
        """Name more parameters; the last word on each counts."""
        return replace(self, parameters={**self.parameters, **parameters})


def render(path: str, *given: object) -> str:
    """Call the function at a dotted path and return the template as JSON, without a blank.

    The function is given as much of `given` as it takes: a template needs no options.
    Raises ConfigurationError when it cannot be found, when it raises, and when it returns
    something else than a template.
    """
    function = find(path)
    try:
        made = _make(function, given)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise ConfigurationError(
            f"{path} raised {type(error).__name__}: {error}",
            hint=f"look at {where.filename}, line {where.lineno}",
        ) from error
    if not isinstance(made, dict):
        what = f"{path} returned a {type(made).__name__}, and no template of troposphere"
        raise ConfigurationError(what, hint=HINT)
    return json.dumps(made, sort_keys=True, separators=(",", ":"))


def find(path: str) -> Any:
    """Import the function at a dotted path.

    Raises ConfigurationError when its module cannot be imported, or lacks it.
    """
    module_name, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module_name), name)
    except Exception as error:  # whatever a module of the user's raises
        raise ConfigurationError(f"no template at {path}: {error}", hint=HINT) from error


def _make(function: Any, given: tuple[object, ...]) -> object:
    """Call a template's function with as much as it takes, and resolve what it returns."""
    takes = len(inspect.signature(function).parameters)
    made = function(*given[:takes])
    return made.to_dict() if hasattr(made, "to_dict") else made


def parameters(body: str) -> list[str]:
    """List the parameters that a template declares."""
    return sorted(json.loads(body).get("Parameters", {}))


def require_parameters(desired: Desired) -> None:
    """Raise ConfigurationError for a parameter that the template does not declare."""
    declared = parameters(desired.body)
    if unknown := sorted(set(desired.parameters) - set(declared)):
        raise ConfigurationError(
            f"the template has no parameter {', '.join(unknown)}",
            hint=f"it has: {', '.join(declared)}",
        )


def same(body: str, deployed: object) -> bool:
    """Whether a deployed template, as GetTemplate returns it, is this one; YAML never is."""
    try:
        there = json.loads(deployed) if isinstance(deployed, str) else deployed
    except ValueError:
        return False
    return bool(json.loads(body) == there)
