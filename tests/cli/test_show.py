"""An environment's state, as lines."""

from dataclasses import replace

from slipway.aws.service import Service, ServiceRef
from slipway.aws.stack import Stack
from slipway.aws.stack_status import State
from slipway.aws.tasks import Task
from slipway.cli import show
from slipway.events import Rollout

NOW = 1_000_000.0
PLACE = ServiceRef("shop", "web", ("group",))
STACK = Stack("arn", "shop-staging", State.UPDATE_COMPLETE, "", {"WebAppRevision": "3f6d992"}, {})
TASKS = (
    Task("arn/0123456789ab", "web:2", "10.0.0.1", {}, NOW - 300),
    Task("arn/fedcba987654", "web:2", "10.0.0.2", {}, NOW - 5),
    Task("arn/aaaaaaaaaaaa", "web:2", "10.0.0.3", {}, None),
)
SERVICE = Service(Rollout("web:2", 3, 2, 0, "IN_PROGRESS"), "", TASKS, frozenset({"10.0.0.1"}))


def test_the_state_of_an_environment_is_a_few_lines() -> None:
    """What is deployed, what runs since when, what the balancer trusts, and where it serves."""
    assert list(show.status_lines(STACK, [(PLACE, SERVICE)], "http://lb.example/", NOW)) == [
        "stack shop-staging: UPDATE_COMPLETE",
        "revision: 3f6d992",
        "  web:2: 2 of 3 tasks run, 0 failed, IN_PROGRESS",
        "    task 01234567 runs for 5 min, healthy",
        "    task fedcba98 runs for 5 s, not healthy",
        "    task aaaaaaaa starts, not healthy",
        "url: http://lb.example/",
    ]


def test_a_worker_has_no_health_of_a_balancer() -> None:
    """It is not called unhealthy for that."""
    worker = replace(SERVICE, tasks=TASKS[:1], healthy=None)
    lines = list(show.status_lines(STACK, [(PLACE, worker)], "", NOW))
    assert lines[3:] == ["    task 01234567 runs for 5 min"]


def test_what_is_not_there_yet_is_said() -> None:
    """A stack before its first revision, and a service that somebody deleted."""
    bare = replace(STACK, parameters={}, reason="it was rolled back")
    assert list(show.status_lines(bare, [(PLACE, None)], "", NOW)) == [
        "stack shop-staging: UPDATE_COMPLETE it was rolled back",
        "revision: none yet",
        "service web: does not exist",
    ]
