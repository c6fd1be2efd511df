"""CloudFormation templates: parameters, conditions and intrinsic functions."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.story.identities import ACCOUNT, REGION
from tests.story.refusals import validation_error

NO_VALUE = object()


class Physical(Protocol):
    """A resource that exists: what Ref and Fn::GetAtt return of it."""

    @property
    def physical(self) -> str:
        """What Ref returns."""

    def attribute(self, name: str) -> str:
        """Return what Fn::GetAtt returns."""


@dataclass(frozen=True)
class Declared:
    """A resource as a template declares it, with every parameter and condition resolved."""

    kind: str
    properties: dict[str, Any]
    needs: frozenset[str]


class Template:
    """A template, read from its JSON."""

    def __init__(self, body: str) -> None:
        self.body = body
        try:
            self.document: dict[str, Any] = json.loads(body)
        except ValueError as error:
            raise validation_error("Template format error: JSON not well-formed.") from error
        self.parameters: dict[str, dict[str, Any]] = self.document.get("Parameters", {})

    def values(self, given: list[dict[str, Any]], previous: Mapping[str, str]) -> dict[str, str]:
        """Return the value of each parameter; raise the ValidationError that AWS has otherwise.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
        """
        named = {each["ParameterKey"]: each for each in given}
        if unknown := sorted(set(named) - set(self.parameters)):
            raise validation_error(
                f"Parameters: [{', '.join(unknown)}] do not exist in the template"
            )
        values = {}
        for name, declaration in self.parameters.items():
            value = _value(name, named.get(name, {}), declaration, previous)
            if value is not None:
                values[name] = _checked(name, value, declaration)
        if missing := sorted(set(self.parameters) - set(values)):
            raise validation_error(f"Parameters: [{', '.join(missing)}] must have values")
        return values

    def declare(self, stack: str, values: Mapping[str, str]) -> dict[str, Declared]:
        """Return the resources whose condition holds; references to resources stay as they are."""
        scope = self.scope(stack, values)
        resources = self.document["Resources"].items()
        return {
            name: Declared(
                each["Type"], resolve(each.get("Properties", {}), scope), frozenset(_needs(each))
            )
            for name, each in resources
            if scope.holds(each.get("Condition"))
        }

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


@dataclass(frozen=True)
class Scope:
    """What names mean: parameters and pseudo parameters, and resources once they exist."""

    conditions: Mapping[str, Any]
    stack: str
    values: Mapping[str, str]
    resources: Mapping[str, Physical] | None

    def holds(self, condition: str | None) -> bool:
        """Whether a condition holds; one that is not there does."""
        return condition is None or bool(resolve(self.conditions[condition], self))

    def ref(self, name: str) -> Any:
        """Return what Ref means; a resource stays a Ref until there are resources."""
        pseudo = {
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::StackName": self.stack,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NO_VALUE,
        }
        if name in self.values or name in pseudo:
            return self.values.get(name, pseudo.get(name))
        return {"Ref": name} if self.resources is None else self.resources[name].physical

    def attribute(self, name: str, attribute: str) -> Any:
        """Return what Fn::GetAtt means."""
        if self.resources is None:
            return {"Fn::GetAtt": [name, attribute]}
        return self.resources[name].attribute(attribute)


def resolve(value: Any, scope: Scope) -> Any:
    """Evaluate the intrinsic functions in a value, as far as the scope knows."""
    if isinstance(value, list):
        items = [resolve(each, scope) for each in value]
        return [each for each in items if each is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in {"Ref", "Condition"} or name.startswith("Fn::"):
            return _call(name, argument, scope)
    members = {name: resolve(each, scope) for name, each in value.items()}
    return {name: each for name, each in members.items() if each is not NO_VALUE}


def _call(name: str, argument: Any, scope: Scope) -> Any:
    """Evaluate one intrinsic function."""
    if name in LAZY:
        return LAZY[name](argument, scope)
    assert name in EAGER, f"the fake knows no {name}"
    return EAGER[name](resolve(argument, scope))


def _if(argument: Any, scope: Scope) -> Any:
    return resolve(argument[1 if scope.holds(argument[0]) else 2], scope)


def _join(arguments: Any) -> Any:
    """Evaluate Fn::Join; with a resource that does not exist yet it stays as it is."""
    parts = arguments[1]
    known = all(isinstance(each, str | int) for each in parts)
    return str(arguments[0]).join(map(str, parts)) if known else {"Fn::Join": arguments}


def _substitute(argument: Any, scope: Scope) -> Any:
    """Evaluate Fn::Sub; with a resource that does not exist yet it stays as it is."""
    text, own = argument if isinstance(argument, list) else (argument, {})

    def word(name: str) -> Any:
        if name in own:
            return resolve(own[name], scope)
        logical, _, attribute = name.partition(".")
        return scope.attribute(logical, attribute) if attribute else scope.ref(logical)

    words = {name: word(name) for name in re.findall(r"\$\{([^!}]+)\}", text)}
    if any(isinstance(each, dict) for each in words.values()):
        return {"Fn::Sub": [text, words]}
    for name, each in words.items():
        text = text.replace(f"${{{name}}}", str(each))
    return text


# These read the scope by names; the others get their arguments evaluated.
LAZY: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": lambda name, scope: scope.ref(name),
    "Condition": lambda name, scope: scope.holds(name),
    "Fn::If": _if,
    "Fn::GetAtt": lambda argument, scope: scope.attribute(*argument),
    "Fn::Sub": _substitute,
}
EAGER: dict[str, Callable[[Any], Any]] = {
    "Fn::Equals": lambda values: values[0] == values[1],
    "Fn::Not": lambda values: not values[0],
    "Fn::And": all,
    "Fn::Or": any,
    "Fn::GetAZs": lambda _region: [f"{REGION}{letter}" for letter in "abc"],
    "Fn::Select": lambda values: values[1][int(values[0])],
    "Fn::Join": _join,
}


def _value(
    name: str, given: Mapping[str, Any], declaration: Mapping[str, Any], previous: Mapping[str, str]
) -> str | None:
    if given.get("UsePreviousValue"):
        if name not in previous:
            why = "Cannot specify usePreviousValue as true for a parameter key not in the previous"
            raise validation_error(f"Invalid input for parameter key {name}. {why} template")
        return previous[name]
    value = given.get("ParameterValue", declaration.get("Default"))
    return None if value is None else str(value)


def _checked(name: str, value: str, declaration: Mapping[str, Any]) -> str:
    """Return a parameter's value when its declaration allows it."""
    allowed = declaration.get("AllowedValues")
    if allowed and value not in map(str, allowed):
        choices = ", ".join(map(str, allowed))
        raise validation_error(f"Parameter '{name}' must be one of AllowedValues [{choices}]")
    if (pattern := declaration.get("AllowedPattern")) and not re.fullmatch(pattern, value):
        raise validation_error(f"Parameter {name} failed to satisfy constraint: {pattern}")
    if declaration["Type"] == "Number":
        _check_number(name, value, declaration)
    return value


def _check_number(name: str, value: str, declaration: Mapping[str, Any]) -> None:
    try:
        number = float(value)
    except ValueError as error:
        raise validation_error(f"Parameter '{name}' must be a number.") from error
    if number < declaration.get("MinValue", number):
        what = f"must be a number not less than {declaration['MinValue']}"
        raise validation_error(f"Parameter '{name}' {what}")
    if number > declaration.get("MaxValue", number):
        what = f"must be a number not greater than {declaration['MaxValue']}"
        raise validation_error(f"Parameter '{name}' {what}")


def _needs(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names that a resource depends on, among them parameters."""
    depends = resource.get("DependsOn", [])
    yield from [depends] if isinstance(depends, str) else depends
    yield from references(resource.get("Properties", {}))


def references(value: Any) -> Iterator[str]:
    """Yield the logical ids that a value refers to."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == "Ref":
                yield each
            elif name == "Fn::GetAtt":
                yield each[0]
            elif name == "Fn::Sub":
                text = each if isinstance(each, str) else each[0]
                yield from (word.partition(".")[0] for word in re.findall(r"\$\{([^}]+)\}", text))
            yield from references(each)
