"""A rendered template, and how its parts are found."""

import re
from collections.abc import Iterator
from typing import Any

Body = dict[str, Any]


def of_type(body: Body, kind: str) -> Iterator[tuple[str, Body]]:
    """List the resources of a type such as "AWS::ECS::Service", with their properties."""
    for title, each in body["Resources"].items():
        if each["Type"] == kind:
            yield title, each.get("Properties", {})


def walk(node: object) -> Iterator[object]:
    """Visit every part of a template, from the top down."""
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from walk(child)


def references(body: Body) -> Iterator[tuple[str, str]]:
    """List who names whom: by Ref, Fn::GetAtt, Fn::Sub, Condition or DependsOn."""
    for title, each in [*body["Resources"].items(), *body.get("Outputs", {}).items()]:
        for node in walk(each):
            yield from ((title, name) for name in _named(node))


def _named(node: object) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    for key in ("Ref", "Condition"):
        if isinstance(node.get(key), str):
            yield node[key]
    if "Fn::GetAtt" in node:
        got = node["Fn::GetAtt"]
        yield got.partition(".")[0] if isinstance(got, str) else got[0]
    if "Fn::Sub" in node:
        yield from _substituted(node["Fn::Sub"])
    depends = node.get("DependsOn", [])
    yield from [depends] if isinstance(depends, str) else depends


def _substituted(given: str | list[Any]) -> Iterator[str]:
    """List what a text refers to, without the names that it brings along itself."""
    text, own = (given, {}) if isinstance(given, str) else given
    for name in re.findall(r"\$\{([^!}]+)\}", text):
        if name not in own:
            yield name.partition(".")[0]


def statements(body: Body) -> Iterator[tuple[str, Body]]:
    """List the statements of every policy and trust, each with the resource that it stands in."""
    for title, each in body["Resources"].items():
        for node in walk(each.get("Properties", {})):
            if isinstance(node, dict) and isinstance(node.get("Statement"), list):
                yield from ((title, statement) for statement in node["Statement"])
