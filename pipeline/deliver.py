"""The chain behind the tasks: what is missing is done, what is there is not done again."""

import os
from collections.abc import Iterable

from pipeline.errors import ConfigurationError
from pipeline.revision import Image, Revision
from pipeline.settings import Settings
from pipeline.view import report
from pipeline.view.events import Note, Say, stage


def build(settings: Settings, revision: Revision, say: Say) -> Image:
    """Return the image of a revision; build it where there is none yet.

    An engine is asked for where the image would be in it, and to build: an image of a shared
    registry is found without one.
    """
    from pipeline.image import build as builder
    from pipeline.image import locks, login, platforms, recipe, store
    from pipeline.local import engine

    store.require_named(os.environ)
    wanted = recipe.of(settings, revision)
    name = f"{settings.image_repository}:{wanted.tag}"
    shared = store.is_shared(settings.image_repository)
    if not shared:
        engine.require()
    login.job(settings)
    if image := store.find(settings.image_repository, wanted.tag):
        say(Note(f"{name} is built"))
        return image
    if shared:
        engine.require()
    if platforms.require(wanted.platform):
        say(Note(f"{wanted.platform} is emulated here, and slow"))
    wait = Note(f"waiting for another build of {name}")
    with stage(say, "build"), locks.alone(name, lambda: say(wait)) as waited:
        image = store.find(settings.image_repository, wanted.tag) if waited else None
        return image or builder.build(settings, wanted)


def test(settings: Settings, revision: Revision, say: Say) -> Image:
    """Run the suite in the image of a revision, whether it ran before or not."""
    return _test(settings, revision, build(settings, revision, say), say)


def push(settings: Settings, revision: Revision, say: Say, *, untested: bool = False) -> Image:
    """Return the tested image in the environment's repository; send it there if it is not.

    Raises ConfigurationError when the image was never built, Refused when it was never
    tested.
    """
    from pipeline.image import login, recipe, registry, store

    tag = recipe.of(settings, revision).tag
    pushed_image = registry.find(settings, tag)
    if pushed_image and (pushed_image.tested or untested):
        say(Note(f"{pushed_image.by_tag} is pushed"))
        return pushed_image
    login.job(settings)
    image = store.find(settings.image_repository, tag)
    if image is None:
        raise ConfigurationError(
            f"{settings.image_repository} holds no image of {tag}", hint="invoke build"
        )
    if pushed_image and pushed_image.digest != image.digest:
        raise registry.conflict(settings, image, pushed_image)
    return _promote(settings, image, say, untested=untested)


def deploy(
    settings: Settings,
    revision: Revision,
    parameters: Iterable[str],
    *,
    untested: bool,
    allow_older: bool,
) -> None:
    """Build, test and push the image if needed, update the stack, and verify the service."""
    from pipeline import blueprint
    from pipeline.image import recipe
    from pipeline.release import contract
    from pipeline.release import deploy as releases
    from pipeline.release import look as before
    from pipeline.release import parameters as rules

    say, times = report.timed(report.choose())
    named = parse_parameters(parameters)
    rules.require_free(named)
    desired = blueprint.application(settings).naming(named)
    contract.require(desired.body)
    prepare(settings, say)
    tag = recipe.of(settings, revision).tag
    before.look(settings, revision, tag, desired, say, allow_older=allow_older)
    image = pushed(settings, revision, say, untested=untested)
    if releases.deploy(settings, image, desired, say, allow_older=allow_older):
        say(Note(times()))
    else:
        say(Note("nothing to do"))


def pushed(settings: Settings, revision: Revision, say: Say, *, untested: bool) -> Image:
    """Return the revision's image in the environment's repository: tested, unless `untested`.

    An untested image that the repository holds already is the one that is tested: its tag
    cannot be moved to another.
    """
    pushed_image = _find_pushed(settings, revision, say)
    if pushed_image and (pushed_image.tested or untested):
        return pushed_image
    image = (
        _adopt(settings, revision, pushed_image, say)
        if pushed_image
        else build(settings, revision, say)
    )
    if not (image.tested or untested):
        image = _test(settings, revision, image, say)
    return _promote(settings, image, say, untested=untested)


def _adopt(settings: Settings, revision: Revision, pushed_image: Image, say: Say) -> Image:
    """Return the repository's own untested image, from where images are tested."""
    from pipeline.image import login, recipe, registry, store
    from pipeline.local import engine

    engine.require()
    login.job(settings)
    image = store.find(settings.image_repository, pushed_image.tag)
    if image and image.digest == pushed_image.digest:
        return image
    say(Note(f"{pushed_image.by_tag} was pushed untested; fetching it for its tests"))
    return registry.fetch(settings, pushed_image, recipe.of(settings, revision).platform)


def _test(settings: Settings, revision: Revision, image: Image, say: Say) -> Image:
    from pipeline.image import recipe, suite
    from pipeline.local import engine

    engine.require()
    with stage(say, "test"):
        return suite.test(settings, recipe.of(settings, revision), image, say)


def _promote(settings: Settings, image: Image, say: Say, *, untested: bool) -> Image:
    from pipeline.image import registry

    with stage(say, "push"):
        return registry.promote(settings, image, untested=untested)


def prepare(settings: Settings, say: Say) -> None:
    """Have the local account up, where the environment is local."""
    if not settings.is_local:
        return
    from pipeline.local import account

    account.up(settings, lambda text: say(Note(text)))


def _find_pushed(settings: Settings, revision: Revision, say: Say) -> Image | None:
    """Look into the environment's repository; a new local account gets one first."""
    from pipeline.image import recipe, registry

    try:
        return registry.find(settings, recipe.of(settings, revision).tag)
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
