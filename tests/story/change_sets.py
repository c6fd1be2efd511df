"""CloudFormation's change sets: proposed, executed, obsolete."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.story import templates
from tests.story.identities import arn
from tests.story.operations import changes
from tests.story.pages import page_of
from tests.story.refusals import Refusal, validation_error
from tests.story.resources import REPLACED
from tests.story.template_parameters import values

if TYPE_CHECKING:
    from tests.story.clock import Process
    from tests.story.stacks import Stack
    from tests.story.templates import Template
    from tests.story.world import World

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


@dataclass
class ChangeSet:
    """A change set; `problem` is why it will fail, `details` what DescribeEvents has of that."""

    name: str
    stack: Stack
    template: Template
    values: dict[str, str]
    changes: list[dict[str, Any]]
    problem: str = ""
    details: list[dict[str, Any]] = field(default_factory=list)
    status: str = "CREATE_IN_PROGRESS"
    execution: str = "UNAVAILABLE"
    token: str = ""

    @property
    def id(self) -> str:
        """Its ARN."""
        return arn("cloudformation", f"changeSet/{self.name}/1")

    def decide(self) -> None:
        """End the work on it."""
        if self.problem:
            self.status = "FAILED"
        else:
            self.status, self.execution = "CREATE_COMPLETE", "AVAILABLE"

    def describe(self) -> dict[str, Any]:
        """Return it as DescribeChangeSet has it, without its changes."""
        why = {"StatusReason": self.problem} if self.status == "FAILED" else {}
        return {
            "ChangeSetName": self.name,
            "ChangeSetId": self.id,
            "StackId": self.stack.id,
            "StackName": self.stack.name,
            "Status": self.status,
            "ExecutionStatus": self.execution,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in self.values.items()
            ],
            **why,
        }


class ChangeSets:
    """The change sets of all stacks, as API calls see them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_id: dict[str, ChangeSet] = {}
        # The reasons and details (events of DescribeEvents) of the next change sets that fail.
        self.refused: list[tuple[str, list[dict[str, Any]]]] = []

    def describe_events(self, request: dict[str, Any]) -> dict[str, Any]:
        """List the errors of early validation in a change set."""
        change_set = self._change_set(request)
        return page_of(
            self.world.cloudformation.page, request, "OperationEvents", change_set.details
        )

    def create_change_set(self, request: dict[str, Any]) -> dict[str, Any]:
        """Begin to work out what a template would change."""
        template = templates.read(
            request.get("TemplateBody") or self.world.s3.read(request["TemplateURL"])
        )
        if known := self._known(request):
            return known
        stack, name = self._to_change(request), request["ChangeSetName"]
        chosen = values(template.parameters, request.get("Parameters", []), stack.now.values)
        change_set = ChangeSet(name, stack, template, chosen, _changes(stack, template, chosen))
        if change_set.id in self.by_id:
            what = "cannot be created due to a mismatch with existing attribute"
            raise Refusal("AlreadyExistsException", f"ChangeSet {name} {what}")
        if self.refused:
            change_set.problem, change_set.details = self.refused.pop(0)
        elif not change_set.changes and not _outputs_differ(stack, template):
            change_set.problem = NO_CHANGES
        stack.role = request.get("RoleARN", stack.role)
        change_set.token = request.get("ClientToken", "")
        self.by_id[change_set.id] = change_set
        self.world.clock.start(_decide(change_set))
        return {"Id": change_set.id, "StackId": stack.id}

    def describe_change_set(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a change set, in pages of its changes."""
        change_set = self._change_set(request)
        shown = change_set.changes if change_set.status == "CREATE_COMPLETE" else []
        return {
            **change_set.describe(),
            **page_of(self.world.cloudformation.page, request, "Changes", shown),
        }

    def list_change_sets(self, request: dict[str, Any]) -> dict[str, Any]:
        """List a stack's change sets."""
        stack = self.world.stacks.find(request["StackName"])
        own = [each.describe() for each in self.by_id.values() if each.stack is stack]
        left_out = {"Parameters"}
        return {"Summaries": [{k: v for k, v in e.items() if k not in left_out} for e in own]}

    def execute_change_set(self, request: dict[str, Any]) -> dict[str, Any]:
        """Begin the change.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
        """
        change_set = self._change_set(request)
        stack, token = change_set.stack, request.get("ClientRequestToken", "")
        if token and token == stack.token:
            return {}
        if change_set.execution != "AVAILABLE" or stack.busy:
            why = f"status of [{stack.status if stack.busy else change_set.execution}]"
            message = f"ChangeSet [{change_set.id}] cannot be executed in its current {why}"
            raise Refusal("InvalidChangeSetStatus", message)
        self.world.stacks.mark_stale(stack)
        stack.token = token
        self.world.stacks.begin(stack, change_set.template, change_set.values)
        change_set.execution = "EXECUTE_COMPLETE"
        for other in self.by_id.values():
            if other.stack is stack and other is not change_set:
                other.execution = "OBSOLETE"
        return {}

    def delete_change_set(self, request: dict[str, Any]) -> dict[str, Any]:
        """Delete a change set that was not executed."""
        change_set = self._change_set(request)
        is_unfinished = change_set.status == "CREATE_IN_PROGRESS"
        if is_unfinished or change_set.execution == "EXECUTE_COMPLETE":
            message = f"ChangeSet [{change_set.id}] cannot be deleted in its current status"
            raise Refusal("InvalidChangeSetStatus", message)
        del self.by_id[change_set.id]
        return {}

    def _to_change(self, request: dict[str, Any]) -> Stack:
        """Return the stack that a change set is for, or refuse it."""
        name, kind = request["StackName"], request.get("ChangeSetType", "UPDATE")
        stack = self.world.stacks.lookup(name)
        if kind == "CREATE":
            if stack is None:
                return self.world.stacks.add(name)
            if stack.status != "REVIEW_IN_PROGRESS":
                what = "already exists and cannot be created again with the changeSet"
                message = f"Stack [{name}] {what} [{request['ChangeSetName']}]."
                raise Refusal("AlreadyExistsException", message)
            return stack
        if stack is None:
            raise validation_error(f"Stack [{name}] does not exist")
        if stack.status not in TAKE_UPDATES:
            what = f"is in {stack.status} state and can not be updated."
            raise validation_error(f"Stack:{stack.id} {what}")
        return stack

    def _known(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a call that is repeated, known by its client token.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
        """
        token = request.get("ClientToken", "")
        for each in self.by_id.values():
            if token and each.token == token:
                return {"Id": each.id, "StackId": each.stack.id}
        return None

    def _change_set(self, request: dict[str, Any]) -> ChangeSet:
        name = request["ChangeSetName"]
        for change_set in self.by_id.values():
            is_gone = change_set.stack.status == "DELETE_COMPLETE"
            if name in {change_set.id, change_set.name} and not is_gone:
                return change_set
        raise Refusal("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)


def _changes(stack: Stack, template: Template, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Return the changes as DescribeChangeSet has them."""
    declared = template.declare(stack.name, chosen)
    kinds = {key: each.declared.kind for key, each in stack.now.resources.items()}
    kinds |= {key: each.kind for key, each in declared.items()}
    actions = changes(stack.now.resources, declared)
    known = {
        key: {"PhysicalResourceId": each.physical} for key, each in stack.now.resources.items()
    }
    return [_change(key, action, kinds[key], known.get(key, {})) for key, action in actions.items()]


def _outputs_differ(stack: Stack, template: Template) -> bool:
    old = stack.now.template.document if stack.now.template else {}
    return bool(template.document.get("Outputs") != old.get("Outputs"))


def _change(logical: str, action: str, kind: str, known: dict[str, str]) -> dict[str, Any]:
    replaced = {"Replacement": str(kind in REPLACED)} if action == "Modify" else {}
    change = {
        "Action": action,
        "LogicalResourceId": logical,
        "ResourceType": kind,
        **known,
        **replaced,
    }
    return {"Type": "Resource", "ResourceChange": change}


def _decide(change_set: ChangeSet) -> Process:
    yield PROPOSE_SECONDS
    change_set.decide()
