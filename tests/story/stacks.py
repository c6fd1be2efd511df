"""CloudFormation stacks and change sets as records: status, history, answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.story.clock import Clock
    from tests.story.resources import Resource
    from tests.story.templates import Template

STACK = "AWS::CloudFormation::Stack"


@dataclass
class Configuration:
    """What a stack is made of: its template, parameters, resources by logical id and outputs."""

    template: Template | None = None
    values: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Stack:
    """One stack, also after its deletion."""

    id: str
    name: str
    clock: Clock
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    role: str = ""
    token: str = ""
    cancelled: bool = False
    updated: float | None = None
    now: Configuration = field(default_factory=Configuration)
    events: list[dict[str, Any]] = field(default_factory=list)
    updates: list[str] = field(default_factory=list)
    stale: tuple[float, dict[str, Any]] | None = None

    @property
    def busy(self) -> bool:
        """Whether an operation goes on; a stack of change sets alone has none."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def become(self, status: str, reason: str = "") -> None:
        """Change the stack's status, and record it."""
        self.status, self.reason = status, reason
        self.record(self.name, self.id, STACK, status, reason)

    def record(self, logical: str, physical: str, kind: str, status: str, reason: str = "") -> None:
        """Add an event to the history."""
        event = {
            "StackId": self.id,
            "StackName": self.name,
            "EventId": f"{logical}-{status}-{len(self.events)}",
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "Timestamp": self.clock.date(),
            "ResourceStatus": status,
        }
        more = {"ResourceStatusReason": reason, "ClientRequestToken": self.token}
        self.events.append({**event, **{name: text for name, text in more.items() if text}})

    def describe(self) -> dict[str, Any]:
        """Return the stack as DescribeStacks has it, which may be what it was a moment ago."""
        if self.stale and self.clock.now < self.stale[0]:
            return self.stale[1]
        return self.fresh()

    def fresh(self) -> dict[str, Any]:
        """Return the stack as it is."""
        values, outputs = self.now.values.items(), self.now.outputs.items()
        description: dict[str, Any] = {
            "StackId": self.id,
            "StackName": self.name,
            "CreationTime": self.clock.date_of(0),
            "StackStatus": self.status,
            "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in values],
            "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs],
        }
        more = {"StackStatusReason": self.reason, "RoleARN": self.role}
        if self.updated is not None:
            description["LastUpdatedTime"] = self.clock.date_of(self.updated)
        return {**description, **{name: text for name, text in more.items() if text}}
