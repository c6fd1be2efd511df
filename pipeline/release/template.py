"""The template's text, from the function that a setting names."""

import importlib
import json
import traceback
from collections.abc import Mapping

from pipeline.errors import ConfigurationError


def render(path: str) -> str:
    """Call the function at a dotted path and return the template as JSON.

    Raises ConfigurationError when it cannot be imported, when it raises, and when it
    returns something else than a template.
    """
    module_name, _, name = path.rpartition(".")
    hint = "check STACK_TEMPLATE"
    try:
        function = getattr(importlib.import_module(module_name), name)
    except Exception as error:  # whatever a module of the user's raises
        raise ConfigurationError(f"no template at {path}: {error}", hint=hint) from error
    try:
        return str(function().to_json())
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise ConfigurationError(
            f"{path} raised {type(error).__name__}: {error}",
            hint=f"look at {where.filename}, line {where.lineno}",
        ) from error


def parameters(body: str) -> list[str]:
    """List the parameters that a template declares."""
    return sorted(json.loads(body).get("Parameters", {}))


def require_parameters(body: str, named: Mapping[str, str]) -> None:
    """Raise ConfigurationError for a parameter that the template does not declare."""
    declared = parameters(body)
    if unknown := sorted(set(named) - set(declared)):
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
