"""The API of CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.story.pages import page_of
from tests.story.refusals import validation_error

if TYPE_CHECKING:
    from tests.story.clock import Process
    from tests.story.stacks import Stack
    from tests.story.world import World

# AWS's own are of up to 100 events; a story's are short, so that there are several.
PAGE = 6


class CloudFormation:
    """Stacks as API calls see them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.page = PAGE

    def __getattr__(self, name: str) -> Any:
        """Leave the calls on change sets to these."""
        return getattr(self.world.change_sets, name)

    def describe_stacks(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe one stack, or all that are not deleted."""
        if "StackName" in request:
            return {"Stacks": [self.world.stacks.find(request["StackName"]).describe()]}
        stacks = [each for each in self.world.stacks.all if each.status != "DELETE_COMPLETE"]
        return {"Stacks": [each.describe() for each in stacks]}

    def describe_stack_events(self, request: dict[str, Any]) -> dict[str, Any]:
        """List a stack's events, newest first, in pages."""
        events = self._of(request).events[::-1]
        return page_of(self.page, request, "StackEvents", events)

    def get_template(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the template that a stack has."""
        template = self._of(request).now.template
        return {"TemplateBody": template.body if template else ""}

    def describe_stack_resources(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a stack's resources."""
        resources = [
            {
                "LogicalResourceId": each.logical,
                "PhysicalResourceId": each.physical,
                "ResourceType": each.declared.kind,
                "Timestamp": self.world.clock.date(),
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for each in self._of(request).now.resources.values()
        ]
        return {"StackResources": resources}

    def describe_stack_resource(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe one resource of a stack."""
        resource = self._of(request).now.resources[request["LogicalResourceId"]]
        detail = {
            "LogicalResourceId": resource.logical,
            "PhysicalResourceId": resource.physical,
            "ResourceType": resource.declared.kind,
            "LastUpdatedTimestamp": self.world.clock.date(),
            "ResourceStatus": "CREATE_COMPLETE",
        }
        return {"StackResourceDetail": detail}

    def cancel_update_stack(self, request: dict[str, Any]) -> dict[str, Any]:
        """Cancel an update, and roll the stack back."""
        stack = self._of(request)
        if _is_repeated(stack, request):
            return {}
        if stack.status != "UPDATE_IN_PROGRESS":
            what = "CancelUpdateStack cannot be called from current stack status"
            raise validation_error(what)
        self.world.stacks.mark_stale(stack)
        stack.token = request.get("ClientRequestToken", "")
        stack.cancelled = True
        stack.become("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        return {}

    def continue_update_rollback(self, request: dict[str, Any]) -> dict[str, Any]:
        """Go on with a rollback that has failed."""
        stack = self._of(request)
        if _is_repeated(stack, request):
            return {}
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            what = f"is in {stack.status} state and can not continue rolling back."
            raise validation_error(f"Stack:{stack.id} {what}")
        self._begin(stack, request, self.world.stacks.operations.roll_back(stack))
        return {}

    def rollback_stack(self, request: dict[str, Any]) -> dict[str, Any]:
        """Roll back a stack whose update failed and was left as it was."""
        stack = self._of(request)
        if _is_repeated(stack, request):
            return {"StackId": stack.id}
        if stack.status not in {"UPDATE_FAILED", "CREATE_FAILED"}:
            what = f"is in {stack.status} state and can not be rolled back."
            raise validation_error(f"Stack:{stack.id} {what}")
        self._begin(stack, request, self.world.stacks.operations.roll_back(stack))
        return {"StackId": stack.id}

    def delete_stack(self, request: dict[str, Any]) -> dict[str, Any]:
        """Begin to delete a stack; one that does not exist is no error."""
        stack = self.world.stacks.lookup(request["StackName"])
        if stack is None or stack.status in {"DELETE_IN_PROGRESS", "DELETE_COMPLETE"}:
            return {}
        if stack.busy:
            what = f"is in {stack.status} state and can not be deleted."
            raise validation_error(f"Stack:{stack.id} {what}")
        self._begin(stack, request, self.world.stacks.operations.delete(stack))
        return {}

    def _begin(self, stack: Stack, request: dict[str, Any], process: Process) -> None:
        self.world.stacks.mark_stale(stack)
        stack.token = request.get("ClientRequestToken", "")
        self.world.stacks.start(stack, process)

    def _of(self, request: dict[str, Any]) -> Stack:
        return self.world.stacks.find(request["StackName"])


def _is_repeated(stack: Stack, request: dict[str, Any]) -> bool:
    """Whether the stack's operation was begun by this same call, known by its token.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html
    """
    token = request.get("ClientRequestToken", "")
    return bool(token) and token == stack.token
