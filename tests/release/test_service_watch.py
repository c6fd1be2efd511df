"""Which services are watched while a stack changes."""

import pytest

from pipeline.release import service_watch
from pipeline.release.service import Place
from pipeline.release.stack_events import Entry
from pipeline.view.events import StackEvent

ARN = "arn:aws:ecs:eu-west-1:123456789012:service/shop/worker"


@pytest.mark.parametrize(
    ("kind", "status", "physical_id", "expected"),
    [
        ("AWS::ECS::Service", "CREATE_IN_PROGRESS", ARN, Place("shop", "worker", ())),
        ("AWS::ECS::Service", "CREATE_FAILED", ARN, Place("shop", "worker", ())),
        ("AWS::ECS::Service", "CREATE_IN_PROGRESS", "", None),
        ("AWS::ECS::Service", "UPDATE_IN_PROGRESS", ARN, None),
        ("AWS::ECS::Service", "DELETE_IN_PROGRESS", ARN, None),
        ("AWS::ECS::Cluster", "CREATE_IN_PROGRESS", "shop", None),
        ("AWS::ECS::Service", "CREATE_IN_PROGRESS", ARN.replace("shop/", ""), None),
    ],
)
def test_a_service_that_is_created_is_known_by_its_arn(
    kind: str, status: str, physical_id: str, expected: Place | None
) -> None:
    """Tasks of a service that exists may be of an earlier deployment, and are no evidence."""
    event = StackEvent("WorkerService", kind, status, "")
    assert service_watch.created(Entry(event, physical_id=physical_id)) == expected
