"""Good templates, and how one thing in them is broken."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipway.templates import checks
from tests.stack.environments import body

Break = Callable[[Any], object]


@dataclass(frozen=True)
class Case:
    """What is broken, in the template of which environment, and what is said of it."""

    words: str
    breaks: Break
    environment: str = "staging"
    stack: str = "application"

    def problems(self) -> list[str]:
        """Break the template, and check it."""
        found = body(self.environment, self.stack)
        self.breaks(found)
        return checks.problems(found)


def at(found: Any, title: str, *path: Any) -> Any:
    """Go down into the properties of a resource."""
    found = found["Resources"][title]["Properties"]
    for step in path:
        found = found[step]
    return found


def output(found: Any, value: object) -> None:
    """Show a value to everyone who may describe the stack."""
    found["Outputs"]["Shown"] = {"Value": value}
