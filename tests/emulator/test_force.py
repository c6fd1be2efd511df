"""A service's update that forces a new deployment."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from typing import Any

import pytest

FORCE = {"ForceNewDeployment": {"EnableForceNewDeployment": True, "ForceNewDeploymentNonce": "a"}}


@pytest.fixture
def update(ministack: dict[str, Any], parts: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """The handler of a service's update, and the calls of UpdateService that it makes."""
    calls: list[dict[str, Any]] = []
    ecs, provisioners = ministack["ecs"], ministack["provisioners"]
    ecs._update_service = calls.append

    def handler(service: str, _old: Any, _new: Any, _stack: str) -> Any:
        ecs._update_service({"service": service})

    provisioners._RESOURCE_HANDLERS = {"AWS::ECS::Service": {"update": handler}}
    parts["force"].force_deployments()
    return provisioners._RESOURCE_HANDLERS["AWS::ECS::Service"]["update"], calls


def test_force_reaches_the_call(update: tuple[Any, list[dict[str, Any]]]) -> None:
    """In the update that enables it."""
    handler, calls = update
    handler("web", {}, FORCE, "stack")
    assert calls == [{"service": "web", "forceNewDeployment": True}]


def test_no_other_update_is_forced(
    ministack: dict[str, Any], update: tuple[Any, list[dict[str, Any]]]
) -> None:
    """Neither one that removes it, which a rollback does, nor a call beside CloudFormation."""
    handler, calls = update
    handler("web", {}, FORCE, "stack")
    ministack["ecs"]._update_service({"service": "web"})
    handler("web", FORCE, {}, "stack")
    off = {"ForceNewDeployment": {"EnableForceNewDeployment": "false"}}
    handler("web", {}, off, "stack")
    assert calls[1:] == [{"service": "web"}] * 3


def test_a_task_names_the_deployment_that_started_it(
    ministack: dict[str, Any], parts: dict[str, Any]
) -> None:
    """A one-off task names who started it, and MiniStack's own records stay as they are."""
    ecs = ministack["ecs"]
    ecs._sanitize = lambda record: {
        name: value for name, value in record.items() if not name.startswith("_")
    }
    parts["force"].name_deployments()
    task = {"taskArn": "task/1", "startedBy": "web", "_deployment_id": "ecs-svc/1"}
    assert ecs._sanitize(task) == {"taskArn": "task/1", "startedBy": "ecs-svc/1"}
    assert task["startedBy"] == "web"
    one_off = {"taskArn": "task/2", "startedBy": "somebody", "_deployment_id": None}
    assert ecs._sanitize(one_off)["startedBy"] == "somebody"
