"""The template of a stack as a value, with the parameters it is deployed with."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

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

    def with_parameters(self, parameters: Mapping[str, str]) -> "Desired":
        """Name more parameters; the last word on each counts."""
        return replace(self, parameters={**self.parameters, **parameters})


def load(body: str) -> dict[str, Any]:
    """Read a template's text."""
    return dict(json.loads(body))


def dump(template: dict[str, Any]) -> str:
    """Write a template as JSON, without a blank."""
    return json.dumps(template, sort_keys=True, separators=(",", ":"))
