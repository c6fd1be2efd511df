"""The API of CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.story.identities import arn
from tests.story.operations import Operations, changes
from tests.story.refusals import Refusal, validation_error
from tests.story.resources import REPLACED, Resources
from tests.story.stacks import ChangeSet, Stack
from tests.story.templates import Template

if TYPE_CHECKING:
    from tests.story.clock import Process
    from tests.story.world import World

# AWS's own are of up to 100 events; a story's are short, so that there are several.
PAGE = 10
PROPOSE_SECONDS = 1.0
NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
TAKE_UPDATES = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}


class CloudFormation:
    """Stacks and change sets as API calls see them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.page = PAGE
        self.stale_seconds = 0.0
        self.stacks: list[Stack] = []
        # Of each change that began: the revision that was deployed, and the one that is to be.
        self.replacements: list[tuple[str, str]] = []
        self.change_sets: dict[str, ChangeSet] = {}
        self.resources = Resources(world)
        self.operations = Operations(self.resources)
        # The reasons and details (events of DescribeEvents) of the next change sets that fail.
        self.refused: list[tuple[str, list[dict[str, Any]]]] = []

    def describe_stacks(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Describe one stack, or all that are not deleted."""
        if "StackName" in asked:
            return {"Stacks": [self.find(asked["StackName"]).describe()]}
        stacks = [each for each in self.stacks if each.status != "DELETE_COMPLETE"]
        return {"Stacks": [each.describe() for each in stacks]}

    def describe_stack_events(self, asked: dict[str, Any]) -> dict[str, Any]:
        """List a stack's events, newest first, in pages."""
        events = self._of(asked).events[::-1]
        return self._pages(asked, "StackEvents", events)

    def describe_events(self, asked: dict[str, Any]) -> dict[str, Any]:
        """List what early validation found in a change set."""
        change_set = self._change_set(asked)
        return self._pages(asked, "OperationEvents", change_set.details)

    def get_template(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return the template that a stack has."""
        template = self._of(asked).now.template
        return {"TemplateBody": template.body if template else ""}

    def describe_stack_resources(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Describe a stack's resources."""
        resources = [
            {
                "LogicalResourceId": each.logical,
                "PhysicalResourceId": each.physical,
                "ResourceType": each.declared.kind,
                "Timestamp": self.world.clock.date(),
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for each in self._of(asked).now.resources.values()
        ]
        return {"StackResources": resources}

    def create_change_set(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Begin to work out what a template would change."""
        body = asked.get("TemplateBody") or self.world.s3.read(asked["TemplateURL"])
        template = Template(body)
        if known := self._known(asked):
            return known
        stack = self._to_change(asked)
        values = template.values(asked.get("Parameters", []), stack.now.values)
        declared = template.declare(stack.name, values)
        found = changes(stack.now.resources, declared)
        outputs = template.document.get("Outputs", {})
        old = stack.now.template.document.get("Outputs", {}) if stack.now.template else None
        name = asked["ChangeSetName"]
        problem, details = self.refused.pop(0) if self.refused else ("", [])
        if not problem and not found and outputs == old:
            problem = NO_CHANGES
        kinds = {key: each.declared.kind for key, each in stack.now.resources.items()}
        kinds |= {key: each.kind for key, each in declared.items()}
        shown = [_change(key, action, kinds[key]) for key, action in found.items()]
        change_set = ChangeSet(name, stack, template, values, shown, problem, details)
        if change_set.id in self.change_sets:
            message = (
                f"ChangeSet {name} cannot be created due to a mismatch with existing attribute"
            )
            raise Refusal("AlreadyExistsException", message)
        stack.role = asked.get("RoleARN", stack.role)
        self.change_sets[change_set.id] = change_set
        change_set.token = asked.get("ClientToken", "")
        self.world.clock.start(_decide(change_set))
        return {"Id": change_set.id, "StackId": stack.id}

    def describe_change_set(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Describe a change set, in pages of its changes."""
        change_set = self._change_set(asked)
        shown = change_set.changes if change_set.status == "CREATE_COMPLETE" else []
        return {**change_set.describe(), **self._pages(asked, "Changes", shown)}

    def list_change_sets(self, asked: dict[str, Any]) -> dict[str, Any]:
        """List a stack's change sets."""
        stack = self._of(asked)
        own = [each.describe() for each in self.change_sets.values() if each.stack is stack]
        left_out = {"Parameters"}
        return {"Summaries": [{k: v for k, v in e.items() if k not in left_out} for e in own]}

    def execute_change_set(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Begin the change.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
        """
        change_set = self._change_set(asked)
        stack, token = change_set.stack, asked.get("ClientRequestToken", "")
        if token and token == stack.token:
            return {}
        if change_set.execution != "AVAILABLE" or stack.busy:
            why = f"status of [{stack.status if stack.busy else change_set.execution}]"
            message = f"ChangeSet [{change_set.id}] cannot be executed in its current {why}"
            raise Refusal("InvalidChangeSetStatus", message)
        self._mark_stale(stack)
        stack.token = token
        self.begin(stack, change_set.template, change_set.values)
        change_set.execution = "EXECUTE_COMPLETE"
        for other in self.change_sets.values():
            if other.stack is stack and other is not change_set:
                other.execution = "OBSOLETE"
        return {}

    def delete_change_set(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Delete a change set."""
        self.change_sets.pop(self._change_set(asked).id)
        return {}

    def cancel_update_stack(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Cancel an update, and roll the stack back."""
        stack = self._of(asked)
        if stack.status != "UPDATE_IN_PROGRESS":
            what = "CancelUpdateStack cannot be called from current stack status"
            raise validation_error(what)
        self._mark_stale(stack)
        stack.token = asked.get("ClientRequestToken", "")
        stack.cancelled = True
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        return {}

    def continue_update_rollback(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Go on with a rollback that has failed."""
        stack = self._of(asked)
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            what = f"is in {stack.status} state and can not continue rolling back."
            raise validation_error(f"Stack:{stack.id} {what}")
        self._mark_stale(stack)
        stack.token = asked.get("ClientRequestToken", "")
        self._start(stack, self.operations.roll_back(stack))
        return {}

    def rollback_stack(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Roll back a stack whose update failed and was left as it was."""
        stack = self._of(asked)
        if stack.status not in {"UPDATE_FAILED", "CREATE_FAILED"}:
            what = f"is in {stack.status} state and can not be rolled back."
            raise validation_error(f"Stack:{stack.id} {what}")
        self._mark_stale(stack)
        stack.token = asked.get("ClientRequestToken", "")
        self._start(stack, self.operations.roll_back(stack))
        return {"StackId": stack.id}

    def delete_stack(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Begin to delete a stack; one that does not exist is no error."""
        stack = self._lookup(asked["StackName"])
        if stack is None or stack.status in {"DELETE_IN_PROGRESS", "DELETE_COMPLETE"}:
            return {}
        if stack.busy:
            what = f"is in {stack.status} state and can not be deleted."
            raise validation_error(f"Stack:{stack.id} {what}")
        self._mark_stale(stack)
        stack.token = asked.get("ClientRequestToken", "")
        self._start(stack, self.operations.delete(stack))
        return {}

    def begin(self, stack: Stack, template: Template, values: dict[str, str]) -> None:
        """Begin to create or update a stack, for whoever asked for it."""
        deployed, wanted = (each.get("WebAppRevision", "") for each in (stack.now.values, values))
        stack.updates.append(wanted)
        self.replacements.append((deployed, wanted))
        self._start(stack, self.operations.change(stack, template, values))

    def update(self, stack: Stack, **values: str) -> None:
        """Begin an update of parameters, as another person does in the console."""
        assert stack.now.template is not None
        self.begin(stack, stack.now.template, {**stack.now.values, **values})

    def find(self, name: str) -> Stack:
        """Return a stack by id, or by name when it is not deleted."""
        stack = self._lookup(name)
        if stack is None:
            raise validation_error(f"Stack with id {name} does not exist")
        return stack

    def add(self, name: str) -> Stack:
        """Add a stack that has nothing yet."""
        key = arn("cloudformation", f"stack/{name}/{len(self.stacks) + 1}")
        stack = Stack(key, name, self.world.clock)
        self.stacks.append(stack)
        stack.become("REVIEW_IN_PROGRESS", "User Initiated")
        return stack

    def _start(self, stack: Stack, process: Process) -> None:
        """Take an operation's first step now: its status is there when the call returns."""
        assert not stack.busy, f"two operations at once: the stack is {stack.status}"
        pause = next(process)
        self.world.clock.start(_after(pause, process))

    def _lookup(self, name: str) -> Stack | None:
        for stack in reversed(self.stacks):
            if stack.id == name or (stack.name == name and stack.status != "DELETE_COMPLETE"):
                return stack
        return None

    def _of(self, asked: dict[str, Any]) -> Stack:
        return self.find(asked["StackName"])

    def _to_change(self, asked: dict[str, Any]) -> Stack:
        """Return the stack that a change set is for, or refuse it."""
        name, kind = asked["StackName"], asked.get("ChangeSetType", "UPDATE")
        stack = self._lookup(name)
        if kind == "CREATE":
            if stack is None:
                return self.add(name)
            if stack.status != "REVIEW_IN_PROGRESS":
                what = "already exists and cannot be created again with the changeSet"
                message = f"Stack [{name}] {what} [{asked['ChangeSetName']}]."
                raise Refusal("AlreadyExistsException", message)
            return stack
        if stack is None:
            raise validation_error(f"Stack [{name}] does not exist")
        if stack.status not in TAKE_UPDATES:
            what = f"is in {stack.status} state and can not be updated."
            raise validation_error(f"Stack:{stack.id} {what}")
        return stack

    def _known(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a call that is repeated, known by its client token.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
        """
        token = asked.get("ClientToken", "")
        for each in self.change_sets.values():
            if token and each.token == token:
                return {"Id": each.id, "StackId": each.stack.id}
        return None

    def _change_set(self, asked: dict[str, Any]) -> ChangeSet:
        name = asked["ChangeSetName"]
        for change_set in self.change_sets.values():
            if name in {change_set.id, change_set.name}:
                return change_set
        raise Refusal("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)

    def _mark_stale(self, stack: Stack) -> None:
        """Let DescribeStacks return what the stack is now for a while."""
        if self.stale_seconds:
            stack.stale = (self.world.clock.now + self.stale_seconds, stack.fresh())

    def _pages(self, asked: dict[str, Any], name: str, items: list[Any]) -> dict[str, Any]:
        """Return the page of a list that a token names."""
        first = int(asked.get("NextToken", 0))
        last = first + self.page
        more = {"NextToken": str(last)} if len(items) > last else {}
        return {name: items[first:last], **more}


def _change(logical: str, action: str, kind: str) -> dict[str, Any]:
    replaced = {"Replacement": str(kind in REPLACED)} if action == "Modify" else {}
    change = {"Action": action, "LogicalResourceId": logical, "ResourceType": kind, **replaced}
    return {"Type": "Resource", "ResourceChange": change}


def _decide(change_set: ChangeSet) -> Process:
    yield PROPOSE_SECONDS
    change_set.decide()


def _after(pause: float, process: Process) -> Process:
    yield pause
    yield from process
