"""Which services are watched while a stack changes."""

import pytest

from slipway.aws import service
from slipway.aws.service import Deployment, ServiceRef
from slipway.aws.stack_events import Entry
from slipway.aws.stack_status import State
from slipway.events import Rollout, StackEvent, TaskStopped
from slipway.release import crash_loop, service_watch
from slipway.release.service_watch import ServiceWatch
from slipway.settings import Settings
from tests import answers

ARN = "arn:aws:ecs:eu-west-1:123456789012:service/shop/worker"


@pytest.mark.parametrize(
    ("kind", "status", "physical_id", "expected"),
    [
        ("AWS::ECS::Service", "CREATE_IN_PROGRESS", ARN, ServiceRef("shop", "worker", ())),
        ("AWS::ECS::Service", "CREATE_FAILED", ARN, ServiceRef("shop", "worker", ())),
        ("AWS::ECS::Service", "CREATE_IN_PROGRESS", "", None),
        ("AWS::ECS::Service", "UPDATE_IN_PROGRESS", ARN, None),
        ("AWS::ECS::Service", "DELETE_IN_PROGRESS", ARN, None),
        ("AWS::ECS::Cluster", "CREATE_IN_PROGRESS", "shop", None),
        ("AWS::ECS::Service", "CREATE_IN_PROGRESS", ARN.replace("shop/", ""), None),
    ],
)
def test_a_service_that_is_created_is_known_by_its_arn(
    kind: str, status: str, physical_id: str, expected: ServiceRef | None
) -> None:
    """Tasks of a service that exists may be of an earlier deployment, and are no evidence."""
    event = StackEvent("WorkerService", kind, status, "")
    assert service_watch.created(Entry(event, physical_id=physical_id)) == expected


@pytest.mark.parametrize(
    ("id_now", "strategy", "is_loop"),
    [
        ("ecs-svc/1", "CANARY", False),
        ("ecs-svc/2", "CANARY", True),
        ("ecs-svc/2", "ROLLING", False),
    ],
)
def test_only_a_deployment_of_the_operation_itself_is_given_up(
    staging: Settings, monkeypatch: pytest.MonkeyPatch, id_now: str, strategy: str, *, is_loop: bool
) -> None:
    """What served before may crash, too, and this very update may be its repair."""
    rollout = Rollout("web:2", 2, 0, 0, "IN_PROGRESS")
    ids = iter(("ecs-svc/1", id_now))

    def deployment(_settings: Settings, _where: ServiceRef) -> Deployment:
        return Deployment(rollout, strategy, {"id": next(ids)})

    monkeypatch.setattr(service, "deployment", deployment)
    monkeypatch.setattr(service, "list_tasks", lambda *_: [])
    monkeypatch.setattr(crash_loop, "count", lambda *_: 3)
    outputs = {"ClusterName": "shop", "WebServiceName": "web", "WebTargetGroups": "a,b"}
    before = answers.stack(State.UPDATE_COMPLETE, outputs=outputs)
    watched = ServiceWatch(staging, before, lambda _: None)
    watched.evidence[0].first = TaskStopped("1", "", {}, (), "web exited with code 3")
    watched.look()
    assert bool(watched.crash_loop) is is_loop
    assert ("new revision of service web" in watched.summary()) is is_loop
