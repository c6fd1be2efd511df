"""Changes of a running stack that AWS refuses, or that lose data: known from both templates.

CloudFormation would find them in the middle of the update, after the migration, or not at all.
"""

from collections.abc import Iterator

from slipway.aws import template_values
from slipway.aws.template_values import Body, Resource, Values, differ
from slipway.errors import Refused
from slipway.release import data_types

KEPT = {"Retain", "RetainExceptOnCreate"}
SERVICE = "AWS::ECS::Service"
# The create-only properties of a service's schema, without its name.
SERVICE_CREATE_ONLY = ("Cluster", "Role", "SchedulingStrategy")
HINT = (
    "set the option back (such as STACK_DATABASE), or undo the change of the template; "
    "docs/stack.md, Changing your mind, explains how to make such a change"
)


def require_possible(
    stack: str, deployed: Body, new: Body, carried: Values, values: Values
) -> None:
    """Raise Refused that lists every change that cannot be made, or must not.

    `carried` are the parameters of the stack, by which `deployed` is read, and `values` those
    that it is to have with the template `new`. Of a stack without a template nothing is asked.
    """
    found = list(problems(deployed, new, carried, values))
    if found:
        raise Refused(
            "\n  ".join([f"stack {stack} cannot be changed like this:", *found]), hint=HINT
        )


def problems(deployed: Body, new: Body, carried: Values, values: Values) -> Iterator[str]:
    """List the changes that AWS refuses, or by which data is lost, each with its resource."""
    after = template_values.resources(new, values)
    for title, old in sorted(template_values.resources(deployed, carried).items()):
        yield from _problems(title, old, after.get(title))


def _problems(title: str, old: Resource, new: Resource | None) -> Iterator[str]:
    has_data = data_types.holds_data(old.kind, old.properties)
    if new is None:
        if has_data and old.attributes.get("DeletionPolicy") not in KEPT:
            yield (
                f"{title} ({old.kind}) has data and would be removed: deploy it with "
                "DeletionPolicy: Retain first, so that it is kept when it leaves the stack"
            )
    elif new.kind != old.kind:
        yield (
            f"{title} is of the type {old.kind} and would become {new.kind}: "
            "CloudFormation does not change a resource's type"
        )
    else:
        changed = {
            name
            for name in old.properties.keys() | new.properties.keys()
            if differ(old.properties.get(name), new.properties.get(name))
        }
        if has_data:
            yield from _replaced(title, old, changed)
            yield from _other_major(title, old, new, changed)
            yield from _less_storage(title, old, new)
        if old.kind == SERVICE:
            yield from _service(title, new, changed)


def _replaced(title: str, old: Resource, changed: set[str]) -> Iterator[str]:
    if names := sorted(changed & data_types.CREATE_ONLY[old.kind]):
        yield (
            f"{title} ({old.kind}) has data and would be replaced by an empty one, "
            f"by the change of {', '.join(names)}"
        )


def _other_major(title: str, old: Resource, new: Resource, changed: set[str]) -> Iterator[str]:
    """Find another major version: RDS upgrades only if it is allowed to, and never back.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
    """
    if not old.kind.startswith("AWS::RDS::") or "EngineVersion" not in changed:
        return
    before, after = _major(old.properties), _major(new.properties)
    if before is None or after is None or before == after:
        return
    what = f"{title} would change its major version from {before} to {after}"
    if after < before:
        yield f"{what}: RDS cannot downgrade"
    elif not _is_true(new.properties.get("AllowMajorVersionUpgrade")):
        yield f"{what}: RDS refuses that without AllowMajorVersionUpgrade"


def _major(properties: Body) -> int | None:
    text = str(properties.get("EngineVersion", "")).partition(".")[0]
    return int(text) if text.isdecimal() else None


def _less_storage(title: str, old: Resource, new: Resource) -> Iterator[str]:
    """Find storage that would shrink; RDS lets it grow alone.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
    """
    sizes = [str(each.properties.get("AllocatedStorage", "")) for each in (old, new)]
    if all(each.isdecimal() for each in sizes) and int(sizes[1]) < int(sizes[0]):
        yield f"{title} would have {sizes[1]} GiB after {sizes[0]}: RDS cannot shrink storage"


def _service(title: str, new: Resource, changed: set[str]) -> Iterator[str]:
    """Find a replacement that its own name blocks, and a strategy that no deployment can force.

    The deploy forces one by a parameter, where the template has ForceNewDeployment.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
    """
    name = new.properties.get("ServiceName")
    names = [each for each in SERVICE_CREATE_ONLY if each in changed]
    if name and names and "ServiceName" not in changed:
        yield (
            f"{title} would be replaced, by the change of {', '.join(names)}: "
            f"its replacement cannot have the name {name} while the old one exists"
        )
    moved = sorted(changed & {"CapacityProviderStrategy", "LaunchType"})
    if moved and "ForceNewDeployment" not in new.attributes["Properties"]:
        yield (
            f"{title} has another {' and '.join(moved)}: ECS refuses that without "
            "ForceNewDeployment; stack/web.py has an example"
        )


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
