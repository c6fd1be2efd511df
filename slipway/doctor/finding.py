"""What a check finds: it is as it should be, something is wrong, or it is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.events import Finding, Verdict

if TYPE_CHECKING:
    from slipway.aws.stack import Stack
    from slipway.settings import Settings
    from slipway.templates import Options


@dataclass(frozen=True)
class Case:
    """An environment under examination: what is wanted of it, and what was observed so far.

    `delivery_body` is the template that the options render for the delivery stack,
    `application_body` that of the application, "" if it cannot be rendered. `caller` is the ARN
    of whose credentials these are, `account` its number; "" before AWS was asked.
    """

    settings: Settings
    options: Options
    delivery_body: str
    application_body: str = ""
    delivery: Stack | None = None
    application: Stack | None = None
    caller: str = ""
    account: str = ""

    def command(self, task: str) -> str:
        """Return a task as it is typed for this environment."""
        return f"invoke {task} --env {self.settings.environment}"


def ok(subject: str, text: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(subject, Verdict.OK, text)


def wrong(subject: str, text: str, hint: str) -> Finding:
    """Say what is wrong, and what to type."""
    return Finding(subject, Verdict.WRONG, text, hint)


def unknown(subject: str, text: str, hint: str = "") -> Finding:
    """Say what could not be looked at, and what would let it be known."""
    return Finding(subject, Verdict.UNKNOWN, text, hint)
