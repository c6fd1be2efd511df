"""From a pushed image to a service that is proven to run it."""

from dataclasses import replace

from pipeline import revision
from pipeline.errors import RecoveryNeeded, Refused
from pipeline.release import changes, oneoff, prove, recover, service, stack, template, watch
from pipeline.release.prove import Verdict
from pipeline.release.stack import Stack
from pipeline.release.states import Step
from pipeline.release.template import Desired
from pipeline.release.watch import Tail
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.view.events import Note, Proven, Say, stage

REVISION = "WebAppRevision"


def deploy(
    settings: Settings, image: Image, desired: Desired, say: Say, *, allow_older: bool = False
) -> bool:
    """Bring the environment to `image`, and prove it; False when there was nothing to do.

    Raises Refused when a newer revision is deployed, Failed with the reasons when the release
    does not come about: the previous one serves then, unless the message says otherwise.
    """
    named = {**parameters(settings, image), **desired.parameters}
    wanted = desired.naming(named)
    template.require_parameters(wanted)
    found = ready(settings, stack.observe(settings, settings.stack_name), say)
    refuse_older(found, image.tag, allow_older=allow_older)
    if is_deployed(settings, found, wanted, image):
        _say_proven(settings, found, image, say)
        return False
    wanted = delivered(settings, wanted)
    if found.step is Step.CREATE:
        with stage(say, "infrastructure"):
            found = apply(settings, found, wanted.naming({REVISION: ""}), say)
    if found.parameters.get(REVISION) != image.tag:
        with stage(say, "migrate"):
            oneoff.migrate(settings, found, image, say)
    with stage(say, "release"):
        found = apply(settings, found, wanted, say)
    with stage(say, "proof"):
        meant, where = found.output("WebTaskDefinition"), service.place(found)
        assert where is not None  # noqa: S101 - output() has raised otherwise
        prove.prove(settings, where, meant, image, say)
    _say_proven(settings, found, image, say)
    return True


def parameters(settings: Settings, image: Image) -> dict[str, str]:
    """Decide the parameters that settings and image name; the stack carries the others over."""
    return {REVISION: image.tag, "RepositoryURL": settings.ecr_repository}


def delivered(settings: Settings, wanted: Desired) -> Desired:
    """Add what the delivery stack made for this: the role and the bucket; "" without one."""
    made = stack.observe(settings, settings.delivery_stack_name).outputs
    role, bucket = made.get("DeliveryServiceRole", ""), made.get("TemplatesBucket", "")
    return replace(wanted, service_role=role, bucket=bucket)


def ready(settings: Settings, found: Stack, say: Say) -> Stack:
    """Bring the stack to a state that takes a change.

    Raises RecoveryNeeded when it is stuck.
    """
    found = watch.settle(settings, found, say)
    if found.step is Step.RECOVER:
        raise RecoveryNeeded(
            f"stack {found.name} is {found.state.status}: {found.reason}",
            hint=f"invoke recover --env {settings.environment}",
        )
    if found.step is Step.REPLACE:
        say(Note(f"stack {found.name} is {found.state.status}: deleting what is left of it"))
        found = recover.delete(settings, found, say)
    return found


def refuse_older(found: Stack, tag: str, *, allow_older: bool) -> None:
    """Raise Refused when what is deployed descends from what is to be deployed."""
    there, here = (text.partition("-")[0] for text in (found.parameters.get(REVISION, ""), tag))
    if allow_older or not there or there == here:
        return
    if revision.is_ancestor(here, there):
        raise Refused(
            f"{found.name} runs {there[:12]}, which is newer than {here[:12]}",
            hint="git pull; or, to go back: --allow-older",
        )


def is_deployed(settings: Settings, found: Stack, wanted: Desired, image: Image) -> bool:
    """Whether the stack has this template and these parameters, and the service proves it."""
    if found.step is not Step.UPDATE or not stack.has_all(found, wanted.parameters):
        return False
    if not template.same(wanted.body, stack.deployed_template(settings, found.name)):
        return False
    where = service.place(found)
    seen = service.observe(settings, where) if where else None
    meant = found.outputs.get("WebTaskDefinition", "")
    return prove.judge(meant, image, seen).verdict is Verdict.PROVEN


def apply(settings: Settings, found: Stack, wanted: Desired, say: Say) -> Stack:
    """Bring the stack to what it is to be, through a change set that is shown."""
    proposed = changes.propose(settings, found, wanted)
    if proposed is None:
        say(Note(f"stack {found.name}: nothing to change"))
        return stack.observe(settings, found.name)
    for change in proposed.changes:
        say(change)
    tail = Tail(settings, found.name)
    tail.new()
    changes.execute(settings, proposed)
    return watch.follow(settings, found, tail, say)


def bootstrap(settings: Settings, body: str, say: Say) -> Stack:
    """Create or update the delivery stack, whose template is `body`."""
    names = {
        "RepositoryName": settings.ecr_repository.partition("/")[2],
        "ApplicationStack": settings.stack_name,
    }
    wanted = Desired(body, names)
    template.require_parameters(wanted)
    found = ready(settings, stack.observe(settings, settings.delivery_stack_name), say)
    with stage(say, "delivery stack"):
        return apply(settings, found, wanted, say)


def url(settings: Settings, found: Stack) -> str:
    """Tell where the service answers; the local account's load balancer shares its port."""
    if not settings.is_local:
        return found.output("WebURL")
    name = found.output("LoadBalancerDNSName")
    # Its first label is the balancer's name, and a number.
    return f"{settings.endpoint_url}/_alb/{name.partition('.')[0].rpartition('-')[0]}/"


def _say_proven(settings: Settings, found: Stack, image: Image, say: Say) -> None:
    where = service.place(found)
    seen = service.rollout(settings, where) if where else None
    say(Proven(image.digest, seen.running if seen else 0, url(settings, found)))
