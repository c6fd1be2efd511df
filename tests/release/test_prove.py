"""Rule 7: what counts as a proof, and what does not."""

from dataclasses import replace

import pytest

from pipeline.errors import Failed
from pipeline.release import prove, service
from pipeline.release.prove import Judgement, Verdict, judge
from pipeline.release.service import Place, Service
from pipeline.release.tasks import Task
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.view.events import Event, Rollout
from tests.release import answers

IMAGE = Image("registry.example/shop", "c0ffee", "sha256:1", tested=True)
MEANT = "task-definition/web:2"
ROLLOUT = Rollout(MEANT, desired=2, running=2, failed=0, state="COMPLETED")


def task(number: int, definition: str = MEANT, **digests: str) -> Task:
    """Make a running task; a digest is by the name of its repository."""
    images = {f"registry.example/{name}:c0ffee": digest for name, digest in digests.items()}
    return Task(f"task/{number}", definition, f"10.0.0.{number}", images)


HEALTHY = frozenset({"10.0.0.1", "10.0.0.2"})
GOOD = Service(ROLLOUT, "", (task(1, shop="sha256:1"), task(2, shop="sha256:1")), HEALTHY)


def test_a_service_that_runs_what_was_meant_is_proven() -> None:
    """Definition, digest, number and health are all as they should be."""
    assert judge(MEANT, IMAGE, GOOD) == Judgement(Verdict.PROVEN)


def test_a_target_of_another_deployment_does_not_matter() -> None:
    """A task that drains may still be healthy."""
    seen = replace(GOOD, healthy=HEALTHY | {"10.0.0.9"})
    assert judge(MEANT, IMAGE, seen) == Judgement(Verdict.PROVEN)


@pytest.mark.parametrize("sidecar", ["proxy", "shop-proxy", "shop2"])
def test_a_sidecar_of_another_repository_does_not_matter(sidecar: str) -> None:
    """Only the container of the image itself is compared, whatever the other's name begins with."""
    tasks = tuple(task(number, shop="sha256:1", **{sidecar: "sha256:7"}) for number in (1, 2))
    assert judge(MEANT, IMAGE, replace(GOOD, tasks=tasks)) == Judgement(Verdict.PROVEN)


def test_an_image_may_be_named_by_digest() -> None:
    """A template of a user's own may pin what it runs."""
    tasks = tuple(replace(each, digests={IMAGE.by_digest: "sha256:1"}) for each in (GOOD.tasks[0],))
    seen = replace(GOOD, rollout=replace(ROLLOUT, desired=1), tasks=tasks)
    assert judge(MEANT, IMAGE, seen) == Judgement(Verdict.PROVEN)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (
            replace(GOOD, rollout=replace(ROLLOUT, state="IN_PROGRESS", running=1)),
            "1 of 2 tasks run",
        ),
        (replace(GOOD, tasks=GOOD.tasks[:1]), "1 tasks run, 2 are wanted"),
        (
            replace(GOOD, tasks=(task(1, shop="sha256:1"), task(2, MEANT[:-1] + "1"))),
            "task 2 runs web:1",
        ),
        (
            replace(GOOD, tasks=(task(1, shop="sha256:1"), task(2, shop="sha256:0"))),
            "task 2 runs image sha256:0, not sha256:1",
        ),
        (
            replace(GOOD, tasks=(task(1, shop="sha256:1"), task(2, shop=""))),
            "task 2 runs image of unknown digest, not sha256:1",
        ),
        (
            replace(GOOD, tasks=(task(1, shop="sha256:1"), task(2, proxy="sha256:1"))),
            "task 2 runs image of another repository, not sha256:1",
        ),
        (
            replace(GOOD, healthy=frozenset({"10.0.0.1"})),
            "task 2 is not healthy for the load balancer",
        ),
    ],
)
def test_what_is_not_yet_as_meant_is_not_proven(seen: Service, reason: str) -> None:
    """The first thing that is missing is named; it may come right until the time is up."""
    assert judge(MEANT, IMAGE, seen) == Judgement(Verdict.PENDING, reason)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (None, "there is no service"),
        (
            replace(GOOD, rollout=replace(ROLLOUT, revision="task-definition/web:1")),
            "the service went back to web:1",
        ),
        (replace(GOOD, rollout=replace(ROLLOUT, state="FAILED")), "the rollout failed"),
        (
            replace(GOOD, rollout=replace(ROLLOUT, state="FAILED"), reason="it crashed"),
            "it crashed",
        ),
    ],
)
def test_what_cannot_come_right_has_failed(seen: Service | None, reason: str) -> None:
    """A service that was rolled back, or is not there, is not waited for."""
    assert judge(MEANT, IMAGE, seen) == Judgement(Verdict.FAILED, reason)


WHERE = Place("shop", "web", ("group",))
STARTING = replace(GOOD, rollout=replace(ROLLOUT, state="IN_PROGRESS", running=1))


def is_seen(monkeypatch: pytest.MonkeyPatch, *seen: Service | None) -> None:
    """Put a script in the place of service.observe: one observation after the other."""
    script = iter(seen)
    monkeypatch.setattr(service, "observe", lambda *_: next(script))


def test_a_service_that_starts_is_waited_for(
    staging: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen last is the proof; a rollout that stands still is told once."""
    is_seen(monkeypatch, STARTING, STARTING, GOOD)
    said: list[Event] = []
    assert prove.prove(staging, WHERE, MEANT, IMAGE, said.append) is GOOD
    assert said == [STARTING.rollout]


def test_a_failed_release_is_not_waited_for(
    staging: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is the message, and the logs are the next thing to look at."""
    is_seen(monkeypatch, None)
    with pytest.raises(Failed) as caught:
        prove.prove(staging, WHERE, MEANT, IMAGE, answers.silent)
    assert caught.value.what == "not proven: there is no service"
    assert caught.value.hint == "invoke logs --env staging"


def test_what_is_not_proven_in_time_has_failed(
    staging: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer for ever: what was missing last is the message."""
    monkeypatch.setattr(prove, "PROOF_SECONDS", -1)
    is_seen(monkeypatch, STARTING)
    with pytest.raises(Failed, match="not proven: 1 of 2 tasks run"):
        prove.prove(staging, WHERE, MEANT, IMAGE, answers.silent)
