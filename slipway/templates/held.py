"""What stays as it is deployed while the rest of a template is new already.

A resource refers to parameters, conditions and mappings by name. Where the new template means
something else by a name, what is held has to go on meaning what it meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]
# What is added to a name that means something else in the new template.
DEPLOYED = "Deployed"
# Conditions and mappings by the functions that refer to them: the first item, or the value.
BY_NAME = {"Fn::If": "Conditions", "Condition": "Conditions", "Fn::FindInMap": "Mappings"}


@dataclass(frozen=True)
class Pins:
    """What is written in place of a reference: parameter -> value, condition or mapping -> name."""

    values: Mapping[str, str]
    renamed: Mapping[str, str]


@dataclass(frozen=True)
class Sections:
    """The sections beside the resources, and which of their names were changed: old -> new."""

    bodies: dict[str, Body]
    renamed: dict[str, str]


def sections(new: Body, deployed: Body, taken: set[str]) -> Sections:
    """Join what both templates declare.

    Of a parameter that keeps its value, the deployed rules count: the new ones may not allow it.
    """
    after, before = (each.get("Parameters", {}) for each in (new, deployed))
    kept = {name: each for name, each in before.items() if name not in taken}
    bodies: dict[str, Body] = {"Parameters": {**after, **kept}}
    renamed: dict[str, str] = {}
    for section in ("Conditions", "Mappings"):
        after, before = (each.get(section, {}) for each in (new, deployed))
        other = {
            name: f"{name}{DEPLOYED}"
            for name in before
            if name in after and before[name] != after[name]
        }
        copies = {copy: before[name] for name, copy in other.items()}
        bodies[section] = {**before, **after, **copies}
        renamed |= other
    return Sections(bodies, renamed)


def pinned(node: Any, pins: Pins) -> Any:
    """Return a part of the deployed template that means the same beside the new one."""
    if isinstance(node, list):
        return [pinned(each, pins) for each in node]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"Ref"} and node["Ref"] in pins.values:
        return pins.values[node["Ref"]]
    return {key: _pinned_value(key, pinned(each, pins), pins) for key, each in node.items()}


def _pinned_value(key: str, value: Any, pins: Pins) -> Any:
    if key in BY_NAME:
        if isinstance(value, str):
            return pins.renamed.get(value, value)
        if isinstance(value, list) and value and isinstance(value[0], str):
            return [pins.renamed.get(value[0], value[0]), *value[1:]]
    if key == "Fn::Sub":
        text, *own = value if isinstance(value, list) else [value]
        values = {name: each for name, each in pins.values.items() if name not in (own or [{}])[0]}
        text = re.sub(r"\$\{(\w+)\}", lambda it: values.get(it[1], it[0]), text)
        return [text, *own] if own else text
    return value


def with_permissions(resource: Body, deployed: Body) -> Body:
    """Return a new resource that still permits what the deployed one of its name does."""
    if resource == deployed or resource["Type"] != deployed.get("Type"):
        return resource
    if resource["Type"] == "AWS::IAM::Role":
        return _joined(resource, deployed, {"Policies": _renamed_policy, "ManagedPolicyArns": None})
    if resource["Type"] in {"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy"}:
        document = _joined_document(resource, deployed)
        return {**resource, "Properties": {**resource["Properties"], "PolicyDocument": document}}
    return resource


def _joined(resource: Body, deployed: Body, lists: Mapping[str, Any]) -> Body:
    properties = dict(resource.get("Properties", {}))
    for name, change in lists.items():
        mine, before = (each.get("Properties", {}).get(name, []) for each in (resource, deployed))
        if isinstance(mine, list) and isinstance(before, list):
            lost = [each for each in before if each not in mine]
            if mine or lost:
                properties[name] = [*mine, *(change(each) if change else each for each in lost)]
    return {**resource, "Properties": properties}


def _renamed_policy(policy: Any) -> Any:
    """Give a deployed policy another name: those of one role have to differ."""
    name = policy.get("PolicyName") if isinstance(policy, dict) else None
    return {**policy, "PolicyName": f"{name}-deployed"} if isinstance(name, str) else policy


def _joined_document(resource: Body, deployed: Body) -> Body:
    documents = [each["Properties"]["PolicyDocument"] for each in (resource, deployed)]
    mine, before = (_statements(each) for each in documents)
    lost = [_renamed_statement(each) for each in before if each not in mine]
    return {**documents[0], "Statement": [*mine, *lost]}


def _statements(document: Body) -> list[Any]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def _renamed_statement(statement: Any) -> Any:
    if isinstance(statement, dict) and isinstance(statement.get("Sid"), str):
        return {**statement, "Sid": f"{statement['Sid']}{DEPLOYED}"}
    return statement
