"""Sizes in a template that AWS refuses in the middle of an update, found before it.

A template's Rules cannot compare numbers, so that CloudFormation finds none of them by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slipway.aws import template_values
from slipway.aws.template_values import Body, Resource

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
STORAGE_MARGIN = 1.1


@dataclass(frozen=True)
class Pair:
    """Two properties of a type, by their paths: `most` is at least `margin` times `least`.

    `why` is the rule in words.
    """

    kind: str
    least: tuple[str, ...]
    most: tuple[str, ...]
    why: str
    margin: float = 1.0


CAPACITY = "ServerlessV2ScalingConfiguration"
PAIRS = (
    # https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
    Pair(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        ("MinCapacity",),
        ("MaxCapacity",),
        "autoscaling accepts no minimum above its maximum",
    ),
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ServerlessV2ScalingConfiguration.html
    Pair(
        "AWS::RDS::DBCluster",
        (CAPACITY, "MinCapacity"),
        (CAPACITY, "MaxCapacity"),
        "Aurora accepts no minimum above its maximum",
    ),
    Pair(
        "AWS::RDS::DBInstance",
        ("AllocatedStorage",),
        ("MaxAllocatedStorage",),
        "the maximum must be at least a tenth above the storage itself",
        STORAGE_MARGIN,
    ),
)
# Type -> path -> the step of its values: counts and GiB are whole, capacity units also halves.
STEPS: dict[str, dict[tuple[str, ...], float]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": {("MinCapacity",): 1, ("MaxCapacity",): 1},
    "AWS::ECS::Service": {("DesiredCount",): 1},
    "AWS::RDS::DBCluster": {(CAPACITY, "MinCapacity"): 0.5, (CAPACITY, "MaxCapacity"): 0.5},
    "AWS::RDS::DBInstance": {("AllocatedStorage",): 1, ("MaxAllocatedStorage",): 1},
}


def problems(template: Body, values: Mapping[str, str]) -> Iterator[str]:
    """List each size, and each pair of them, that AWS refuses, with the names of its parameters.

    `values` has the parameters' texts by name. What CloudFormation alone can decide is left to it.
    """
    for each in template_values.resources(template, values).values():
        for pair in PAIRS:
            if each.kind == pair.kind:
                yield from _problem(each, pair)
        for path, step in STEPS.get(each.kind, {}).items():
            yield from _between(each, path, step)


def _problem(resource: Resource, pair: Pair) -> Iterator[str]:
    raw = resource.attributes.get("Properties", {})
    least, most = (_number(resource.properties, path) for path in (pair.least, pair.most))
    if least is None or most is None or most >= round(least * pair.margin, 9):
        return
    names = [_name(raw, path) for path in (pair.least, pair.most)]
    yield f"{names[0]} is {least:g} and {names[1]} is {most:g}: {pair.why}"


def _between(resource: Resource, path: tuple[str, ...], step: float) -> Iterator[str]:
    value = _number(resource.properties, path)
    if value is not None and value % step:
        name = _name(resource.attributes.get("Properties", {}), path)
        yield f"{name} is {value:g}: it must be a multiple of {step:g}"


def _number(properties: Body, path: tuple[str, ...]) -> float | None:
    try:
        return float(str(_at(properties, path)))
    except ValueError:
        return None


def _name(raw: Body, path: tuple[str, ...]) -> str:
    """Return the parameter that a property is taken from, or the property's own name."""
    value = _at(raw, path)
    return str(value["Ref"]) if isinstance(value, dict) and "Ref" in value else path[-1]


def _at(node: object, path: tuple[str, ...]) -> object:
    for name in path:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node
