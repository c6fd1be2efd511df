"""What a stack makes of a service."""

from collections.abc import Callable
from typing import Any

import pytest
from ministack.services import cloudformation

from slipway.emulator.stacks import outcome
from tests.emulator.account import Account, Stack, service, template, until
from tests.emulator.engine import Engine

BREAKER = {"DeploymentCircuitBreaker": {"Enable": True, "Rollback": False}}


def deployment(state: str, running: int, name: str = "new") -> dict[str, Any]:
    """A deployment as MiniStack keeps it."""
    return {"id": name, "rolloutState": state, "runningCount": running}


@pytest.mark.parametrize(
    ("running", "deployments", "expected"),
    [
        (2, [deployment("COMPLETED", 2)], "STABLE"),
        (0, [deployment("IN_PROGRESS", 0)], "WAITING"),
        (3, [deployment("COMPLETED", 2), deployment("COMPLETED", 1, "old")], "WAITING"),
        (1, [deployment("COMPLETED", 1)], "WAITING"),
        (2, [deployment("FAILED", 0), deployment("IN_PROGRESS", 2, "old")], "FAILED"),
        (2, [deployment("COMPLETED", 2, "old")], "FAILED"),
    ],
    ids=["stable", "begun", "old tasks run", "too few", "failed", "gone"],
)
def test_a_service_is_stable_when_nothing_of_before_runs(
    running: int, deployments: list[dict[str, Any]], expected: str
) -> None:
    """Two tasks are wanted; the deployment `new` is waited for."""
    service = {"desiredCount": 2, "runningCount": running, "deployments": deployments}

    assert outcome(service, "new").name == expected


def test_a_stack_waits_for_its_service(account: Account, engine: Engine) -> None:
    """The service's first deployment is in progress until its task runs, and so is the stack."""
    stack = Stack(account)
    engine.pulling.clear()
    stack.create(template())
    until(lambda: any(each.path == "/images/create" for each in engine.asked))

    (first,) = service(account)["deployments"]
    assert (first["rolloutState"], stack.status()) == ("IN_PROGRESS", "CREATE_IN_PROGRESS")
    engine.pulling.set()

    stack.becomes("CREATE_COMPLETE")
    (first,) = service(account)["deployments"]
    assert (first["rolloutState"], first["runningCount"]) == ("COMPLETED", 1)


def test_a_service_whose_creation_fails_is_not_left_behind(
    account: Account, engine: Engine
) -> None:
    """It would stand in the way of the next one of its name."""
    assert engine
    stack = Stack(account)
    stack.create(template({"Command": ["exit", "1"]}, DeploymentConfiguration=BREAKER))
    stack.becomes("ROLLBACK_COMPLETE")

    assert "ECS Deployment Circuit Breaker was triggered" in stack.reasons()
    stack.client.delete_stack(StackName="shop")
    until(lambda: cloudformation._stacks["shop"]["StackStatus"] == "DELETE_COMPLETE")  # noqa: SLF001
    stack.create(template(DeploymentConfiguration=BREAKER))
    stack.becomes("CREATE_COMPLETE")
    assert service(account)["status"] == "ACTIVE"


def test_a_service_whose_update_fails_is_sent_back(account: Account, engine: Engine) -> None:
    """The task that runs in the end is of the previous definition."""
    assert engine
    stack = Stack(account)
    stack.create(template(DeploymentConfiguration=BREAKER))
    stack.becomes("CREATE_COMPLETE")
    before = service(account)["taskDefinition"]

    stack.update(template({"Command": ["exit", "1"]}, DeploymentConfiguration=BREAKER))

    stack.becomes("UPDATE_ROLLBACK_COMPLETE")
    assert "Circuit Breaker was triggered" in stack.reasons()
    after = service(account)
    assert (after["taskDefinition"], after["runningCount"]) == (before, 1)


def test_a_template_s_texts_become_what_the_api_has(account: Account) -> None:
    """Secrets by their small names; numbers as numbers, where parameters made texts of them."""
    container = {
        "Secrets": [{"Name": "URL", "ValueFrom": "arn"}],
        "PortMappings": [{"ContainerPort": {"Ref": "Port"}, "Protocol": "tcp"}],
        "LinuxParameters": {"Capabilities": {"Drop": ["ALL"]}, "InitProcessEnabled": True},
    }
    balancer = {"ContainerName": "web", "ContainerPort": {"Ref": "Port"}, "TargetGroupArn": "arn"}
    numbers = {
        name: {"Type": "Number", "Default": default}
        for name, default in (("Port", 8000), ("Count", 2))
    }
    made = template(container, DesiredCount={"Ref": "Count"}, LoadBalancers=[balancer])
    stack = Stack(account)

    stack.create({**made, "Parameters": numbers})

    stack.becomes("CREATE_COMPLETE")
    client = account.client("ecs")
    found = client.describe_task_definition(taskDefinition="web")["taskDefinition"]
    (web,) = found["containerDefinitions"]
    assert web["secrets"] == [{"name": "URL", "valueFrom": "arn"}]
    assert web["portMappings"] == [{"containerPort": 8000, "protocol": "tcp"}]
    assert web["linuxParameters"] == {
        "capabilities": {"drop": ["ALL"]},
        "initProcessEnabled": True,
    }
    described = service(account)
    assert (described["desiredCount"], described["runningCount"]) == (2, 2)
    assert described["loadBalancers"][0]["containerPort"] == 8000


@pytest.mark.parametrize(
    ("left_in", "status"),
    [("CREATE_IN_PROGRESS", "CREATE_FAILED"), ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED")],
)
def test_an_operation_that_a_stop_cut_off_has_failed(
    account: Account, restart: Callable[[], None], left_in: str, status: str
) -> None:
    """A stack that nobody works on must not be in progress for ever; others stay as they are."""
    stack = Stack(account)
    stack.create(template())
    stack.becomes("CREATE_COMPLETE")
    bucket = {"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}}
    stack.client.create_stack(StackName="other", TemplateBody=str(bucket).replace("'", '"'))
    until(lambda: cloudformation._stacks["other"]["StackStatus"] == "CREATE_COMPLETE")  # noqa: SLF001
    cloudformation._stacks["shop"]["StackStatus"] = left_in  # noqa: SLF001 - as a stop leaves it

    restart()

    states = stack.client.describe_stacks()["Stacks"]
    assert {each["StackName"]: each["StackStatus"] for each in states} == {
        "shop": status,
        "other": "CREATE_COMPLETE",
    }
    (shop,) = stack.client.describe_stacks(StackName="shop")["Stacks"]
    assert shop["StackStatusReason"] == "the local account was stopped meanwhile"
