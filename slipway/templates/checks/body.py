"""A rendered template, and how its parts are found."""

import re
from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]
# What names something else, and the parts of a template where that stands.
NAMING = {
    "Ref": ("Resources", "Parameters"),
    "Fn::GetAtt": ("Resources",),
    "DependsOn": ("Resources",),
    "Condition": ("Conditions",),
    "Fn::If": ("Conditions",),
    "Fn::FindInMap": ("Mappings",),
}


def of_type(body: Body, kind: str) -> Iterator[tuple[str, Body]]:
    """List the resources of a type such as "AWS::ECS::Service", with their properties."""
    for title, each in body.get("Resources", {}).items():
        if each["Type"] == kind:
            yield title, each.get("Properties", {})


def walk(node: object) -> Iterator[object]:
    """Visit every part of a template, from the top down."""
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from walk(child)


def listed(value: object) -> list[Any]:
    """Read what may be one thing or a list of them."""
    return value if isinstance(value, list) else [value]


def objects(value: object) -> list[Body]:
    """Read a list of objects, without those that only CloudFormation can decide, as by Fn::If."""
    found = [each for each in listed(value) if isinstance(each, dict)]
    return [each for each in found if not any(key.startswith("Fn::") for key in each)]


def references(node: object) -> Iterator[tuple[str, str]]:
    """List what a part of a template names, each with the key of NAMING that it is named by.

    A key stands alone, or at the top: a container has a DependsOn with a Condition of its own.
    """
    for part in walk(node):
        if not isinstance(part, dict) or not (part is node or len(part) == 1):
            continue
        for how in NAMING.keys() & part.keys():
            yield from ((how, name) for name in _names(how, part[how]) if isinstance(name, str))
        if "Fn::Sub" in part:
            yield from _substituted(part["Fn::Sub"])


def _names(how: str, value: Any) -> list[Any]:
    if how == "DependsOn":
        return listed(value)
    first = listed(value)[0]
    return [first.partition(".")[0] if how == "Fn::GetAtt" else first]


def _substituted(given: str | list[Any]) -> Iterator[tuple[str, str]]:
    """List what a text refers to, without the names that it brings along itself."""
    text, own = (given, {}) if isinstance(given, str) else given
    for name in re.findall(r"\$\{([^!}]+)\}", text):
        if name not in own:
            yield "Fn::GetAtt" if "." in name else "Ref", name.partition(".")[0]


def statements(body: Body) -> Iterator[tuple[str, Body]]:
    """List the statements of every policy and trust, each with the resource that it stands in."""
    for title, each in body.get("Resources", {}).items():
        for node in walk(each.get("Properties", {})):
            # A firewall's rule has a Statement too, which allows nobody anything.
            if isinstance(node, dict) and "Statement" in node:
                found = [one for one in objects(node["Statement"]) if "Effect" in one]
                yield from ((title, one) for one in found)
