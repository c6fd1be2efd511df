"""EventBridge's matching of an event, as far as the templates' patterns use it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
Two fields within an array have to match in the same item of it, which AWS's own matcher calls
array-consistent: https://github.com/aws/event-ruler
"""

from typing import Any


def matches(pattern: Any, event: Any) -> bool:
    """Whether a part of an event matches that part of a pattern.

    A list in a pattern has the values that a field may have, an object has the fields.
    """
    if isinstance(event, list):
        return any(matches(pattern, each) for each in event)
    if isinstance(pattern, list):
        return any(_is(each, event) for each in pattern)
    if not isinstance(event, dict):
        return False
    if "$or" in pattern:
        rest = {name: each for name, each in pattern.items() if name != "$or"}
        return matches(rest, event) and any(matches(each, event) for each in pattern["$or"])
    return all(name in event and matches(each, event[name]) for name, each in pattern.items())


def _is(allowed: Any, value: Any) -> bool:
    match allowed:
        case {"anything-but": other}:
            return bool(value != other)
        case str() | int():
            return bool(value == allowed)
    raise AssertionError(f"the matcher knows no {allowed}")
