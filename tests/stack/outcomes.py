"""What CloudFormation does to each resource when a template replaces another.

From AWS's resource schemas: a change of a create-only property, or of one that identifies the
resource, replaces it; what refers to a replaced resource by such a property is replaced, too.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.templates.checks.body import Body
from tests.stack import schemas
from tests.stack.environments import SECRET
from tests.stack.physical import Named
from tests.story.template_functions import Scope, resolve

DEPLOYED = {"WebAppRevision": "revision"}


@dataclass(frozen=True)
class Outcome:
    """What becomes of a resource: `kind` is its type, `verb` what CloudFormation does."""

    kind: str
    verb: str


class Generations(dict[str, Named]):
    """Every logical ID; those in `replaced` are of the second generation, with another name."""

    def __init__(self, replaced: frozenset[str]) -> None:
        super().__init__()
        self.replaced = replaced

    def __missing__(self, logical: str) -> Named:
        return Named(f"{logical}-{2 if logical in self.replaced else 1}")


def outcomes(before: Body, after: Body) -> dict[str, Outcome]:
    """Return what becomes of each resource that does not stay as it is, by its logical ID.

    The verbs: added, removed, updated, replaced, perhaps replaced (AWS decides by the values),
    collides (replaced under a name that only one may have), and other type (refused).
    """
    replaced: frozenset[str] = frozenset()
    while True:
        found = dict(_compare(_resources(before), _resources(after, replaced)))
        again = frozenset(
            title for title, each in found.items() if each.verb in {"replaced", "collides"}
        )
        if again == replaced:
            return found
        replaced = again


def create_only(kind: str) -> set[str]:
    """List the properties of a type whose change replaces a resource: top-level names."""
    schema = schemas.of(kind)
    read_only = _names(schema, "readOnlyProperties")
    identifies = _names(schema, "primaryIdentifier") - read_only
    return _names(schema, "createOnlyProperties") | identifies


def perhaps_create_only(kind: str) -> set[str]:
    """List the properties of a type whose change may replace a resource."""
    return _names(schemas.of(kind), "conditionalCreateOnlyProperties")


def _compare(
    before: Mapping[str, tuple[str, Body]], after: Mapping[str, tuple[str, Body]]
) -> Iterator[tuple[str, Outcome]]:
    for title in before.keys() | after.keys():
        if title not in after:
            yield title, Outcome(before[title][0], "removed")
        elif title not in before:
            yield title, Outcome(after[title][0], "added")
        elif before[title] != after[title]:
            yield title, Outcome(after[title][0], _verb(before[title], after[title]))


def _verb(before: tuple[str, Body], after: tuple[str, Body]) -> str:
    (old_kind, old), (kind, new) = before, after
    if old_kind != kind:
        return "other type"
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    if changed & create_only(kind):
        return "collides" if _keeps_its_name(kind, new, changed) else "replaced"
    return "perhaps replaced" if changed & perhaps_create_only(kind) else "updated"


def _keeps_its_name(kind: str, new: Body, changed: set[str]) -> bool:
    """Whether the template names the resource, and the replacement has all of the same name.

    A service is known by its cluster, too; its page says that its name alone blocks another.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
    """
    names = {f"{kind.rpartition('::')[2]}Name", "Name"} & new.keys()
    if kind != "AWS::ECS::Service" and names:
        names |= _names(schemas.of(kind), "primaryIdentifier")
    return bool(names) and not names & changed


def _resources(body: Body, replaced: frozenset[str] = frozenset()) -> dict[str, tuple[str, Body]]:
    """Return type and resolved properties of what exists while a revision is deployed."""
    values = {
        name: str(each.get("Default", SECRET)) for name, each in body.get("Parameters", {}).items()
    }
    scope = Scope(
        body.get("Conditions", {}), "shop-staging", {**values, **DEPLOYED}, Generations(replaced)
    )
    return {
        title: (each["Type"], resolve(each.get("Properties", {}), scope))
        for title, each in body["Resources"].items()
        if scope.holds(each.get("Condition"))
    }


def _names(schema: Mapping[str, Any], section: str) -> set[str]:
    return {path.split("/")[2] for path in schema.get(section) or ()}
