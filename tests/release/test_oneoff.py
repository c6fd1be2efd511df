"""A one-off task: cast from a mould, run, and judged by its exit code."""

from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from pipeline.errors import Failed
from pipeline.release import oneoff
from pipeline.release.states import State
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.view.events import Event, TaskStopped
from tests.release import answers

IMAGE = Image("registry.example/shop", "c0ffee", "sha256:1", tested=True)
MOULD: dict[str, Any] = {
    "taskDefinitionArn": "task-definition/migrate:1",
    "family": "migrate",
    "revision": 1,
    "status": "ACTIVE",
    "executionRoleArn": "role/execution",
    "containerDefinitions": [
        {"name": "migrate", "image": "registry.example/shop:old", "command": ["entries/migrate.sh"]}
    ],
}
CAST: dict[str, Any] = {
    "family": "migrate",
    "executionRoleArn": "role/execution",
    "containerDefinitions": [
        {
            "name": "migrate",
            "image": "registry.example/shop@sha256:1",
            "command": ["entries/migrate.sh"],
        }
    ],
}
OUTPUTS = {
    "MigrateTaskDefinition": "migrate:1",
    "ClusterName": "shop",
    "TaskSubnets": "subnet-1,subnet-2",
    "TaskSecurityGroup": "sg-1",
    "TaskPublicAddress": "ENABLED",
}
STACK = answers.stack(State.CREATE_COMPLETE, outputs=OUTPUTS)
NEW = "task-definition/migrate:2"


def test_a_mould_is_cast_with_another_image() -> None:
    """Roles, secrets and command stay; the image is named by digest; the mould is not changed."""
    assert oneoff.cast(MOULD, IMAGE) == CAST
    assert MOULD["containerDefinitions"][0]["image"] == "registry.example/shop:old"


def test_whatever_ecs_adds_to_a_definition_is_left_out() -> None:
    """By the service's own model: what is described and cannot be registered is in the list."""
    model = botocore.session.get_session().get_service_model("ecs")
    described = set(model.shape_for("TaskDefinition").members)
    taken = set(model.operation_model("RegisterTaskDefinition").input_shape.members)
    assert described - taken == oneoff.ADDED


def starts(ecs: Stubber, answer: dict[str, Any]) -> None:
    """Have a task be cast and run, in the service's own network, and be cleared away."""
    ecs.add_response(
        "describe_task_definition", {"taskDefinition": MOULD}, {"taskDefinition": "migrate:1"}
    )
    registered = {"taskDefinition": {"taskDefinitionArn": NEW}}
    ecs.add_response("register_task_definition", registered, CAST)
    network = {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"]}
    question = {
        "cluster": "shop",
        "taskDefinition": NEW,
        "launchType": "FARGATE",
        "startedBy": "slipway",
        "networkConfiguration": {"awsvpcConfiguration": {**network, "assignPublicIp": "ENABLED"}},
    }
    ecs.add_response("run_task", answer, question)


def ends(ecs: Stubber, code: int | None) -> None:
    """Have the task run for a while, then stop."""
    running = {"taskArn": "task/1", "clusterArn": "cluster/shop", "lastStatus": "RUNNING"}
    container = {"name": "migrate", **({} if code is None else {"exitCode": code})}
    stopped = {
        **running,
        "lastStatus": "STOPPED",
        "taskDefinitionArn": NEW,
        "stoppedReason": "it ended",
        "containers": [container],
    }
    starts(ecs, {"tasks": [running]})
    question = {"cluster": "cluster/shop", "tasks": ["task/1"]}
    ecs.add_response("describe_tasks", {"tasks": [running]}, question)
    ecs.add_response("describe_tasks", {"tasks": [stopped]}, question)
    described = {"taskDefinition": {"containerDefinitions": [{"name": "migrate"}]}}
    ecs.add_response("describe_task_definition", described, {"taskDefinition": NEW})
    ecs.add_response("deregister_task_definition", {}, {"taskDefinition": NEW})


def test_a_migration_that_ends_well_opens_the_gate(staging: Settings, ecs: Stubber) -> None:
    """Code 0 is the only good end, and the definition is cleared away."""
    ends(ecs, 0)
    oneoff.migrate(staging, STACK, IMAGE, answers.silent)


@pytest.mark.parametrize("code", [1, 137, None])
def test_a_migration_that_does_not_end_well_closes_it(
    staging: Settings, ecs: Stubber, code: int | None
) -> None:
    """Neither another code nor none at all is good; the task's end is shown."""
    said: list[Event] = []
    ends(ecs, code)
    with pytest.raises(Failed, match="the migration of c0ffee failed; nothing was deployed"):
        oneoff.migrate(staging, STACK, IMAGE, said.append)
    assert [each.exit_codes for each in said if isinstance(each, TaskStopped)] == [
        {"migrate": code}
    ]


def test_a_task_that_cannot_start_says_why(staging: Settings, ecs: Stubber) -> None:
    """ECS answers it with a list beside the empty one, not with an error."""
    starts(ecs, {"tasks": [], "failures": [{"reason": "no capacity"}]})
    ecs.add_response("deregister_task_definition", {}, {"taskDefinition": NEW})
    with pytest.raises(Failed, match="ECS cannot start the task: no capacity"):
        oneoff.migrate(staging, STACK, IMAGE, answers.silent)
