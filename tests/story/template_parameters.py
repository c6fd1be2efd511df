"""The parameters of a template: their values, and what AWS refuses.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Mapping
from typing import Any

from tests.story.refusals import validation_error


def values(
    declared: Mapping[str, Mapping[str, Any]],
    parameters: list[dict[str, Any]],
    previous: Mapping[str, str],
) -> dict[str, str]:
    """Return the value of each parameter; raise the ValidationError that AWS has otherwise.

    `declared` is the section of a template, `parameters` those of a call, `previous` the values
    that the stack has.
    """
    named = {each["ParameterKey"]: each for each in parameters}
    if unknown := sorted(set(named) - set(declared)):
        raise validation_error(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    chosen = {}
    for name, declaration in declared.items():
        text = _value(name, named.get(name, {}), declaration, previous)
        if text is not None:
            chosen[name] = _checked(name, text, declaration)
    if missing := sorted(set(declared) - set(chosen)):
        raise validation_error(f"Parameters: [{', '.join(missing)}] must have values")
    return chosen


def _value(
    name: str,
    parameter: Mapping[str, Any],
    declaration: Mapping[str, Any],
    previous: Mapping[str, str],
) -> str | None:
    if parameter.get("UsePreviousValue"):
        if name not in previous:
            why = "Cannot specify usePreviousValue as true for a parameter key not in the previous"
            raise validation_error(f"Invalid input for parameter key {name}. {why} template")
        return previous[name]
    value = parameter.get("ParameterValue", declaration.get("Default"))
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
