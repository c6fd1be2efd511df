"""A release on its way to an environment, and what a deploy decides of it before it acts."""

import os
from dataclasses import dataclass

from slipway import polling, template
from slipway.aws import contract, service
from slipway.aws.stack import Stack
from slipway.aws.stack_status import Step
from slipway.errors import Failed, Refused
from slipway.events import Note, Proven, Say
from slipway.git.history import Relation
from slipway.release import bake, forced, front_door, impossible, job_time, parameters, prove
from slipway.revision import Image
from slipway.settings import Settings
from slipway.template import Desired


@dataclass
class Release:
    """An image on its way to an environment: what the stack is to be, and what was done so far."""

    settings: Settings
    image: Image
    wanted: Desired
    allow_older: bool
    say: Say
    migrated: bool = False
    released: bool = False


def already_proven(release: Release, current: Stack, deployed: template.Body) -> Proven | None:
    """Return the proof when the stack has this template and these parameters, and serves."""
    settings, body = release.settings, template.load(release.wanted.body)
    declared = body.get("Parameters", {})
    if current.step is not Step.UPDATE or body != deployed or not service.service_refs(current):
        return None
    if any(parameters.differ(declared, release.wanted.parameters, current.parameters)):
        return None
    return prove.check(settings, current, release.image, front_door.url(settings, current))


def needs_migration(
    release: Release, current: Stack, deployed: template.Body, relation: Relation | None
) -> bool:
    """Whether the image's migrations run: not for the deployed revision, nor for an older one.

    For the deployed revision they run if their variables or secrets change: it may be another
    database. An older image does not know the migrations that came after it, so it cannot undo
    them: it needs a database that newer revisions only added to. A revision that git cannot
    compare is deployed only on request, and counts as an older one.
    """
    if release.migrated:
        return False
    if contract.revision_of(current) == release.image.tag:
        values = parameters_of(release, current)
        return not release.wanted.same_environment(deployed, values, current.parameters)
    if relation in {Relation.OLDER, Relation.UNKNOWN}:
        release.say(Note("going back: migrations do not run, and the database stays as it is"))
        return False
    return True


def require_possible(release: Release, current: Stack, deployed: template.Body) -> None:
    """Raise Refused for a deployed template that the new one cannot take the place of.

    It is YAML, or of another function's making, or AWS cannot make the one of the other.
    """
    if current.step is Step.UPDATE and not deployed:
        raise Refused(
            f"the template of stack {current.name} is YAML, so Slipway did not deploy it",
            hint="choose another AWS_STACKNAME; or update that stack once with the JSON of "
            f"invoke stack.template --env {release.settings.environment}",
        )
    release.wanted.require_same(deployed)
    body, values = template.load(release.wanted.body), parameters_of(release, current)
    impossible.require_possible(current.name, deployed, body, current.parameters, values)


def require_time(release: Release, current: Stack, deployed: template.Body) -> None:
    """Raise Refused when a GitLab job would end before what it deploys."""
    seconds = bake_seconds(release, current, deployed)
    job_time.require(release.settings.environment, seconds, os.environ, polling.wall())


def bake_seconds(release: Release, current: Stack, deployed: template.Body) -> int:
    """Return how long the services bake, also in a forced deployment of what is deployed."""
    body = template.load(release.wanted.body)
    seconds = bake.seconds(body, parameters_of(release, current))
    if forced.is_needed(body, deployed) and forced.is_possible(deployed):
        seconds += bake.seconds(deployed, current.parameters)
    return seconds


def require_own(release: Release, current: Stack) -> None:
    """Raise Failed if the stack has another revision by now, which someone else released."""
    revision = contract.revision_of(current)
    if revision != release.image.tag:
        raise Failed(
            f"{release.image.tag[:12]} was released, and then replaced by {revision[:12]}: "
            "someone else deployed",
            hint=f"invoke status --env {release.settings.environment}",
        )


def parameters_of(release: Release, current: Stack) -> dict[str, str]:
    """Return the parameters that the release is to have, by name."""
    declared = template.load(release.wanted.body).get("Parameters", {})
    return parameters.effective(declared, release.wanted.parameters, current.parameters)
