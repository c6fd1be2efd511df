"""IAM's decision over the statements of one policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html."""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from slipway.templates.checks.body import listed

Statement = Mapping[str, Any]
# Condition keys of a request: one value, or several. A key that the request lacks is not there.
Keys = Mapping[str, str | list[str]]
# The stories ask the same questions again and again.
_matches = cache(fnmatchcase)


def allows(statements: Iterable[Statement], action: str, resource: str, keys: Keys) -> bool:
    """Whether a request is allowed by one of these statements, and denied by none.

    `action` is such as "ecs:RunTask"; `resource` is an ARN, or "*" for an action that has none.
    """
    decided = {each["Effect"] for each in statements if _applies(each, action, resource, keys)}
    return decided == {"Allow"}


def _applies(statement: Statement, action: str, resource: str, keys: Keys) -> bool:
    return (
        _is_named(tuple(listed(statement["Action"])), action)
        and any(_covers(each, resource) for each in listed(statement["Resource"]))
        and all(
            _holds(operator, key, listed(wanted), keys)
            for operator, tests in statement.get("Condition", {}).items()
            for key, wanted in tests.items()
        )
    )


@cache
def _is_named(actions: tuple[str, ...], action: str) -> bool:
    return any(fnmatchcase(action.lower(), each.lower()) for each in actions)


def _covers(pattern: str, resource: str) -> bool:
    """Compare ARNs; what has no resource is allowed by "*" alone."""
    return pattern == "*" or (resource != "*" and _matches(resource, pattern))


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _equal,
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
    "Bool": _equal,
}


def _holds(operator: str, key: str, wanted: list[Any], keys: Keys) -> bool:
    """Decide one test of a condition.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    if operator == "Null":
        return (key not in keys) == (str(wanted[0]).lower() == "true")
    is_optional = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    is_negated = operator.startswith("StringNot")
    if key not in keys:
        return is_optional or is_negated
    compare = OPERATORS[operator.replace("StringNot", "String")]
    values = [str(each) for each in listed(keys[key])]
    matches = any(compare(value, str(each)) for value in values for each in wanted)
    return matches is not is_negated
