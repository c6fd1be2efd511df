"""From a pushed image to a service that is proven to run it."""

import os
from dataclasses import dataclass, replace

from pipeline import polling
from pipeline.errors import Failed, Refused
from pipeline.git_history import Relation
from pipeline.release import (
    age,
    bake,
    changes,
    contract,
    forced,
    grace,
    impossible,
    job_time,
    listener_weights,
    oneoff,
    parameters,
    prove,
    service,
    stack,
    template,
    update,
    watch,
)
from pipeline.release.stack import Busy, Stack
from pipeline.release.states import Step
from pipeline.release.template import Desired
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.view.events import Note, Proven, Say, stage

DELIVERY_SECONDS = 10.0


@dataclass
class Release:
    """An image on its way to an environment: what the stack is to be, and what was done so far."""

    settings: Settings
    image: Image
    wanted: Desired
    allow_older: bool
    say: Say
    migrated: bool = False


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
    wanted = desired.naming(contract.decided(settings, image.tag))
    release = Release(settings, image, wanted, allow_older, say)
    if observed and (proven := already_proven(release, *observed)):
        say(proven)
        return False
    release.wanted = delivered(settings, wanted, say)
    return update.in_turn(settings, lambda: _take_turn(release), say)


def delivered(settings: Settings, wanted: Desired, say: Say) -> Desired:
    """Add what the delivery stack made for this: the role and the bucket; "" without one.

    While someone changes that stack, its outputs may be missing. Who deploys may look at it, and
    not at its events. Raises Failed when it changes for longer than watch.WATCH_SECONDS.
    """
    until = polling.monotonic() + watch.WATCH_SECONDS
    name = settings.delivery_stack_name
    while (delivery := stack.observe(settings, name)).step is Step.WAIT:
        if polling.monotonic() > until:
            raise Failed(
                f"stack {name} is still {delivery.state.status}", hint="the same command, later"
            )
        say(Note(f"stack {name} is {delivery.state.status}: waiting for its outputs"))
        polling.sleep(DELIVERY_SECONDS)
    role = delivery.outputs.get("DeliveryServiceRole", "")
    return replace(wanted, service_role=role, bucket=delivery.outputs.get("TemplatesBucket", ""))


def _take_turn(release: Release) -> bool:
    """Observe, decide, act, watch and prove, from the beginning; True when anything was done.

    Raises Busy when someone else changes the stack in between, before this deploy does.
    """
    settings, image, say = release.settings, release.image, release.say
    found = update.ensure_updatable(settings, stack.observe(settings, settings.stack_name), say)
    relation = age.compare(found, image.tag)
    age.require_not_older(found, image.tag, relation, allow_older=release.allow_older)
    deployed = stack.deployed_template(settings, found.name) if found.step is Step.UPDATE else {}
    _require_possible(release, found, deployed)
    if proven := already_proven(release, found, deployed):
        say(proven)
        return release.migrated
    _require_time(release, found)
    migrates = needs_migration(release, found, deployed, relation)
    if migrates:
        found = _prepare(release, found, deployed)
    found = _release(release, found, deployed, migrates=migrates)
    with stage(say, "proof"):
        proven = _prove(release, found)
    say(proven)
    return True


def _require_time(release: Release, found: Stack) -> None:
    """Raise Refused when a GitLab job would end before what it deploys."""
    body, environment = template.load(release.wanted.body), release.settings.environment
    seconds = bake.seconds(body, _values(release, found))
    job_time.require(environment, seconds, os.environ, polling.wall())


def _require_possible(release: Release, found: Stack, deployed: template.Body) -> None:
    """Raise Refused for a deployed template that the new one cannot take the place of.

    It is YAML, or of another function's making, or AWS cannot make the one of the other.
    """
    if found.step is Step.UPDATE and not deployed:
        raise Refused(
            f"the template of stack {found.name} is YAML, which Slipway has not deployed",
            hint="choose another AWS_STACKNAME; or update that stack once with the JSON of "
            f"invoke stack.template --env {release.settings.environment}",
        )
    release.wanted.require_same(deployed)
    body, values = template.load(release.wanted.body), _values(release, found)
    impossible.require_possible(found.name, deployed, body, found.parameters, values)


def _prove(release: Release, found: Stack) -> Proven:
    """Prove the release. Raises Failed, which names the release that replaced it, if one did."""
    settings, image = release.settings, release.image
    _require_own(release, found)
    try:
        return prove.prove(settings, found, image, url(settings, found), release.say)
    except Failed:
        _require_own(release, stack.observe(settings, found.name))
        raise


def _require_own(release: Release, found: Stack) -> None:
    revision = found.parameters.get(contract.REVISION, "")
    if revision != release.image.tag:
        raise Failed(
            f"{release.image.tag[:12]} was released, and then replaced by {revision[:12]}: "
            "someone else deployed",
            hint=f"invoke status --env {release.settings.environment}",
        )


def already_proven(release: Release, found: Stack, deployed: template.Body) -> Proven | None:
    """Return the proof when the stack has this template and these parameters, and serves."""
    settings, body = release.settings, template.load(release.wanted.body)
    declared = body.get("Parameters", {})
    if found.step is not Step.UPDATE or body != deployed or not service.places(found):
        return None
    if any(parameters.differ(declared, release.wanted.parameters, found.parameters)):
        return None
    return prove.check(settings, found, release.image, url(settings, found))


def needs_migration(
    release: Release, found: Stack, deployed: template.Body, relation: Relation | None
) -> bool:
    """Whether the image's migrations run: not for the deployed revision, nor for an older one.

    For the deployed revision they run if their variables or secrets change: it may be another
    database. An older image does not know the migrations that came after it, so it cannot undo
    them: it needs a database that newer revisions only added to. A revision that git cannot
    compare is deployed only on request, and counts as an older one.
    """
    if release.migrated:
        return False
    if found.parameters.get(contract.REVISION) == release.image.tag:
        values = _values(release, found)
        return not release.wanted.same_environment(deployed, values, found.parameters)
    if relation in {Relation.OLDER, Relation.UNKNOWN}:
        release.say(Note("going back: migrations do not run, and the database stays as it is"))
        return False
    return True


def _values(release: Release, found: Stack) -> dict[str, str]:
    """Return the parameters that the release is to have, by name."""
    declared = template.load(release.wanted.body).get("Parameters", {})
    return parameters.effective(declared, release.wanted.parameters, found.parameters)


def _prepare(release: Release, found: Stack, deployed: template.Body) -> Stack:
    """Bring what the migration needs of the new template, and nothing that serves.

    Raises Busy when someone else releases a revision meanwhile.
    """
    wanted, carried = release.wanted, found.parameters
    if found.step is Step.CREATE:
        serving, first = "", wanted.naming({contract.REVISION: ""})
    elif step := wanted.first_step(deployed, _values(release, found), carried):
        body, taken = step
        new = {name for name in wanted.parameters if name not in carried}
        named = {name: wanted.parameters[name] for name in sorted(new | taken)}
        serving = carried.get(contract.REVISION, "")
        first = replace(wanted, body=template.dump(body), parameters=named)
        _require_unmoved(release, found, deployed)
    else:
        return found
    with stage(release.say, "infrastructure"):
        found = update.apply(release.settings, found, first, release.say)
    if found.parameters.get(contract.REVISION, "") != serving:
        raise Busy(found.name)
    return found


def _require_unmoved(release: Release, found: Stack, deployed: template.Body) -> None:
    """Raise Refused before the first of two steps if the second may not be done.

    CloudFormation knows best what the whole change touches, and is asked where it matters.
    """
    if listener_weights.is_weighted(deployed):
        with changes.proposal(release.settings, found, release.wanted) as whole:
            listener_weights.require_unmoved(release.settings, found, deployed, whole)
            changes.discard(release.settings, whole)


def _release(release: Release, found: Stack, deployed: template.Body, *, migrates: bool) -> Stack:
    """Migrate and release, by a forced deployment if ECS takes the change by no other.

    Its rollback must be forced, too, so that what is deployed gets a nonce before. None stays.
    """
    settings, say, wanted = release.settings, release.say, release.wanted
    if forced.is_needed(template.load(wanted.body), deployed):
        if forced.is_possible(deployed):
            _require_unmoved(release, found, deployed)
            with stage(say, "infrastructure"):
                current = stack.deployed_template(settings, found.name)
                now = replace(wanted, body=template.dump(current), parameters={})
                found = forced.begin(settings, found, now, say)
        wanted = wanted.naming(forced.nonce())
    found = _update(release, found, deployed, wanted, migrates=migrates)
    if forced.is_on(found.parameters):
        with stage(say, "infrastructure"):
            found = forced.end(settings, found, wanted, say)
    return found


def _update(
    release: Release, found: Stack, deployed: template.Body, wanted: Desired, *, migrates: bool
) -> Stack:
    """Migrate and release: no migration begins before CloudFormation has accepted the change."""
    settings, say = release.settings, release.say
    with changes.proposal(settings, found, wanted) as proposed:
        update.show(proposed, found, say)
        listener_weights.require_unmoved(settings, found, deployed, proposed)
        if migrates:
            with stage(say, "migrate"):
                oneoff.migrate(settings, found, release.image, say)
            release.migrated = True
        if proposed:
            grace.let_settle(settings, found, say)
        operation = update.begin(settings, found, proposed, say)
    if operation is None:
        return found
    with stage(say, "release"):
        return update.follow(settings, found, operation, proposed, say)


def url(settings: Settings, found: Stack) -> str:
    """Return where the service answers; the local account's load balancer shares its port."""
    if not settings.is_local:
        return found.output("WebURL")
    name = found.output("LoadBalancerDNSName")
    # Its first label is the balancer's name, and a number.
    return f"{settings.endpoint_url}/_alb/{name.partition('.')[0].rpartition('-')[0]}/"
