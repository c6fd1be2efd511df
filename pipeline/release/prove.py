"""The proof that a service runs what was meant. Whatever is not proven has failed."""

from dataclasses import dataclass
from enum import Enum

from pipeline import polling
from pipeline.errors import Failed
from pipeline.release import service
from pipeline.release.service import Place, Service
from pipeline.release.tasks import Task
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.view.events import Say

PROOF_SECONDS = 600
POLL_SECONDS = 1.0


class Verdict(Enum):
    """What an observation says of the release."""

    PROVEN = "proven"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True)
class Judgement:
    """A verdict, and the first thing that is not as it was meant."""

    verdict: Verdict
    reason: str = ""


def judge(meant: str, image: Image, seen: Service | None) -> Judgement:
    """Compare a service with what is meant: task definition `meant`, running `image`.

    Only a rollout in progress may still come right; a finished one that runs something
    else was taken back by its circuit breaker.
    """
    if seen is None:
        return Judgement(Verdict.FAILED, "there is no service")
    if seen.rollout.revision != meant:
        return Judgement(
            Verdict.FAILED, f"the service went back to {_short(seen.rollout.revision)}"
        )
    if seen.rollout.state == "FAILED":
        return Judgement(Verdict.FAILED, seen.reason or "the rollout failed")
    waiting = _waiting(meant, image, seen)
    return Judgement(Verdict.PENDING, waiting) if waiting else Judgement(Verdict.PROVEN)


def _waiting(meant: str, image: Image, seen: Service) -> str:
    """Name the first thing that is not yet as meant; "" when all is."""
    if seen.rollout.state != "COMPLETED":
        return f"{seen.rollout.running} of {seen.rollout.desired} tasks run"
    if len(seen.tasks) != seen.rollout.desired:
        return f"{len(seen.tasks)} tasks run, {seen.rollout.desired} are wanted"
    for task in seen.tasks:
        if problem := _problem(meant, image, task, seen.healthy):
            return f"task {_short(task.arn)} {problem}"
    return ""


def _problem(meant: str, image: Image, task: Task, healthy: frozenset[str] | None) -> str:
    if task.definition != meant:
        return f"runs {_short(task.definition)}"
    own = (f"{image.repository}:", f"{image.repository}@")
    digests = [digest for name, digest in task.digests.items() if name.startswith(own)]
    if digests != [image.digest]:
        runs = ", ".join(each or "of unknown digest" for each in digests)
        return f"runs image {runs or 'of another repository'}, not {image.digest}"
    if healthy is None or task.address in healthy:
        return ""
    return "is not healthy for the load balancer"


def prove(settings: Settings, where: Place, meant: str, image: Image, say: Say) -> Service:
    """Watch until the service is proven to run `image`, and return what was seen.

    Raises Failed with the reason when it runs something else, or is not there in time.
    """
    until, told = polling.monotonic() + PROOF_SECONDS, None
    while True:
        seen = service.observe(settings, where)
        judgement = judge(meant, image, seen)
        if seen and judgement.verdict is Verdict.PROVEN:
            return seen
        if judgement.verdict is Verdict.FAILED or polling.monotonic() > until:
            raise Failed(
                f"not proven: {judgement.reason}",
                hint=f"invoke logs --env {settings.environment}",
            )
        if seen and seen.rollout != told:
            say(told := seen.rollout)
        polling.sleep(POLL_SECONDS)


def _short(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
