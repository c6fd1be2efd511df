"""A stack does one thing at a time; what it does can be cancelled, or ended by a deletion."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

BUSY = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
STUCK = ("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED")
IDLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS")


@pytest.fixture
def stack(ministack: dict[str, Any]) -> dict[str, Any]:
    """The one stack of an account whose calls are answered with "taken"."""
    made = {"StackName": "web", "StackId": "arn:web", "StackStatus": "UPDATE_IN_PROGRESS"}
    actions = ("CreateChangeSet", "ExecuteChangeSet", "UpdateStack", "DescribeStacks")
    cloudformation = ministack["cloudformation"]
    cloudformation._ACTION_HANDLERS = {action: lambda _: "taken" for action in actions}
    cloudformation._stacks = {"web": made}
    ministack["helpers"]._p = lambda parameters, name: parameters.get(name, "")
    ministack["helpers"]._error = lambda *given: given
    ministack["handlers"]._resolve_stack = cloudformation._stacks.get
    found = {"arn:change-set": {"StackName": "web"}}
    ministack["changesets"]._find_change_set = lambda name, _: (name, found.get(name))
    return made


CALLS: list[tuple[str, dict[str, str], str]] = [
    ("CreateChangeSet", {"StackName": "web", "ChangeSetType": "UPDATE"}, "ValidationError"),
    ("ExecuteChangeSet", {"ChangeSetName": "arn:change-set"}, "InvalidChangeSetStatus"),
    ("UpdateStack", {"StackName": "web"}, "ValidationError"),
]


@pytest.mark.parametrize("status", [*BUSY, *STUCK])
@pytest.mark.parametrize(("action", "parameters", "code"), CALLS)
def test_a_stack_that_is_at_work_takes_no_update(  # noqa: PLR0913, PLR0917
    parts: dict[str, Any],
    ministack: dict[str, Any],
    stack: dict[str, Any],
    action: str,
    parameters: dict[str, str],
    code: str,
    status: str,
) -> None:
    """In CloudFormation's own words."""
    stack["StackStatus"] = status

    parts["operations"].refuse_while_busy()

    message = f"Stack:arn:web is in {status} state and can not be updated."
    assert ministack["cloudformation"]._ACTION_HANDLERS[action](parameters) == (code, message)


@pytest.mark.parametrize("status", IDLE)
@pytest.mark.parametrize(("action", "parameters", "_code"), CALLS)
def test_an_idle_stack_takes_an_update(  # noqa: PLR0913, PLR0917
    parts: dict[str, Any],
    ministack: dict[str, Any],
    stack: dict[str, Any],
    action: str,
    parameters: dict[str, str],
    _code: str,
    status: str,
) -> None:
    """And so does the name of one that is not there, of which MiniStack says so."""
    stack["StackStatus"] = status

    parts["operations"].refuse_while_busy()

    assert ministack["cloudformation"]._ACTION_HANDLERS[action](parameters) == "taken"


def test_what_reads_or_creates_is_not_refused(
    parts: dict[str, Any], ministack: dict[str, Any], stack: dict[str, Any]
) -> None:
    """A busy stack can be looked at; of a deleted one's name there can be a new one."""
    parts["operations"].refuse_while_busy()

    handlers = ministack["cloudformation"]._ACTION_HANDLERS
    assert handlers["DescribeStacks"]({"StackName": "web"}) == "taken"
    stack["StackStatus"] = "DELETE_COMPLETE"
    for kind in ("CREATE", "UPDATE"):
        assert handlers["CreateChangeSet"]({"StackName": "web", "ChangeSetType": kind}) == "taken"


def test_the_rollback_of_a_cancelled_wait_is_the_user_s(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """Its events have the cancel's token, and "User Initiated" for a reason."""
    token: ContextVar[str] = ContextVar("token", default="of the update")
    seen: list[tuple[str, bool]] = []

    async def roll_back(_name: str, _id: str, _stack: Any, operation: dict[str, Any]) -> None:
        seen.append((token.get(), operation["cancelled"]))

    ministack["stacks"].CLIENT_REQUEST_TOKEN = token
    ministack["stacks"]._roll_back_operation = roll_back
    operations = parts["operations"]
    operations.cancel_by_user()
    stack = {"_cancel_requested": True, "_cancel_token": "of the cancel"}

    assert operations.interruption(stack) == "Resource update cancelled"
    assert operations.interruption(stack) == ""
    for _ in range(2):
        asyncio.run(
            ministack["stacks"]._roll_back_operation("web", "id", stack, {"cancelled": False})
        )

    assert seen == [("of the cancel", True), ("of the update", False)]


def test_a_deletion_ends_a_creation_that_waits(
    parts: dict[str, Any],
    ministack: dict[str, Any],
    stack: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It begins when the creation has rolled back, so that no service outlives its stack."""
    operations, order = parts["operations"], []

    async def delete(name: str, *_: Any) -> None:
        order.append(f"{name} deleted in {stack['StackStatus']}")

    async def roll_back() -> None:
        await asyncio.sleep(0)
        order.append(operations.interruption(stack))
        stack["StackStatus"] = "ROLLBACK_COMPLETE"

    ministack["handlers"]._delete_stack_async = delete
    monkeypatch.setattr(operations, "POLL_SECONDS", 0)
    stack["StackStatus"] = "CREATE_IN_PROGRESS"
    operations.delete_after_operation()

    async def both() -> None:
        await asyncio.gather(ministack["handlers"]._delete_stack_async("web", "id"), roll_back())

    asyncio.run(both())

    assert order == ["Resource creation cancelled", "web deleted in ROLLBACK_COMPLETE"]
    assert "_delete_requested" not in stack
