"""The intrinsic functions of CloudFormation's templates.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.story.identities import ACCOUNT, REGION

NO_VALUE = object()


class Physical(Protocol):
    """A resource that exists: what Ref and Fn::GetAtt return of it."""

    @property
    def physical(self) -> str:
        """What Ref returns."""

    def attribute(self, name: str) -> str:
        """Return what Fn::GetAtt returns."""


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
    "Fn::Split": lambda values: values[1].split(values[0]),
}


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
