"""The stacks of the account, and the operations that begin on them, from any caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.story.identities import arn
from tests.story.operations import Operations
from tests.story.refusals import validation_error
from tests.story.resources import Resources
from tests.story.stacks import Stack

if TYPE_CHECKING:
    from tests.story.clock import Process
    from tests.story.templates import Template
    from tests.story.world import World


class Stacks:
    """Every stack that there was, oldest first."""

    def __init__(self, world: World) -> None:
        self.world = world
        # For how long DescribeStacks has the earlier state an operation.
        self.stale_seconds = 0.0
        self.all: list[Stack] = []
        # Of each change that began: the revision that was deployed, and the one that is to be.
        self.replacements: list[tuple[str, str]] = []
        self.resources = Resources(world)
        self.operations = Operations(self.resources)

    def lookup(self, name: str) -> Stack | None:
        """Return a stack by id, or by name when it is not deleted; None without one."""
        for stack in reversed(self.all):
            if stack.id == name or (stack.name == name and stack.status != "DELETE_COMPLETE"):
                return stack
        return None

    def find(self, name: str) -> Stack:
        """Return a stack by id or name; refuse one that does not exist."""
        stack = self.lookup(name)
        if stack is None:
            raise validation_error(f"Stack with id {name} does not exist")
        return stack

    def add(self, name: str) -> Stack:
        """Add a stack that has nothing yet."""
        key = arn("cloudformation", f"stack/{name}/{len(self.all) + 1}")
        stack = Stack(key, name, self.world.clock)
        self.all.append(stack)
        stack.become("REVIEW_IN_PROGRESS", "User Initiated")
        return stack

    def begin(self, stack: Stack, template: Template, values: dict[str, str]) -> None:
        """Begin to create or update a stack, for any caller."""
        deployed, wanted = (each.get("WebAppRevision", "") for each in (stack.now.values, values))
        stack.updates.append(wanted)
        self.replacements.append((deployed, wanted))
        self.start(stack, self.operations.change(stack, template, values))

    def update(self, stack: Stack, **values: str) -> None:
        """Begin an update of parameters, as another person does in the console."""
        assert stack.now.template is not None
        self.begin(stack, stack.now.template, {**stack.now.values, **values})

    def delete(self, stack: Stack) -> None:
        """Begin to delete a stack with its database, as another person does in the console."""
        self.world.rds.unprotect()
        self.world.cloudformation.delete_stack({"StackName": stack.id})

    def start(self, stack: Stack, process: Process) -> None:
        """Take an operation's first step now: its status is there when the call returns."""
        assert not stack.busy, f"two operations at once: the stack is {stack.status}"
        pause = next(process)
        self.world.clock.start(_after(pause, process))

    def mark_stale(self, stack: Stack) -> None:
        """Let DescribeStacks return what the stack is now for a while."""
        if self.stale_seconds:
            stack.stale = (self.world.clock.now + self.stale_seconds, stack.fresh())


def _after(pause: float, process: Process) -> Process:
    yield pause
    yield from process
