"""A restart: a new deployment of the deployed revision, which is proven by its id.

A rollback runs the same task definition and image, so that these prove nothing here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from slipway import template
from slipway.aws import contract, service, services, stack
from slipway.aws.service import Service, ServiceRef
from slipway.aws.stack import Stack
from slipway.aws.stack_status import Step
from slipway.errors import Failed, Interrupted, Refused
from slipway.events import Note, Say
from slipway.release import delivery, forced, front_door, prove, update, watch
from slipway.revision import Image
from slipway.settings import Settings
from slipway.stages import stage
from slipway.template import Desired

FindImage = Callable[[Settings, Stack], Image]


@dataclass
class Restart:
    """A restart of an environment: the revision, and the deployments that it has replaced.

    `find_image` returns the image that a stack runs, or raises Failed. `replaced` are ids by
    service name, none before the new deployments are complete.
    """

    settings: Settings
    find_image: FindImage
    say: Say
    revision: str = ""
    replaced: dict[str, str] = field(default_factory=dict)


def restart(settings: Settings, find_image: FindImage, say: Say) -> bool:
    """Start the tasks of all services again, and prove that new ones serve; False without tasks.

    Raises Failed with the cause if they do not, and if nothing is deployed; Refused if the
    deployed template cannot be restarted, or others keep changing the stack; RecoveryNeeded if
    the stack is stuck; Interrupted if the user does not wait for the end.
    """
    work = Restart(settings, find_image, say)
    return update.in_turn(settings, lambda: _take_turn(work), say)


def _take_turn(work: Restart) -> bool:
    """Observe, force a new deployment unless this restart has already, and prove it.

    Raises Busy when someone else changes the stack in between.
    """
    settings, say = work.settings, work.say
    current = _updatable(settings, say)
    image = _image(work, current)
    deployed = _deployed(settings, current, say)
    if not work.replaced and not any(each.rollout.desired for _, each in _services(work, current)):
        say(Note("nothing to restart: the number of tasks is 0"))
        return False
    with stage(say, "restart"), _explained(settings):
        if not work.replaced:
            current = _force(work, current, deployed)
        if forced.is_on(current.parameters):
            current = forced.end(settings, current, deployed, say)
    with stage(say, "proof"):
        url = front_door.url(settings, current)
        proven = prove.prove(settings, current, image, url, say, replaced=work.replaced)
    say(proven)
    return True


def _updatable(settings: Settings, say: Say) -> Stack:
    """Wait for others, and return the stack.

    Raises Failed when there is none that is deployed, RecoveryNeeded when it is stuck.
    """
    current = watch.wait_until_idle(settings, stack.observe(settings, settings.stack_name), say)
    if current.step in {Step.CREATE, Step.REPLACE} or not service.service_refs(current):
        raise Failed(
            f"{settings.environment} is not deployed: there is nothing to restart",
            hint=f"invoke deploy --env {settings.environment}",
        )
    return update.ensure_updatable(settings, current, say)


def _image(work: Restart, current: Stack) -> Image:
    """Return the deployed image. Raises Failed without one, or with another than before."""
    tag = contract.revision_of(current)
    if work.revision and tag != work.revision:
        raise Failed(
            f"{work.revision[:12]} was restarted, and then replaced by {tag[:12]}: "
            "someone else deployed",
            hint=f"invoke status --env {work.settings.environment}",
        )
    work.revision = tag
    return work.find_image(work.settings, current)


def _deployed(settings: Settings, current: Stack, say: Say) -> Desired:
    """Return the stack as it is deployed. Raises Refused if its template takes no nonce."""
    body = stack.deployed_template(settings, current.name)
    if not forced.is_possible(body):
        raise Refused(
            f"the template of stack {current.name} has no parameter {contract.NONCE} that is empty "
            "by default, which a restart needs",
            hint=f"invoke deploy --env {settings.environment} adds it; in a template of your "
            "own, add it as docs/stack.md says",
        )
    return delivery.delivered(settings, Desired(template.dump(body), {}), say)


def _services(work: Restart, current: Stack) -> list[tuple[ServiceRef, Service]]:
    refs = service.service_refs(current)
    observed = services.observe(work.settings, refs)
    return [(ref, each) for ref, each in zip(refs, observed, strict=True) if each]


def _force(work: Restart, current: Stack, deployed: Desired) -> Stack:
    """Replace the tasks of all services, and note the ids of the deployments before."""
    settings, say = work.settings, work.say
    if forced.is_on(current.parameters):
        current = forced.end(settings, current, deployed, say)
    before = {ref.service: each.deployment for ref, each in _services(work, current)}
    current = forced.begin(settings, current, deployed, say)
    work.replaced = before
    return current


@contextmanager
def _explained(settings: Settings) -> Iterator[None]:
    """Say what comes next: not a deploy, as after other updates of the stack."""
    environment = settings.environment
    try:
        yield
    except Interrupted as error:
        hint = f"invoke status --env {environment} shows it; invoke cancel --env {environment}"
        raise Interrupted(error.what, hint=f"{hint} rolls it back") from None
    except Failed as error:
        hint = f"invoke restart --env {environment} tries again, once the cause is fixed"
        raise Failed(error.what, hint=hint) from None
