"""A service's update that forces a new deployment."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from typing import Any

import pytest
from ministack.services import ecs
from ministack.services.cloudformation import provisioners

from tests.emulator.account import Account, Stack, service, tasks, template

ON, OFF = {"EnableForceNewDeployment": True}, {"EnableForceNewDeployment": "false"}


@pytest.fixture
def stack(account: Account) -> Stack:
    """A stack whose service has one task."""
    stack = Stack(account)
    stack.create(template())
    stack.becomes("CREATE_COMPLETE")
    return stack


def update(stack: Stack, **properties: Any) -> str:
    """Update the service's properties, and return the id of the deployment that it has then."""
    before = len(stack.events())
    stack.update(template(**properties))
    stack.becomes("UPDATE_COMPLETE")
    assert len(stack.events()) > before
    return deployment(stack)


def deployment(stack: Stack) -> str:
    """Return the id of the service's deployment."""
    (primary,) = service(stack.account)["deployments"]
    return str(primary["id"])


def test_force_reaches_the_call(stack: Stack) -> None:
    """In the update that enables it, and in the next one that does."""
    first = deployment(stack)

    second = update(stack, ForceNewDeployment={**ON, "ForceNewDeploymentNonce": "a"})
    third = update(stack, ForceNewDeployment={**ON, "ForceNewDeploymentNonce": "b"})

    assert len({first, second, third}) == 3


def test_no_other_update_is_forced(stack: Stack) -> None:
    """Neither one that removes it, which a rollback does, nor a call beside CloudFormation."""
    forced = update(stack, ForceNewDeployment=ON)

    stack.account.client("ecs").update_service(cluster="c", service="web", desiredCount=1)
    assert deployment(stack) == forced
    assert update(stack) == forced
    assert update(stack, ForceNewDeployment=OFF) == forced


def test_a_call_after_a_forced_update_is_not_forced(stack: Stack) -> None:
    """Not even one of the same thread."""
    update = provisioners._RESOURCE_HANDLERS["AWS::ECS::Service"]["update"]
    properties = {"Cluster": "c", "ServiceName": "web"}
    arn = service(stack.account)["serviceArn"]
    before = deployment(stack)

    update(arn, properties, {**properties, "ForceNewDeployment": ON}, "shop")
    forced = deployment(stack)
    ecs._update_service({"cluster": "c", "service": "web", "desiredCount": 1})

    assert before != forced == deployment(stack)


def test_a_task_names_the_deployment_that_started_it(stack: Stack) -> None:
    """A one-off task names who started it, and MiniStack's own records stay as they are."""
    (task,) = tasks(stack.account)
    assert task["startedBy"] == deployment(stack)
    assert ecs._tasks[task["taskArn"]]["startedBy"] == "web"

    given = {"cluster": "c", "taskDefinition": "web", "launchType": "FARGATE"}
    answer = stack.account.client("ecs").run_task(**given, startedBy="somebody")

    assert answer["tasks"][0]["startedBy"] == "somebody"
