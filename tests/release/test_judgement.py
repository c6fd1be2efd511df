"""Rule 7: what counts as a proof, and what does not."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slipway.aws import service
from slipway.aws.service import Service
from slipway.aws.tasks import Task
from slipway.events import Rollout
from slipway.release.judgement import SETTLE_SECONDS, Judgement, Verdict, judge
from slipway.revision import Image

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import TaskTypeDef

IMAGE = Image("registry.example/shop", "c0ffee", "sha256:1", tested=True)
EXPECTED = "task-definition/web:2"
ROLLOUT = Rollout(EXPECTED, desired=2, running=2, failed=0, state="COMPLETED")
NOW = 1000.0


def task(number: int, definition: str = EXPECTED, **digests: str) -> Task:
    """Make a task that runs for long; a digest is by the name of its repository."""
    images = {f"registry.example/{name}:c0ffee": digest for name, digest in digests.items()}
    return Task(f"task/{number}", definition, f"10.0.0.{number}", images, NOW - 60)


HEALTHY = frozenset({"10.0.0.1", "10.0.0.2"})
ONE, TWO = task(1, shop="sha256:1"), task(2, shop="sha256:1")
GOOD = Service(ROLLOUT, "", (ONE, TWO), HEALTHY)
PROVEN = Judgement(Verdict.PROVEN)


def judged(observed: Service | None) -> Judgement:
    """Judge a service at NOW."""
    return judge(EXPECTED, IMAGE, observed, NOW)


def test_a_service_that_runs_what_is_expected_is_proven() -> None:
    """Definition, digest, number, health and age are all as they should be."""
    assert judged(GOOD) == PROVEN


@pytest.mark.parametrize(
    ("deployment", "alone", "verdict"),
    [
        ({"rolloutState": "COMPLETED"}, False, Verdict.PROVEN),
        ({"rolloutState": "IN_PROGRESS"}, True, Verdict.PENDING),
        ({"rolloutState": "FAILED"}, True, Verdict.FAILED),
        ({}, True, Verdict.PROVEN),
        ({}, False, Verdict.PENDING),
        ({"pendingCount": 1}, True, Verdict.PENDING),
        ({"runningCount": 1}, True, Verdict.PENDING),
        ({"runningCount": 3}, True, Verdict.PENDING),
        ({"taskDefinition": "task-definition/web:1"}, True, Verdict.FAILED),
    ],
)
def test_a_rollout_is_judged_with_and_without_its_state(
    deployment: Any, *, alone: bool, verdict: Verdict
) -> None:
    """ECS gives a state for rolling updates only; a switch has ended when it is alone."""
    primary: Any = {"taskDefinition": EXPECTED, "desiredCount": 2, "runningCount": 2, **deployment}
    rollout = service.parse_rollout(primary, alone=alone)
    assert judged(replace(GOOD, rollout=rollout)).verdict is verdict


def test_a_target_of_another_deployment_does_not_matter() -> None:
    """A task that drains may still be healthy."""
    assert judged(replace(GOOD, healthy=HEALTHY | {"10.0.0.9"})) == PROVEN


def test_a_worker_has_no_load_balancer_to_be_healthy_for() -> None:
    """Its containers' own health checks count, if it has any."""
    assert judged(replace(GOOD, healthy=None)) == PROVEN
    ill = replace(GOOD, healthy=None, tasks=(ONE, replace(TWO, health="UNHEALTHY")))
    assert judged(ill) == Judgement(Verdict.PENDING, "task 2 is not healthy")


@pytest.mark.parametrize("sidecar", ["proxy", "shop-proxy", "shop2"])
def test_a_sidecar_of_another_repository_does_not_matter(sidecar: str) -> None:
    """Only the container of the image itself is compared, whatever the other's name begins with."""
    tasks = tuple(task(number, shop="sha256:1", **{sidecar: "sha256:7"}) for number in (1, 2))
    assert judged(replace(GOOD, tasks=tasks)) == PROVEN


def test_an_image_may_be_named_by_digest() -> None:
    """A template of a user's own may pin what it runs."""
    tasks = (replace(ONE, digests={IMAGE.by_digest: "sha256:1"}),)
    assert judged(replace(GOOD, rollout=replace(ROLLOUT, desired=1), tasks=tasks)) == PROVEN


@pytest.mark.parametrize(
    ("observed", "reason"),
    [
        (
            replace(GOOD, rollout=replace(ROLLOUT, state="IN_PROGRESS", running=1)),
            "1 of 2 tasks run",
        ),
        (replace(GOOD, tasks=(ONE,)), "1 tasks run, the desired count is 2"),
        (replace(GOOD, tasks=(ONE, task(2, EXPECTED[:-1] + "1"))), "task 2 runs web:1"),
        (
            replace(GOOD, tasks=(ONE, task(2, shop="sha256:0"))),
            "task 2 runs image sha256:0, not sha256:1",
        ),
        (
            replace(GOOD, tasks=(ONE, task(2, shop=""))),
            "task 2 runs image of unknown digest, not sha256:1",
        ),
        (
            replace(GOOD, tasks=(ONE, task(2, proxy="sha256:1"))),
            "task 2 runs image of another repository, not sha256:1",
        ),
        (
            replace(GOOD, healthy=frozenset({"10.0.0.1"})),
            "task 2 is not healthy for the load balancer",
        ),
        (replace(GOOD, tasks=(ONE, replace(TWO, started=None))), "task 2 does not run yet"),
        (
            replace(GOOD, tasks=(ONE, replace(TWO, started=NOW - SETTLE_SECONDS + 1))),
            f"task 2 has run for only {SETTLE_SECONDS - 1} s",
        ),
        # A clock that is behind AWS's.
        (
            replace(GOOD, tasks=(ONE, replace(TWO, started=NOW + 60))),
            "task 2 has run for only 0 s",
        ),
    ],
)
def test_what_is_not_yet_as_expected_is_not_proven(observed: Service, reason: str) -> None:
    """The first thing that is missing is named; it may come right until the time is up."""
    assert judged(observed) == Judgement(Verdict.PENDING, reason)


@pytest.mark.parametrize(
    ("observed", "reason"),
    [
        (None, "there is no service"),
        (
            replace(GOOD, rollout=replace(ROLLOUT, task_definition="task-definition/web:1")),
            "the service was rolled back to web:1",
        ),
        (replace(GOOD, rollout=replace(ROLLOUT, state="FAILED")), "the rollout failed"),
        (
            replace(GOOD, rollout=replace(ROLLOUT, state="FAILED"), reason="it crashed"),
            "it crashed",
        ),
    ],
)
def test_what_cannot_come_right_has_failed(observed: Service | None, reason: str) -> None:
    """A service that was rolled back, or is not there, is not waited for."""
    assert judged(observed) == Judgement(Verdict.FAILED, reason)


def test_a_crash_of_this_release_is_not_made_good_by_the_next_task() -> None:
    """Everything runs and is healthy; one task before these ended by itself."""
    crashed: TaskTypeDef = {"taskArn": "task/0", "stopCode": "EssentialContainerExited"}
    looping = judged(replace(GOOD, stopped=(crashed,)))
    assert looping == Judgement(Verdict.FAILED, "task 0 failed", crashed)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment x)"),
        ("SpotInterruption", "Your Spot Task was interrupted."),
        ("UserInitiated", "Task stopped by user"),
    ],
)
def test_a_task_that_was_stopped_is_no_crash(code: str, reason: str) -> None:
    """A scale-in, lost capacity and a person's stop say nothing of the release."""
    stopped: Any = {"taskArn": "task/0", "stopCode": code, "stoppedReason": reason}
    assert judged(replace(GOOD, stopped=(stopped,))) == PROVEN


def test_nothing_that_runs_is_no_proof() -> None:
    """It is what was asked for, or it is not: that is the caller's to know."""
    none = replace(GOOD, rollout=replace(ROLLOUT, desired=0, running=0), tasks=())
    assert judged(none) == Judgement(Verdict.EMPTY, "no task runs, and the desired count is 0")


def restarted(observed: Service) -> Judgement:
    """Judge a service after a restart, which has replaced the deployment `old`."""
    return judge(EXPECTED, IMAGE, observed, NOW, replaced="old")


def test_a_restart_is_proven_by_the_deployment() -> None:
    """Definition, image and health did not change: another deployment started every task."""
    tasks = tuple(replace(each, deployment="new") for each in (ONE, TWO))
    good = replace(GOOD, deployment="new", tasks=tasks)
    assert restarted(good) == PROVEN
    rolled_back = restarted(replace(good, deployment="old"))
    assert rolled_back.verdict is Verdict.FAILED
    assert "old" in rolled_back.reason
    mixed = restarted(replace(good, tasks=(tasks[0], replace(TWO, deployment="old"))))
    assert mixed == Judgement(Verdict.PENDING, "task 2 is of an earlier deployment")


def test_a_deploy_does_not_ask_which_deployment_started_a_task() -> None:
    """Its task definition says so."""
    assert judged(replace(GOOD, deployment="new")) == PROVEN
