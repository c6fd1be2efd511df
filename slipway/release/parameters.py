"""The parameters of a deploy: checked before anything is changed, and made up for CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from slipway.aws import contract
from slipway.aws.template_values import HIDDEN, Body
from slipway.errors import ConfigurationError
from slipway.release import fargate, limits

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import ParameterTypeDef

Declared = Mapping[str, Body]


def require_free(named: Mapping[str, str]) -> None:
    """Raise ConfigurationError for a parameter that the deploy itself decides."""
    if decided := sorted(set(named) & {*contract.PARAMETERS, contract.NONCE}):
        raise ConfigurationError(
            f"--parameter {', '.join(decided)}: set by the deploy itself",
            hint="check out the revision to deploy; ECR_REPOSITORY names the repository; "
            "invoke restart starts the tasks of the deployed revision again",
        )


def require_valid(template: Body, named: Mapping[str, str], deployed: Mapping[str, str]) -> None:
    """Raise ConfigurationError that lists what the template does not allow.

    `named` has the values of this deploy, "" for the template's default; `deployed` those that
    the stack carries over.
    """
    declared: Declared = template.get("Parameters", {})
    if unknown := sorted(set(named) - set(declared)):
        raise ConfigurationError(
            f"the template has no parameter {', '.join(unknown)}",
            hint=f"it has: {', '.join(sorted(declared))}",
        )
    values = effective(declared, named, deployed)
    problems = [
        *_missing(declared, values),
        *(each for name in values for each in _problems(name, values[name], declared[name])),
    ]
    if problems := problems or [
        *fargate.problems(template, values),
        *limits.problems(template, values),
    ]:
        raise ConfigurationError(
            "\n  ".join(["the template does not allow these parameters:", *problems]),
            hint="set another value: --parameter NAME=VALUE; or the default: --parameter NAME=",
        )


def effective(
    declared: Declared, named: Mapping[str, str], deployed: Mapping[str, str]
) -> dict[str, str]:
    """Return the value of each parameter: named, carried over, or the template's default."""
    values = {name: str(each["Default"]) for name, each in declared.items() if "Default" in each}
    carried = {name: text for name, text in deployed.items() if name in declared}
    given = {name: text for name, text in named.items() if text or name in contract.PARAMETERS}
    cleared = {name for name in named if name not in given}
    kept = {name: text for name, text in carried.items() if name not in cleared}
    return {**values, **kept, **given}


def carried_over(
    declared: Declared, named: Mapping[str, str], deployed: Mapping[str, str]
) -> dict[str, str]:
    """Return what an earlier deploy named, differs from the default, and goes on to hold."""
    return {
        name: text
        for name, text in deployed.items()
        if name in declared
        and name not in {*named, *contract.PARAMETERS, contract.NONCE}
        and text not in {HIDDEN, str(declared[name].get("Default"))}
    }


def of_change_set(
    declared: Declared, named: Mapping[str, str], deployed: Mapping[str, str]
) -> list[ParameterTypeDef]:
    """Make the parameters of a change set, as CreateChangeSet takes them.

    A value that is carried over is not sent again: CloudFormation shows a NoEcho one as ****.
    """
    values = effective(declared, named, deployed)
    return [
        {"ParameterKey": name, "UsePreviousValue": True}
        if name in deployed and name not in named
        else {"ParameterKey": name, "ParameterValue": values[name]}
        for name in sorted(declared)
        if name in named or name in deployed
    ]


def differ(
    declared: Declared, named: Mapping[str, str], deployed: Mapping[str, str]
) -> Iterator[str]:
    """List the named parameters whose deployed value is another one, or is hidden."""
    values = effective(declared, named, deployed)
    for name in named:
        if deployed.get(name) != values.get(name):
            yield name


def _missing(declared: Declared, values: Mapping[str, str]) -> Iterator[str]:
    for name in declared:
        if name not in values:
            yield f"{name} has no value, and the template has no default"


def _problems(name: str, text: str, rule: Body) -> Iterator[str]:
    """List what is wrong with one value; a hidden one cannot be checked."""
    if text == HIDDEN:
        return
    shown = "its value" if str(rule.get("NoEcho")).lower() == "true" else repr(text)
    allowed = [str(each) for each in rule.get("AllowedValues", [])]
    if allowed and text not in allowed:
        yield f"{name}: {shown} is not one of {', '.join(allowed)}"
    if (pattern := rule.get("AllowedPattern")) and not re.fullmatch(pattern, text):
        yield f"{name}: {shown} does not match {pattern}"
    if rule.get("Type") in {"Number", "List<Number>"}:
        parts = text.split(",") if rule["Type"] == "List<Number>" else [text]
        yield from (f"{name}: {each}" for part in parts for each in _number(part, rule))
    for limit, is_wrong in (("MinLength", int.__gt__), ("MaxLength", int.__lt__)):
        if limit in rule and is_wrong(int(rule[limit]), len(text)):
            yield f"{name}: {shown} has {len(text)} characters, {limit} is {rule[limit]}"


def _number(text: str, rule: Body) -> Iterator[str]:
    if not re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", text):
        yield f"{text!r} is not a number"
        return
    if "MinValue" in rule and float(text) < float(rule["MinValue"]):
        yield f"{text} is less than {rule['MinValue']}"
    if "MaxValue" in rule and float(text) > float(rule["MaxValue"]):
        yield f"{text} is more than {rule['MaxValue']}"
