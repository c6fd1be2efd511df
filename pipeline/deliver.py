"""The chain behind the tasks: what is missing is done, what is there is not done again."""

from collections.abc import Iterable

from pipeline import revision as revisions
from pipeline.errors import ConfigurationError
from pipeline.revision import Image, Revision
from pipeline.settings import Settings
from pipeline.view import report
from pipeline.view.events import Note, Say, stage


def build(settings: Settings, say: Say) -> Image:
    """Find the image of the checkout's revision, or build it."""
    from pipeline.image import build as builder
    from pipeline.image import store
    from pipeline.local import engine

    engine.require()
    store.login(settings)
    revision = revisions.current()
    found = store.find(settings.image_repository, revision.tag)
    if found:
        say(Note(f"{found.by_tag} is built"))
        return found
    with stage(say, "build"):
        return builder.build(settings, revision, revisions.source())


def test(settings: Settings, say: Say) -> Image:
    """Run the suite in the image of the checkout's revision, whether it ran before or not."""
    from pipeline.image import suite

    image = build(settings, say)
    with stage(say, "test"):
        return suite.test(settings, image)


def push(settings: Settings, say: Say, *, untested: bool = False) -> Image:
    """Find the revision's tested image in the environment's repository, or send it there.

    Raises ConfigurationError where the image was never built, Refused where it was never
    tested.
    """
    from pipeline.image import registry, store

    revision = revisions.current()
    there = registry.find(settings, revision.tag)
    if there and (there.tested or untested):
        say(Note(f"{there.by_tag} is pushed"))
        return there
    store.login(settings)
    image = store.find(settings.image_repository, revision.tag)
    if image is None:
        raise ConfigurationError(
            f"{settings.image_repository} holds no image of {revision.tag}", hint="invoke build"
        )
    with stage(say, "push"):
        return registry.promote(settings, image, untested=untested)


def deploy(
    settings: Settings, parameters: Iterable[str], *, untested: bool, allow_older: bool
) -> None:
    """Do whatever is missing of build, test and push, then the stack, then the proof."""
    from pipeline import blueprint
    from pipeline.release import contract, template
    from pipeline.release import deploy as releases
    from pipeline.release import parameters as rules

    say, times = report.timed(report.choose())
    named = parse_parameters(parameters)
    rules.require_free(named)
    desired = blueprint.application(settings).naming(named)
    contract.require(desired.body)
    template.load(desired.body)
    prepare(settings, say)
    image = pushed(settings, say, untested=untested)
    if releases.deploy(settings, image, desired, say, allow_older=allow_older):
        say(Note(times()))
    else:
        say(Note("nothing to do"))


def pushed(settings: Settings, say: Say, *, untested: bool) -> Image:
    """Have the revision's image in the environment's repository, tested unless named otherwise."""
    there = _there(settings, revisions.current(), say)
    if there and (there.tested or untested):
        return there
    image = build(settings, say)
    if not (image.tested or untested):
        test(settings, say)
    return push(settings, say, untested=untested)


def prepare(settings: Settings, say: Say) -> None:
    """Have the local account up, where the environment is local."""
    if not settings.is_local:
        return
    from pipeline.local import account

    account.up(settings, lambda text: say(Note(text)))


def _there(settings: Settings, revision: Revision, say: Say) -> Image | None:
    """Look into the environment's repository; a new local account gets one first."""
    from pipeline.image import registry

    try:
        return registry.find(settings, revision.tag)
    except registry.RepositoryMissing:
        if not settings.is_local:
            raise
        bootstrap(settings, say)
        return None


def bootstrap(settings: Settings, say: Say, *, gitlab: bool = False) -> None:
    """Create or update the delivery stack; tell GitLab's variables, or set them there."""
    from pipeline import blueprint, gitlab_variables
    from pipeline.release import bootstrap as delivery

    options = blueprint.options(settings)
    outputs = delivery.bootstrap(settings, blueprint.delivery(settings), say).outputs
    if gitlab:
        names = gitlab_variables.set_all(settings, options, outputs)
        say(Note(f"set in {options.gitlab_project}: {', '.join(names)}"))
    elif not settings.is_local:
        say(Note("GitLab, Settings, CI/CD, Variables; protected, for this environment:"))
        for line in gitlab_variables.lines(settings, outputs):
            say(Note(line))


def parse_parameters(words: Iterable[str]) -> dict[str, str]:
    """Read NAME=VALUE words.

    Raises ConfigurationError for a word without a name or an equals sign.
    """
    named: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise ConfigurationError(f"--parameter {word!r} is not NAME=VALUE")
        named[name] = value
    return named
