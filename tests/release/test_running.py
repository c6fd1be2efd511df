"""Which migrations run, and which of two goes first."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from slipway.release import running
from slipway.revision import Image
from slipway.settings import Settings
from tests import answers

IMAGE = Image("registry.example/shop", "c0ffee", "sha256:1", tested=True)


def task(number: int, seconds: int | None = 0, **more: Any) -> Any:
    """Make a task that ECS created so many seconds after THEN; None when it has no time yet."""
    created = {} if seconds is None else {"createdAt": answers.THEN + timedelta(seconds=seconds)}
    return {"taskArn": f"task/{number}", "lastStatus": "RUNNING", **created, **more}


def test_migrations_are_listed_with_the_oldest_first(staging: Settings, ecs: Stubber) -> None:
    """One that was asked to stop still runs; one whose containers have ended does not."""
    stopping = task(3, 1, desiredStatus="STOPPED", lastStatus="STOPPING")
    described = [task(1, 2), task(2, 0), stopping, task(4, 0, lastStatus="DEPROVISIONING")]
    for status, arns in (("RUNNING", ["task/1", "task/2"]), ("STOPPED", ["task/3", "task/4"])):
        question = {"cluster": "shop", "family": "migrate", "desiredStatus": status}
        ecs.add_response("list_tasks", {"taskArns": arns}, question)
    arns = [each["taskArn"] for each in described]
    ecs.add_response("describe_tasks", {"tasks": described}, {"cluster": "shop", "tasks": arns})
    found = running.read(staging, "shop", "migrate", "RUNNING", "STOPPED")
    assert [each["taskArn"] for each in found] == ["task/2", "task/3", "task/1"]


def test_no_migration_is_no_second_call(staging: Settings, ecs: Stubber) -> None:
    """There is nothing to describe."""
    ecs.add_response("list_tasks", {"taskArns": []}, None)
    assert running.read(staging, "shop", "migrate", "RUNNING") == []


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        (task(2, 0), [], None),
        (task(2, 0), [task(2, 0)], None),
        (task(2, 5), [task(2, 5), task(1, 9)], None),
        (task(2, 5), [task(3, 4), task(1, 3)], "task/1"),
        # At the same moment the ARN decides, for both of them in the same way.
        (task(2, 0), [task(1, 0)], "task/1"),
        (task(1, 0), [task(2, 0)], None),
        # Without a time there is no order yet: it is asked again.
        (task(2, None), [task(1, 0)], None),
        (task(2, 0), [task(1, None)], None),
        # One that is being stopped leaves the place to us.
        (task(2, 5), [task(1, 0, desiredStatus="STOPPED")], None),
    ],
)
def test_the_older_of_two_migrations_goes_first(
    own: Any, others: list[Any], expected: str | None
) -> None:
    """No matter who asks, exactly one of two yields."""
    older = running.ahead(own, others)
    assert (older["taskArn"] if older else None) == expected


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"name": "migrate", "image": "registry.example/shop@sha256:1"}, True),
        ({"name": "migrate", "image": "registry.example/shop:x", "imageDigest": "sha256:1"}, True),
        ({"name": "migrate", "image": "registry.example/shop@sha256:2"}, False),
        ({"name": "migrate"}, False),
        ({"name": "proxy", "imageDigest": "sha256:1"}, False),
    ],
)
def test_a_task_of_the_same_image_is_known(container: Any, *, expected: bool) -> None:
    """By the container of the migration; a field that is missing is no match."""
    assert running.runs({"containers": [container]}, "migrate", IMAGE) is expected
    assert not running.runs({}, "migrate", IMAGE)


def test_a_mark_says_which_revision_and_fits() -> None:
    """Letters, digits, hyphens, slashes and underscores; 128 at most."""
    assert running.started_by("c0ffee-dirty-1") == "slipway-migrate/c0ffee-dirty-1"
    assert running.started_by("v1.2+x") == "slipway-migrate/v1_2_x"
    assert len(running.started_by("a" * 200)) == running.STARTED_BY_LENGTH


def test_a_migration_is_named_by_whose_it_is_and_since_when() -> None:
    """The commit is shortened; a task that a person started is said to be."""
    own = task(1, 0, startedBy=running.started_by("0123456789abcdef-dirty-1"))
    assert running.describe(own) == "migration 1 of 0123456789ab-dirty-1, since 00:00:00 UTC"
    assert running.describe(task(1, None, startedBy="me")) == "migration 1 started by me"
    assert running.describe(task(1, None)) == "migration 1 started by someone"
