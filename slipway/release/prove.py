"""The proof that an environment serves a release. What is not proven has failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from slipway import polling, together
from slipway.aws import service, services
from slipway.aws.service import Service, ServiceRef
from slipway.aws.stack import Stack
from slipway.errors import Failed
from slipway.events import Proven, Rollout, Say
from slipway.release import diagnose, front_door, schedule
from slipway.release.judgement import Judgement, Verdict, judge
from slipway.revision import Image
from slipway.settings import Settings

PROOF_SECONDS = 600
POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Claim:
    """What is to be proven: that the stack's services run the image, behind the address `url`."""

    stack: Stack
    image: Image
    url: str


def prove(  # noqa: PLR0913 - the claim, and what a restart adds to it
    settings: Settings,
    stack: Stack,
    image: Image,
    url: str,
    say: Say,
    *,
    replaced: Mapping[str, str] | None = None,
) -> Proven:
    """Watch until the environment is proven to serve `image`; return what was proven.

    Proven are every service of the stack (definition, digest, health, no fault), the image of
    the schedule, and an answer of the front door at `url`. After a restart, `replaced` has the
    ids of the deployments before it, by service name: none of them serves. Raises Failed with
    the cause when something else runs, nothing runs that nobody switched off, or it does not
    come in time.
    """
    claim, shown = Claim(stack, image, url), dict[str, Rollout]()
    for left in polling.attempts(PROOF_SECONDS, POLL_SECONDS):
        observed = _observe(settings, stack)
        _show(observed, shown, say)
        ref, judgement = _worst(stack, image, observed, replaced or {})
        if judgement.verdict is Verdict.PROVEN:
            if problem := schedule.problem(settings, stack, image):
                hint = f"invoke deploy --env {settings.environment}"
                raise Failed(f"not proven: {problem}", hint=hint)
            return _prove_door(settings, claim, observed)
        if judgement.verdict is not Verdict.PENDING or not left:
            break
    raise _failed(settings, ref, judgement, say)


def check(settings: Settings, stack: Stack, image: Image, url: str) -> Proven | None:
    """Return what is proven at this moment, without waiting; None when it is not.

    It is as strict as `prove`: what is None here is what `prove` waits for, or fails with.
    """
    observed, problem = together.run(
        partial(_observe, settings, stack), partial(schedule.problem, settings, stack, image)
    )
    _, judgement = _worst(stack, image, observed, {})
    if problem or judgement.verdict is not Verdict.PROVEN:
        return None
    try:
        return _prove_door(settings, Claim(stack, image, url), observed, seconds=0)
    except Failed:
        return None


Observed = list[tuple[ServiceRef, Service | None]]


def _observe(settings: Settings, stack: Stack) -> Observed:
    refs = service.service_refs(stack)
    return list(zip(refs, services.observe(settings, refs), strict=True))


def _show(observed: Observed, shown: dict[str, Rollout], say: Say) -> None:
    """Say each rollout that changed."""
    for ref, each in observed:
        if each and each.rollout != shown.get(ref.service):
            say(each.rollout)
            shown[ref.service] = each.rollout


def _worst(
    stack: Stack, image: Image, observed: Observed, replaced: Mapping[str, str]
) -> tuple[ServiceRef | None, Judgement]:
    """Judge every service, and return the one that is furthest from proven."""
    now = polling.wall()
    judgements: list[tuple[ServiceRef | None, Judgement]] = [
        (
            ref,
            _judge(
                stack,
                ref,
                judge(ref.expected, image, each, now, replaced.get(ref.service, "")),
            ),
        )
        for ref, each in observed
    ]
    return worst(judgements or [(None, Judgement(Verdict.FAILED, "there is no service"))])


def worst(
    judgements: Iterable[tuple[ServiceRef | None, Judgement]],
) -> tuple[ServiceRef | None, Judgement]:
    """Return the first failed one, or else the first that nobody runs, is pending, is proven."""
    order = [Verdict.FAILED, Verdict.EMPTY, Verdict.PENDING, Verdict.PROVEN]
    return min(judgements, key=lambda each: order.index(each[1].verdict))


def _judge(stack: Stack, ref: ServiceRef, judgement: Judgement) -> Judgement:
    """Take a service for proven whose number of tasks was set to 0; name it in the reason."""
    if judgement.verdict is Verdict.EMPTY and stack.parameters.get(ref.count_parameter) == "0":
        return Judgement(Verdict.PROVEN)
    return replace(judgement, reason=f"{ref.service}: {judgement.reason}")


def _prove_door(
    settings: Settings,
    claim: Claim,
    observed: Observed,
    seconds: float = front_door.TRY_SECONDS,
) -> Proven:
    """Prove the front door if anything runs behind it; it has `seconds` to become good.

    Raises Failed.
    """
    environment, digest = settings.environment, claim.image.digest
    ref, web = observed[0]
    running = len(web.tasks) if web else 0
    if not running:
        nothing = f"deployed, nothing runs: {ref.count_parameter} is 0"
        return Proven(digest, 0, claim.url, nothing)
    is_good, sentence = front_door.wait(front_door.ready_url(claim.stack, claim.url), seconds)
    if not is_good:
        what = f"not proven: {sentence}\n  at {claim.url}"
        raise Failed(what, hint=f"invoke logs --env {environment}")
    return Proven(digest, running, claim.url, sentence)


def _failed(settings: Settings, ref: ServiceRef | None, judgement: Judgement, say: Say) -> Failed:
    """Return the error of a release that is not proven, with its cause."""
    environment = settings.environment
    if ref and judgement.verdict is Verdict.EMPTY:
        parameter = ref.count_parameter
        return Failed(
            f"deployed, nothing runs: {judgement.reason}",
            hint=f"invoke deploy --env {environment} --parameter {parameter}=1",
        )
    reason = judgement.reason
    if judgement.fault:
        event = diagnose.explain_stop(settings, judgement.fault)
        say(event)
        reason = event.cause
    return Failed(f"not proven: {reason}", hint=f"invoke logs --env {environment}")
