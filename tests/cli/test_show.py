"""What is observed of a service, as a value."""

from slipway.aws.service import Service, ServiceRef
from slipway.aws.tasks import Task
from slipway.cli import show
from slipway.events import Rollout
from slipway.results import ABSENT, ServiceStatus, TaskStatus

NOW = 1_000_000.0
WEB = ServiceRef("shop", "web", ("group",))
TASKS = (
    Task("arn/0123456789ab", "web:2", "10.0.0.1", {}, NOW - 300),
    Task("arn/fedcba987654", "web:2", "10.0.0.2", {}, None),
)
ROLLOUT = Rollout("arn:aws:ecs:eu-west-1:1:task-definition/web:2", 3, 2, 0, "IN_PROGRESS")


def test_a_service_is_its_newest_deployment_and_its_tasks() -> None:
    """What runs since when, and what the load balancer calls healthy."""
    observed = Service(ROLLOUT, "", TASKS, frozenset({"10.0.0.1"}))
    assert show.service_status(WEB, observed, NOW) == ServiceStatus(
        *("web", "web:2", 3, 2, 0, "IN_PROGRESS"),
        (
            TaskStatus("0123456789ab", 300.0, healthy=True),
            TaskStatus("fedcba987654", None, healthy=False),
        ),
    )


def test_a_worker_has_no_health_of_a_balancer() -> None:
    """It is not called unhealthy for that."""
    observed = Service(ROLLOUT, "", TASKS[:1], None)
    (task,) = show.service_status(WEB, observed, NOW).tasks
    assert task.healthy is None


def test_a_service_that_somebody_deleted_is_absent() -> None:
    """It is said, not left out."""
    assert show.service_status(WEB, None, NOW).state == ABSENT
