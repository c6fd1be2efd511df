"""From a pushed image to a service that is proven to run it."""

from dataclasses import replace

from slipway import template
from slipway.aws import change_set, contract, stack
from slipway.aws.stack import Busy, Stack
from slipway.aws.stack_status import Step
from slipway.errors import Failed
from slipway.events import Proven, Say
from slipway.release import (
    age,
    changes,
    delivery,
    forced,
    front_door,
    grace,
    listener_weights,
    oneoff,
    plan,
    prove,
    update,
)
from slipway.release.plan import Release
from slipway.revision import Image
from slipway.settings import Settings
from slipway.stages import stage
from slipway.template import Desired


def deploy(  # noqa: PLR0913 - what is deployed, where, and what is known of it
    settings: Settings,
    image: Image,
    desired: Desired,
    say: Say,
    *,
    allow_older: bool = False,
    observed: tuple[Stack, template.Body] | None = None,
) -> bool:
    """Bring the environment to `image`, and prove it; False when there was nothing to do.

    `observed` are the stack and its template as they were a moment ago: enough to prove that
    nothing is to be done. Before anything is done, both are read again.

    Raises Refused when a newer revision is deployed or others keep changing the stack, Failed
    with the reasons when the release does not come about: the previous one serves then, unless
    the message says otherwise.
    """
    wanted = desired.with_parameters(contract.decided(settings, image.tag))
    release = Release(settings, image, wanted, allow_older, say)
    if observed and (proven := plan.already_proven(release, *observed)):
        say(proven)
        return False
    release.wanted = delivery.delivered(settings, wanted, say)
    return update.in_turn(settings, lambda: _take_turn(release), say)


def _take_turn(release: Release) -> bool:
    """Observe, decide, act, watch and prove, from the beginning; True when anything was done.

    Raises Busy when someone else changes the stack in between, before this deploy does.
    """
    settings, image, say = release.settings, release.image, release.say
    current = update.ensure_updatable(settings, stack.observe(settings, settings.stack_name), say)
    relation = age.compare(current, image.tag)
    age.require_not_older(current, image.tag, relation, allow_older=release.allow_older)
    deployed = (
        stack.deployed_template(settings, current.name) if current.step is Step.UPDATE else {}
    )
    plan.require_possible(release, current, deployed)
    if proven := plan.already_proven(release, current, deployed):
        say(proven)
        return release.migrated or release.released
    plan.require_time(release, current, deployed)
    migrates = plan.needs_migration(release, current, deployed, relation)
    if migrates:
        current = _prepare(release, current, deployed)
    current = _release(release, current, deployed, migrates=migrates)
    with stage(say, "proof"):
        proven = _prove(release, current)
    say(proven)
    return True


def _prove(release: Release, current: Stack) -> Proven:
    """Prove the release. Raises Failed, which names the release that replaced it, if one did."""
    settings, image = release.settings, release.image
    plan.require_own(release, current)
    try:
        return prove.prove(settings, current, image, front_door.url(settings, current), release.say)
    except Failed:
        plan.require_own(release, stack.observe(settings, current.name))
        raise


def _prepare(release: Release, current: Stack, deployed: template.Body) -> Stack:
    """Bring what the migration needs of the new template, and nothing that serves.

    Raises Busy when someone else releases a revision meanwhile.
    """
    wanted, carried = release.wanted, current.parameters
    if current.step is Step.CREATE:
        serving, first = "", wanted.with_parameters({contract.REVISION: ""})
    elif step := wanted.first_step(deployed, plan.parameters_of(release, current), carried):
        body, taken = step
        new = {name for name in wanted.parameters if name not in carried}
        named = {name: wanted.parameters[name] for name in sorted(new | taken)}
        serving = carried.get(contract.REVISION, "")
        first = replace(wanted, body=template.dump(body), parameters=named)
        _require_unmoved(release, current, deployed)
    else:
        return current
    with stage(release.say, "infrastructure"):
        current = update.apply(release.settings, current, first, release.say)
    if contract.revision_of(current) != serving:
        raise Busy(current.name)
    return current


def _require_unmoved(release: Release, current: Stack, deployed: template.Body) -> None:
    """Raise Refused before the first of two steps if the second may not be done.

    CloudFormation knows best what the whole change touches, and is asked where it matters.
    """
    if listener_weights.is_weighted(deployed):
        with changes.proposal(release.settings, current, release.wanted) as whole:
            listener_weights.require_unmoved(release.settings, current, deployed, whole)
            change_set.discard(release.settings, whole)


def _release(release: Release, current: Stack, deployed: template.Body, *, migrates: bool) -> Stack:
    """Migrate and release, by a forced deployment if ECS takes the change by no other.

    Its rollback must be forced, too, so that what is deployed gets a nonce before. None stays.
    """
    settings, say, wanted = release.settings, release.say, release.wanted
    if forced.is_needed(template.load(wanted.body), deployed):
        if forced.is_possible(deployed):
            _require_unmoved(release, current, deployed)
            with stage(say, "infrastructure"):
                body = template.dump(stack.deployed_template(settings, current.name))
                same = replace(wanted, body=body, parameters={})
                current = forced.begin(settings, current, same, say)
        wanted = wanted.with_parameters(forced.nonce())
    current = _update(release, current, deployed, wanted, migrates=migrates)
    if forced.is_on(current.parameters):
        with stage(say, "infrastructure"):
            current = forced.end(settings, current, wanted, say)
    return current


def _update(
    release: Release, current: Stack, deployed: template.Body, wanted: Desired, *, migrates: bool
) -> Stack:
    """Migrate and release: no migration begins before CloudFormation has accepted the change."""
    settings, say = release.settings, release.say
    with changes.proposal(settings, current, wanted) as proposed:
        update.show(proposed, current, say)
        listener_weights.require_unmoved(settings, current, deployed, proposed)
        if migrates:
            with stage(say, "migrate"):
                oneoff.migrate(settings, current, release.image, say)
            release.migrated = True
        if proposed:
            grace.let_settle(settings, current, say)
        operation = update.begin(settings, current, proposed, say)
    if operation is None:
        return current
    release.released = True
    with stage(say, "release"):
        return update.follow(settings, current, operation, proposed, say)
