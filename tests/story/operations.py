"""What CloudFormation does with a stack, step by step in the story's time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.story.resources import REPLACED, Cancelled, Resource, ResourceFailed
from tests.story.stacks import Configuration
from tests.story.template_functions import references, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.story.clock import Process
    from tests.story.resources import Resources
    from tests.story.stacks import Stack
    from tests.story.templates import Declared, Template

BEGIN_SECONDS = 0.5
INFRASTRUCTURE_SECONDS = 0.5
CLEANUP_SECONDS = 0.5
DELETE_SECONDS = 3.0


class Operations:
    """The operations of all stacks."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        # Stack names whose next rollback, or deletion, fails with a reason.
        self.failing_rollbacks: dict[str, str] = {}
        self.failing_deletions: dict[str, str] = {}

    def change(self, stack: Stack, template: Template, values: dict[str, str]) -> Process:
        """Create or update a stack, and roll it back when a resource fails."""
        verb = "CREATE" if stack.status == "REVIEW_IN_PROGRESS" else "UPDATE"
        before = stack.now
        stack.cancelled = False
        stack.updated = stack.clock.now if verb == "UPDATE" else None
        stack.become(f"{verb}_IN_PROGRESS", "User Initiated")
        stack.now = Configuration(template, values, dict(before.resources), before.outputs)
        yield BEGIN_SECONDS
        try:
            yield from self._apply(stack, before)
        except (Cancelled, ResourceFailed):
            yield from self._roll_back(stack, before, verb)
            return
        now = stack.now
        now.outputs = template.outputs(stack.name, values, now.resources)
        if verb == "UPDATE":
            stack.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            yield CLEANUP_SECONDS
            for resource in _left_over(before, now):
                self.resources.remove(resource)
        stack.become(f"{verb}_COMPLETE")

    def roll_back(self, stack: Stack) -> Process:
        """Finish the rollback of a stack that was stuck in it."""
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        yield INFRASTRUCTURE_SECONDS
        if reason := self.failing_rollbacks.pop(stack.name, ""):
            stack.become("UPDATE_ROLLBACK_FAILED", reason)
        else:
            stack.become("UPDATE_ROLLBACK_COMPLETE")

    def delete(self, stack: Stack) -> Process:
        """Delete a stack with all its resources."""
        stack.become("DELETE_IN_PROGRESS", "User Initiated")
        yield DELETE_SECONDS
        if reason := self.failing_deletions.pop(stack.name, ""):
            stack.become("DELETE_FAILED", reason)
            return
        try:
            for resource in reversed(stack.now.resources.values()):
                self.resources.remove(resource)
        except ResourceFailed as error:
            stack.become("DELETE_FAILED", str(error))
            return
        stack.now = replace(stack.now, resources={}, outputs={})
        stack.become("DELETE_COMPLETE")

    def _apply(self, stack: Stack, before: Configuration) -> Process:
        now = stack.now
        assert now.template is not None
        scope = now.template.scope(stack.name, now.values, now.resources)
        declared = now.template.declare(stack.name, now.values)
        for logical in set(now.resources) - set(declared):
            del now.resources[logical]
        changed = changes(before.resources, declared)
        yield INFRASTRUCTURE_SECONDS
        _require_same_types(stack, before, declared)
        for logical in _in_order(declared):
            if logical not in changed:
                continue
            if stack.cancelled:
                raise Cancelled
            wanted = declared[logical]
            known = before.resources.get(logical)
            verb, physical = ("UPDATE", known.physical) if known else ("CREATE", "")
            stack.record(logical, physical, wanted.kind, f"{verb}_IN_PROGRESS")
            properties = resolve(wanted.properties, scope)
            try:
                resource = self.resources.put(stack.name, logical, wanted, properties)
                now.resources[logical] = resource
                physical = resource.physical
                if not known:
                    initiated = "Resource creation Initiated"
                    stack.record(logical, physical, wanted.kind, f"{verb}_IN_PROGRESS", initiated)
                yield from self.resources.settle(resource, lambda: stack.cancelled)
            except (Cancelled, ResourceFailed) as error:
                reason = str(error) or "Resource update cancelled"
                stack.record(logical, physical, wanted.kind, f"{verb}_FAILED", reason)
                raise
            stack.record(logical, resource.physical, wanted.kind, f"{verb}_COMPLETE")

    def _roll_back(self, stack: Stack, before: Configuration, verb: str) -> Process:
        prefix = "" if verb == "CREATE" else "UPDATE_"
        if stack.status != f"{prefix}ROLLBACK_IN_PROGRESS":
            reason = f"The following resource(s) failed to {verb.lower()}: see the events."
            stack.become(f"{prefix}ROLLBACK_IN_PROGRESS", reason)
        after, stack.now = stack.now, before
        yield BEGIN_SECONDS
        for resource in _left_over(after, before):
            self.resources.remove(resource, created=True)
        if verb == "CREATE":
            stack.become("ROLLBACK_COMPLETE")
            return
        try:
            yield from self._restore_services(stack)
        except ResourceFailed as error:
            stack.become("UPDATE_ROLLBACK_FAILED", str(error))
            return
        if reason := self.failing_rollbacks.pop(stack.name, ""):
            stack.become("UPDATE_ROLLBACK_FAILED", reason)
            return
        stack.become("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        yield CLEANUP_SECONDS
        stack.become("UPDATE_ROLLBACK_COMPLETE")

    def _restore_services(self, stack: Stack) -> Process:
        now = stack.now
        assert now.template is not None
        scope = now.template.scope(stack.name, now.values, now.resources)
        for resource in now.resources.values():
            if resource.declared.kind == "AWS::ECS::Service":
                properties = resolve(resource.declared.properties, scope)
                self.resources.put(stack.name, resource.logical, resource.declared, properties)
                yield from self.resources.settle(resource, lambda: False)


def changes(before: Mapping[str, Resource], declared: Mapping[str, Declared]) -> dict[str, str]:
    """Return what a template changes: logical id -> Add, Modify or Remove.

    What refers to a resource that will be replaced is changed, too.
    """
    actions = {name: "Remove" for name in before if name not in declared}
    for name in _in_order(declared):
        replaced = {each for each in declared[name].needs if _is_replaced(each, actions, declared)}
        if name not in before:
            actions[name] = "Add"
        elif before[name].declared != declared[name] or replaced & set(
            references(declared[name].properties)
        ):
            actions[name] = "Modify"
    return actions


def _require_same_types(
    stack: Stack, before: Configuration, declared: Mapping[str, Declared]
) -> None:
    """Roll the stack back when a logical id has another type than before, as AWS does."""
    known = {name: each.declared.kind for name, each in before.resources.items()}
    other = [name for name, each in declared.items() if known.get(name, each.kind) != each.kind]
    if other:
        what = "The new template modifies resource type of the following resources"
        reason = f"Update of resource type is not permitted. {what}: [{', '.join(other)}]"
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        raise ResourceFailed(reason)


def _is_replaced(name: str, actions: Mapping[str, str], declared: Mapping[str, Declared]) -> bool:
    return name in actions and name in declared and declared[name].kind in REPLACED


def _left_over(before: Configuration, now: Configuration) -> list[Resource]:
    """Return the resources that only the earlier configuration has."""
    present = {each.physical for each in now.resources.values()}
    return [each for each in before.resources.values() if each.physical not in present]


def _in_order(declared: Mapping[str, Declared]) -> list[str]:
    """Return the logical ids so that each comes after those it needs."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name not in declared:
            return
        for need in sorted(declared[name].needs - {name}):
            visit(need)
        order.append(name)

    for name in declared:
        visit(name)
    return order
