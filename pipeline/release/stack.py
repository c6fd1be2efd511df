"""A stack as it is observed, and what is decided from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline import aws
from pipeline.errors import Failed
from pipeline.release.states import State, Step
from pipeline.settings import Settings


@dataclass(frozen=True)
class Stack:
    """One stack at one moment; `parameters` and `outputs` by name."""

    id: str
    name: str
    state: State
    reason: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def step(self) -> Step:
        """What a deploy does about it."""
        return self.state.meaning.step

    def output(self, name: str) -> str:
        """Read an output that a deploy cannot do without.

        Raises Failed when the template does not make it.
        """
        if name not in self.outputs:
            raise Failed(
                f"stack {self.name} has no output {name}", hint="add it to the template, then again"
            )
        return self.outputs[name]


def observe(settings: Settings, name: str) -> Stack:
    """Read a stack; one that does not exist is as good as deleted."""
    cloudformation = aws.client(settings, "cloudformation")
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" not in str(error):
            raise
        return Stack(name, name, State.DELETE_COMPLETE, "", {}, {})
    return parse(found)


def parse(found: Mapping[str, Any]) -> Stack:
    """Read one answer of DescribeStacks.

    Raises Failed for a status that the table does not have.
    """
    status = found["StackStatus"]
    if status not in State.__members__:
        raise Failed(f"stack {found['StackName']} is {status}, a state that Slipway does not know")
    return Stack(
        found["StackId"],
        found["StackName"],
        State[status],
        found.get("StackStatusReason", ""),
        {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])},
        {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
    )


def deployed_template(settings: Settings, name: str) -> object:
    """Read the template of a stack as it was given: text, or what its JSON holds."""
    cloudformation = aws.client(settings, "cloudformation")
    return cloudformation.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]


def has_all(stack: Stack, wanted: Mapping[str, str]) -> bool:
    """Whether the stack's parameters have all these values."""
    return all(stack.parameters.get(name) == value for name, value in wanted.items())


def carried(stack: Stack, declared: list[str], named: Mapping[str, str]) -> list[dict[str, Any]]:
    """Make the parameters of a change set: those named, and the stack's own for the rest.

    A parameter that neither names keeps the template's default.
    """
    given: list[dict[str, Any]] = []
    for name in declared:
        if name in named:
            given.append({"ParameterKey": name, "ParameterValue": named[name]})
        elif name in stack.parameters:
            given.append({"ParameterKey": name, "UsePreviousValue": True})
    return given
