"""When a new revision is given up, where ECS itself would go on for a day."""

from typing import Any

import pytest
from botocore.stub import Stubber

from slipway.aws import service
from slipway.aws.service import Deployment, ServiceRef
from slipway.events import Rollout
from slipway.release import crash_loop
from slipway.settings import Settings
from tests import answers

WEB = ServiceRef("shop", "web", ("a", "b"))
PRIMARY: Any = {"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": "web:2"}


def deployment(strategy: str, desired: int) -> Deployment:
    """Make a deployment of so many tasks, none of which runs."""
    return Deployment(Rollout("web:2", desired, 0, 0, "IN_PROGRESS"), strategy, PRIMARY)


@pytest.mark.parametrize(
    ("desired", "failures"),
    [(0, 3), (1, 3), (2, 3), (6, 3), (7, 4), (20, 10), (399, 200), (400, 200), (1000, 200)],
)
def test_the_threshold_is_the_circuit_breaker_s(desired: int, failures: int) -> None:
    """Half of the desired count, three at least and 200 at most."""
    assert crash_loop.threshold(desired) == failures


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "LINEAR", "CANARY"])
def test_a_switch_is_given_up_at_the_threshold(strategy: str) -> None:
    """One failure less says nothing yet."""
    assert crash_loop.describe_loop(WEB, deployment(strategy, 8), 3) == ""
    reason = "4 tasks of the new revision of service web failed"
    assert crash_loop.describe_loop(WEB, deployment(strategy, 8), 4) == reason


def test_a_rolling_update_has_a_circuit_breaker() -> None:
    """ECS ends it, and a second end would race with that one."""
    assert crash_loop.describe_loop(WEB, deployment("ROLLING", 2), 100) == ""


@pytest.mark.parametrize(
    ("described", "strategy"),
    [
        ({"deploymentConfiguration": {"strategy": "CANARY"}}, "CANARY"),
        ({"deploymentConfiguration": {"maximumPercent": 200}}, "ROLLING"),
        ({}, "ROLLING"),
    ],
)
def test_the_strategy_is_the_service_s_own(
    staging: Settings, ecs: Stubber, described: dict[str, Any], strategy: str
) -> None:
    """It may have changed with this very update, so that ECS is asked and no template."""
    answer = {"serviceName": "web", "status": "ACTIVE", "deployments": [PRIMARY], **described}
    ecs.add_response("describe_services", {"services": [answer]})
    read = service.deployment(staging, WEB)
    assert read
    assert (read.strategy, read.id) == (strategy, "ecs-svc/2")


def test_failures_of_the_new_revision_count_and_no_others(staging: Settings, ecs: Stubber) -> None:
    """Not a scale-in, not a task of the old revision, not one whose end is not known yet."""
    own = {"taskDefinitionArn": "web:2", "createdAt": answers.THEN, "lastStatus": "STOPPED"}
    exited = {**own, "stopCode": "EssentialContainerExited"}
    scaled = {"stopCode": "ServiceSchedulerInitiated", "stoppedReason": "Scaling activity"}
    unhealthy = {**scaled, "stoppedReason": "Task failed ELB health checks in (target-group x)"}
    tasks = [
        exited,
        {**own, "stopCode": "TaskFailedToStart"},
        {**own, **unhealthy},
        {**own, **scaled},
        {**exited, "taskDefinitionArn": "web:1"},
        {**exited, "lastStatus": "STOPPING", "containers": [{"name": "web"}]},
    ]
    described = [{**each, "taskArn": f"task/{number}"} for number, each in enumerate(tasks)]
    arns = [each["taskArn"] for each in described]
    ecs.add_response("list_tasks", {"taskArns": arns})
    ecs.add_response("describe_tasks", {"tasks": described})
    assert crash_loop.count(staging, WEB, deployment("CANARY", 2)) == 3
