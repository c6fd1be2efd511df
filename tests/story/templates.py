"""CloudFormation templates: what one declares for values of its parameters."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from tests.story.refusals import validation_error
from tests.story.template_functions import Physical, Scope, references, resolve


@dataclass(frozen=True)
class Declared:
    """A resource as a template declares it, with every parameter and condition resolved."""

    kind: str
    properties: dict[str, Any]
    needs: frozenset[str]
    deletion: str = "Delete"


class Template:
    """A template, read from its JSON."""

    def __init__(self, body: str) -> None:
        self.body = body
        try:
            self.document: dict[str, Any] = json.loads(body)
        except ValueError as error:
            raise validation_error("Template format error: JSON not well-formed.") from error
        self.parameters: dict[str, dict[str, Any]] = self.document.get("Parameters", {})
        # What was declared is asked for again by each update of every story.
        self._declared: dict[tuple[str, frozenset[Any]], dict[str, Declared]] = {}

    def declare(self, stack: str, values: Mapping[str, str]) -> dict[str, Declared]:
        """Return the resources whose condition holds; references to resources stay as they are."""
        key = (stack, frozenset(values.items()))
        if key not in self._declared:
            self._declared[key] = self._declare(self.scope(stack, values))
        return dict(self._declared[key])

    def _declare(self, scope: Scope) -> dict[str, Declared]:
        return {
            name: Declared(
                each["Type"],
                resolve(each.get("Properties", {}), scope),
                self._needs[name],
                each.get("DeletionPolicy", "Delete"),
            )
            for name, each in self.document["Resources"].items()
            if scope.holds(each.get("Condition"))
        }

    @cached_property
    def _needs(self) -> dict[str, frozenset[str]]:
        resources = self.document["Resources"].items()
        return {name: frozenset(_needs(each)) for name, each in resources}

    def outputs(
        self, stack: str, values: Mapping[str, str], resources: Mapping[str, Physical]
    ) -> dict[str, str]:
        """Return the outputs whose condition holds."""
        scope = self.scope(stack, values, resources)
        outputs = self.document.get("Outputs", {}).items()
        return {
            name: str(resolve(each["Value"], scope))
            for name, each in outputs
            if scope.holds(each.get("Condition"))
        }

    def scope(
        self,
        stack: str,
        values: Mapping[str, str],
        resources: Mapping[str, Physical] | None = None,
    ) -> "Scope":
        """Return what names mean in this template."""
        return Scope(self.document.get("Conditions", {}), stack, values, resources)


@cache
def read(body: str) -> Template:
    """Read a template; nothing of it is changed, so that stories can share one."""
    return Template(body)


def _needs(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names that a resource depends on, among them parameters."""
    depends = resource.get("DependsOn", [])
    yield from [depends] if isinstance(depends, str) else depends
    yield from references(resource.get("Properties", {}))
