"""What a template declares for values of its parameters, as far as these decide it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]
Values = Mapping[str, str]
# What CloudFormation shows in place of a NoEcho value.
HIDDEN = "****"
NO_VALUE = {"Ref": "AWS::NoValue"}
# A condition that a template does not have.
UNKNOWN: Body = {"": []}


@dataclass(frozen=True)
class Resource:
    """A resource: its type, its properties with every known value, and its attributes.

    What only CloudFormation can decide is in `properties` as the template has it.
    `attributes` is the whole resource in the template: DeletionPolicy and its kind.
    """

    kind: str
    properties: Body
    attributes: Body


def resources(body: Body, values: Values) -> dict[str, Resource]:
    """Return the resources by logical ID, without those whose condition is known to be false.

    `values` has the parameters by name; a hidden one counts as unknown.
    """
    conditions = body.get("Conditions", {})
    return {
        title: Resource(each["Type"], resolve(each.get("Properties", {}), conditions, values), each)
        for title, each in body.get("Resources", {}).items()
        if holds({"Condition": each.get("Condition")}, conditions, values) is not False
    }


def resolve(node: object, conditions: Body, values: Values) -> Any:
    """Put values in the place of parameters, and take the branch of each Fn::If that is known."""
    if isinstance(node, list):
        items = [resolve(each, conditions, values) for each in node]
        return [each for each in items if each != NO_VALUE]
    if not isinstance(node, dict):
        return node
    if node.keys() == {"Ref"}:
        return values.get(node["Ref"], node)
    if node.keys() == {"Fn::If"}:
        name, yes, no = node["Fn::If"]
        chosen = holds({"Condition": name}, conditions, values)
        return node if chosen is None else resolve(yes if chosen else no, conditions, values)
    members = {name: resolve(each, conditions, values) for name, each in node.items()}
    return {name: each for name, each in members.items() if each != NO_VALUE}


def holds(condition: Body, conditions: Body, values: Values) -> bool | None:
    """Whether a condition holds; None if the values do not decide it. No condition holds."""
    ((how, argument),) = condition.items()
    if how == "Condition":
        return argument is None or holds(conditions.get(argument, UNKNOWN), conditions, values)
    if how == "Fn::Equals":
        first, second = (resolve(each, conditions, values) for each in argument)
        is_known = not any(isinstance(each, dict) or each == HIDDEN for each in (first, second))
        return bool(_as_text(first) == _as_text(second)) if is_known else None
    if how not in {"Fn::Not", "Fn::And", "Fn::Or"}:
        return None
    parts = [holds(each, conditions, values) for each in argument]
    if how == "Fn::Not":
        return None if parts[0] is None else not parts[0]
    decides = how == "Fn::Or"
    return decides if decides in parts else None if None in parts else not decides


def differ(before: object, after: object) -> bool:
    """Whether two resolved values are known to be different ones; None is an absent one.

    A number and its text are the same, as CloudFormation has it.
    """
    if _is_open(before) or _is_open(after):
        return False
    return bool(_as_text(before) != _as_text(after))


def _is_open(node: object) -> bool:
    """Whether a value depends on what only CloudFormation knows: all but a plain reference."""
    if isinstance(node, list):
        return any(_is_open(each) for each in node)
    if not isinstance(node, dict):
        return bool(node == HIDDEN)
    is_function = any(name.startswith("Fn::") and name != "Fn::GetAtt" for name in node)
    return is_function or any(_is_open(each) for each in node.values())


def _as_text(node: object) -> object:
    """Write each number and truth value as the text that CloudFormation takes for the same."""
    if isinstance(node, list):
        return [_as_text(each) for each in node]
    if isinstance(node, dict):
        return {name: _as_text(each) for name, each in node.items()}
    if isinstance(node, bool):
        return str(node).lower()
    return node if node is None else str(node)
