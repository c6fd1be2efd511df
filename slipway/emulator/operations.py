"""Part of the local account's server: a stack does one thing at a time.

- A stack that is at work, or in a state that must be left first, takes no update and no change
  set. The words are CloudFormation's: "Stack:ARN is in UPDATE_IN_PROGRESS state and can not be
  updated." MiniStack would make a change set, and execute it inside the other operation.
- CancelUpdateStack ends the wait for a service, too; the rollback's events have the cancel's
  token and reason.
- DeleteStack ends a creation or an update that waits for a service, and begins when that has
  ended. Without this, a service that was being created outlived its stack. Unlike on AWS, the
  stack goes through the states of a rollback first.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import asyncio
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers, helpers, stacks

# What a stack has to be brought out of first, by recovering or deleting it.
STUCK = {"DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED"}
REFUSALS = {
    "CreateChangeSet": "ValidationError",
    "ExecuteChangeSet": "InvalidChangeSetStatus",
    "UpdateStack": "ValidationError",
}
POLL_SECONDS = 0.1

Stack = dict[str, Any]
Parameters = dict[str, Any]


def is_busy(status: str) -> bool:
    """Whether a stack in this state is at work; one that is reviewed waits for a change set."""
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def can_be_updated(status: str) -> bool:
    """Whether a stack in this state takes an update."""
    return not is_busy(status) and status not in STUCK


def refuse_while_busy() -> None:
    """Refuse an update, a change set and its execution as CloudFormation does."""
    for action, code in REFUSALS.items():
        cloudformation._ACTION_HANDLERS[action] = _checked(
            cloudformation._ACTION_HANDLERS[action], action, code
        )


def _checked(handle: Any, action: str, code: str) -> Any:
    def handle_checked(parameters: Parameters) -> Any:
        stack = _stack_of(action, parameters)
        if stack and not can_be_updated(stack["StackStatus"]):
            status = stack["StackStatus"]
            message = f"Stack:{stack['StackId']} is in {status} state and can not be updated."
            return helpers._error(code, message)
        return handle(parameters)

    return handle_checked


def _stack_of(action: str, parameters: Parameters) -> Stack | None:
    """Return the stack that a call would change; None for one that it would create."""
    name = helpers._p(parameters, "StackName")
    if action == "ExecuteChangeSet":
        _, change_set = changesets._find_change_set(helpers._p(parameters, "ChangeSetName"), name)
        name = change_set["StackName"] if change_set else name
    if helpers._p(parameters, "ChangeSetType") == "CREATE":
        return None
    stack = handlers._resolve_stack(name)
    return stack if stack and stack["StackStatus"] != "DELETE_COMPLETE" else None


def interruption(stack: Stack) -> str:
    """Return why a stack's wait for a service ends early; "" where it goes on."""
    if stack.pop("_cancel_requested", False):
        return "Resource update cancelled"
    return "Resource creation cancelled" if stack.get("_delete_requested") else ""


def cancel_by_user() -> None:
    """Let the rollback of an update that was cancelled while it waited say who asked for it."""
    roll_back = stacks._roll_back_operation

    async def roll_back_for_user(
        name: str, stack_id: str, stack: Stack, operation: dict[str, Any], *others: Any
    ) -> None:
        # Where MiniStack itself sees the request, it takes the token with it.
        if (token := stack.pop("_cancel_token", None)) is not None:
            stacks.CLIENT_REQUEST_TOKEN.set(token)
            operation = {**operation, "cancelled": True}
        await roll_back(name, stack_id, stack, operation, *others)

    stacks._roll_back_operation = roll_back_for_user


def delete_after_operation() -> None:
    """Let DeleteStack end what the stack is doing, and delete what that leaves."""
    delete = handlers._delete_stack_async

    async def delete_when_idle(name: str, *others: Any, **named: Any) -> None:
        stack = cloudformation._stacks.get(name)
        while stack and is_busy(stack["StackStatus"]):
            if stack["StackStatus"] == "DELETE_IN_PROGRESS":
                return
            stack["_delete_requested"] = True
            await asyncio.sleep(POLL_SECONDS)
        if stack:
            stack.pop("_delete_requested", None)
        await delete(name, *others, **named)

    handlers._delete_stack_async = delete_when_idle
