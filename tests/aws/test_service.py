"""How ECS's answers are read."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from slipway.aws import service, tasks
from slipway.aws.service import ServiceRef
from slipway.aws.stack_status import State
from slipway.aws.tasks import Task
from slipway.events import Rollout
from tests import answers

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import DeploymentTypeDef, TaskTypeDef

OUTPUTS = {"ClusterName": "shop", "WebServiceName": "web", "WebTargetGroups": "a,b"}
PATH = ("/health/live",)


def test_a_service_is_where_the_outputs_say() -> None:
    """The stack's outputs name it; revisions that switch have two target groups."""
    found = answers.stack(State.CREATE_COMPLETE, outputs={**OUTPUTS, "Other": "x"})
    count = "WebWorkerDesiredCount"
    assert service.web_service_ref(found) == ServiceRef(
        "shop", "web", ("a", "b"), count_parameter=count
    )
    more = {"WebTaskDefinition": "web:2", "WebHealthPath": "/health/live"}
    released = answers.stack(State.CREATE_COMPLETE, outputs={**OUTPUTS, **more})
    assert service.web_service_ref(released) == ServiceRef(
        "shop", "web", ("a", "b"), "web:2", count, *PATH
    )


def test_a_stack_without_a_service_has_no_place() -> None:
    """Before the first release an output is missing, or empty."""
    for without in OUTPUTS:
        rest = {name: text for name, text in OUTPUTS.items() if name != without}
        for outputs in (rest, {**rest, without: ""}):
            found = answers.stack(State.CREATE_COMPLETE, outputs=outputs)
            assert service.web_service_ref(found) is None


def test_a_worker_is_a_second_service() -> None:
    """It has no load balancer; a template without one has the web service alone."""
    found = answers.stack(State.CREATE_COMPLETE, outputs=OUTPUTS)
    assert [each.service for each in service.service_refs(found)] == ["web"]
    more = {"WorkerServiceName": "worker", "WorkerTaskDefinition": "worker:2"}
    with_worker = answers.stack(State.CREATE_COMPLETE, outputs={**OUTPUTS, **more})
    worker = ServiceRef("shop", "worker", (), "worker:2", "WorkerDesiredCount")
    assert service.service_refs(with_worker)[1:] == (worker,)
    assert service.service_refs(answers.stack(State.CREATE_COMPLETE, outputs=more)) == ()


def test_a_deployment_is_read() -> None:
    """What ECS leaves out while there is nothing to report is 0."""
    found: DeploymentTypeDef = {"taskDefinition": "web:2", "desiredCount": 2, "runningCount": 1}
    described: DeploymentTypeDef = {**found, "failedTasks": 3, "rolloutState": "FAILED"}
    assert service.parse_rollout(described) == Rollout("web:2", 2, 1, 3, "FAILED")


@pytest.mark.parametrize(
    ("deployment", "alone", "state"),
    [
        ({"runningCount": 2}, True, "COMPLETED"),
        ({"runningCount": 2}, False, "IN_PROGRESS"),
        ({"runningCount": 1}, True, "IN_PROGRESS"),
        ({"runningCount": 2, "pendingCount": 1}, True, "IN_PROGRESS"),
    ],
)
def test_a_switch_has_no_rollout_state(deployment: Any, *, alone: bool, state: str) -> None:
    """ECS returns one for rolling updates only; a switch is done when one deployment is left."""
    found: Any = {"taskDefinition": "web:2", "desiredCount": 2, **deployment}
    assert service.parse_rollout(found, alone=alone).state == state


def test_a_task_is_read() -> None:
    """Its address is its network interface's, its digests are by the image's name.

    A container that AWS adds may have no image.
    """
    found: TaskTypeDef = {
        "taskArn": "task/1",
        "taskDefinitionArn": "web:2",
        "attachments": [
            {"details": [{"name": "subnetId", "value": "subnet-1"}]},
            {"details": [{"name": "privateIPv4Address", "value": "10.0.0.1"}]},
        ],
        "containers": [
            {"image": "shop:c0ffee", "imageDigest": "sha256:1"},
            {"image": "proxy:1"},
            {"name": "aws-guardduty-agent"},
        ],
        "startedAt": answers.THEN,
        "healthStatus": "HEALTHY",
    }
    digests = {"shop:c0ffee": "sha256:1", "proxy:1": ""}
    then = answers.THEN.timestamp()
    assert tasks.parse(found) == Task("task/1", "web:2", "10.0.0.1", digests, then, "HEALTHY")


def test_a_task_without_an_address_is_read() -> None:
    """A task that is being prepared has none yet."""
    found: TaskTypeDef = {"taskArn": "task/1", "taskDefinitionArn": "web:2", "containers": []}
    assert tasks.parse(found) == Task("task/1", "web:2", "", {})


def test_stopped_tasks_are_those_of_the_deployment() -> None:
    """Not of another definition, nor of an earlier deployment of the same one (a restart)."""
    deployment: DeploymentTypeDef = {"taskDefinition": "web:2", "createdAt": answers.THEN}
    hour = timedelta(hours=1)
    own: TaskTypeDef = {
        "taskArn": "1",
        "taskDefinitionArn": "web:2",
        "createdAt": answers.THEN + hour,
    }
    earlier: TaskTypeDef = {**own, "createdAt": answers.THEN - hour}
    other: TaskTypeDef = {**own, "taskDefinitionArn": "web:1"}
    undated: TaskTypeDef = {"taskArn": "2", "taskDefinitionArn": "web:2"}
    found = tasks.of_deployment([own, earlier, other, undated], deployment)
    assert found == (own, undated)
