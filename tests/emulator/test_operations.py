"""A stack does one thing at a time; what it does can be cancelled, or ended by a deletion."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ministack.services import cloudformation, ecs

from tests.emulator.account import Account, Stack, service, tasks, template, until
from tests.emulator.engine import Engine

BUSY = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
STUCK = ("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED")
IDLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
GROUP = {"Type": "AWS::Logs::LogGroup"}
SUMMARIES = "StackResourceSummaries"
ONE, TWO = {"Resources": {"A": GROUP}}, {"Resources": {"A": GROUP, "B": GROUP}}
CALLS = [
    ("create_change_set", "ValidationError"),
    ("execute_change_set", "InvalidChangeSetStatus"),
    ("update_stack", "ValidationError"),
]


@pytest.fixture
def shop(account: Account) -> Stack:
    """A stack of one resource, with a change set that adds another."""
    stack = Stack(account)
    stack.create(ONE)
    stack.becomes("CREATE_COMPLETE")
    call(stack, "create_change_set", name="first")
    return stack


def call(stack: Stack, action: str, name: str = "second", kind: str = "UPDATE") -> None:
    """Make a call that would change the stack."""
    body = {"StackName": "shop", "TemplateBody": json.dumps(TWO)}
    given: dict[str, Any] = {
        "create_change_set": {**body, "ChangeSetName": name, "ChangeSetType": kind},
        "execute_change_set": {"ChangeSetName": "first", "StackName": "shop"},
        "update_stack": body,
    }
    getattr(stack.client, action)(**given[action])


def is_in(status: str) -> None:
    """Have the stack be in a state that is hard to come by."""
    cloudformation._stacks["shop"]["StackStatus"] = status


@pytest.mark.parametrize("status", [*BUSY, *STUCK])
@pytest.mark.parametrize(("action", "code"), CALLS)
def test_a_stack_that_is_at_work_takes_no_update(
    shop: Stack, action: str, code: str, status: str
) -> None:
    """In CloudFormation's own words."""
    is_in(status)

    with pytest.raises(ClientError) as refused:
        call(shop, action)

    error = refused.value.response["Error"]
    own = cloudformation._stacks["shop"]["StackId"]
    assert error["Code"] == code
    assert error["Message"] == f"Stack:{own} is in {status} state and can not be updated."
    assert len(shop.client.list_change_sets(StackName="shop")["Summaries"]) == 1


@pytest.mark.parametrize("status", IDLE)
@pytest.mark.parametrize(("action", "_code"), CALLS)
def test_an_idle_stack_takes_an_update(shop: Stack, action: str, _code: str, status: str) -> None:
    """And so does one whose last update was rolled back."""
    is_in(status)

    call(shop, action)

    if action != "create_change_set":
        until(lambda: len(shop.client.list_stack_resources(StackName="shop")[SUMMARIES]) == 2)


def test_a_stack_that_is_reviewed_takes_its_change_set(account: Account) -> None:
    """It waits for one, and is not at work."""
    stack = Stack(account)
    call(stack, "create_change_set", "first", kind="CREATE")
    assert stack.status() == "REVIEW_IN_PROGRESS"

    call(stack, "execute_change_set")

    stack.becomes("CREATE_COMPLETE")


def test_what_reads_or_creates_is_not_refused(shop: Stack) -> None:
    """A busy stack can be looked at; of a deleted one's name there can be a new one."""
    is_in("UPDATE_IN_PROGRESS")
    assert shop.status() == "UPDATE_IN_PROGRESS"
    is_in("UPDATE_COMPLETE")
    shop.client.delete_stack(StackName="shop")
    until(lambda: cloudformation._stacks["shop"]["StackStatus"] == "DELETE_COMPLETE")

    call(shop, "create_change_set", kind="CREATE")

    assert shop.status() == "REVIEW_IN_PROGRESS"


def test_a_name_that_is_not_there_is_ministack_s_to_refuse(account: Account) -> None:
    """There is nothing that could be at work."""
    for action, _ in CALLS:
        with pytest.raises(ClientError, match=re.compile("not exist|NotFound")):
            call(Stack(account), action)


@pytest.fixture
def cancelled(account: Account, engine: Engine) -> Stack:
    """A stack whose update was cancelled while it waited for its service."""
    stack = Stack(account)
    stack.create(template())
    stack.becomes("CREATE_COMPLETE")
    engine.pulling.clear()
    stack.update(template({"Command": ["new"]}))
    until(lambda: len(service(account)["deployments"]) == 2)
    stack.client.cancel_update_stack(StackName="shop", ClientRequestToken="of-the-cancel")
    until(lambda: "Resource update cancelled" in stack.reasons())
    engine.pulling.set()
    stack.becomes("UPDATE_ROLLBACK_COMPLETE")
    return stack


def beginnings(stack: Stack) -> list[dict[str, Any]]:
    """List the events with which rollbacks of the stack began, the latest one first."""
    status = "UPDATE_ROLLBACK_IN_PROGRESS"
    return [each for each in stack.events() if each["ResourceStatus"] == status]


def test_the_rollback_of_a_cancelled_wait_is_the_user_s(cancelled: Stack) -> None:
    """Its events have the cancel's token, and "User Initiated" for a reason."""
    (begun,) = beginnings(cancelled)

    assert begun["ResourceStatusReason"] == "User Initiated"
    assert begun["ClientRequestToken"] == "of-the-cancel"
    assert cancelled.events()[0]["ClientRequestToken"] == "of-the-cancel"


def test_a_later_rollback_is_not_the_user_s(cancelled: Stack) -> None:
    """A cancel counts for the update that it ended."""
    cancelled.update(template({"Privileged": True}))

    until(lambda: len(beginnings(cancelled)) == 2)
    cancelled.becomes("UPDATE_ROLLBACK_COMPLETE")
    begun, _ = beginnings(cancelled)
    assert "ClientRequestToken" not in begun
    assert "failed to update: [Definition]" in begun["ResourceStatusReason"]


def test_a_deletion_ends_a_creation_that_waits(account: Account, engine: Engine) -> None:
    """It begins when the creation has rolled back, so that no service outlives its stack."""
    stack = Stack(account)
    engine.pulling.clear()
    stack.create(template())
    until(lambda: [each["lastStatus"] for each in tasks(account)] == ["ACTIVATING"])
    own = cloudformation._stacks["shop"]["StackId"]

    stack.client.delete_stack(StackName="shop")

    until(lambda: cloudformation._stacks["shop"]["StackStatus"] == "DELETE_COMPLETE")
    events = stack.client.describe_stack_events(StackName=own)["StackEvents"]
    of_stack = [e["ResourceStatus"] for e in events if e["PhysicalResourceId"] == own]
    assert of_stack.index("DELETE_IN_PROGRESS") < of_stack.index("ROLLBACK_COMPLETE")
    assert "Resource creation cancelled" in {e.get("ResourceStatusReason") for e in events}
    assert "_delete_requested" not in cloudformation._stacks["shop"]
    assert ecs._services["c/web"]["status"] == "INACTIVE"
    assert [each["lastStatus"] for each in ecs._tasks.values()] == ["STOPPED"]
