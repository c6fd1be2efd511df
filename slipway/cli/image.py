"""From a revision to its tested image in the environment's repository: what is there is kept."""

import os

from slipway.docker import engine, login
from slipway.docker.names import is_remote
from slipway.errors import ConfigurationError
from slipway.events import Note, Say
from slipway.image import build as builder
from slipway.image import locks, platforms, recipe, registry, store, suite
from slipway.revision import Image, Revision
from slipway.settings import Settings
from slipway.stages import stage


def build(settings: Settings, revision: Revision, say: Say) -> Image:
    """Return the image of a revision; build it if there is none yet.

    An engine is asked for where the image would be in it, and to build: an image of a shared
    registry is found without one.
    """
    store.require_named(os.environ)
    wanted = recipe.of(settings, revision)
    name = f"{settings.image_repository}:{wanted.tag}"
    shared = is_remote(settings.image_repository)
    if not shared:
        engine.require()
    login.job(settings)
    if image := store.find(settings.image_repository, wanted.tag):
        say(Note(f"{name} is built already"))
        return image
    if shared:
        engine.require()
    if platforms.require(wanted.platform):
        say(Note(f"{wanted.platform} is emulated, which is slow"))
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
    store.require_named(os.environ)
    tag = recipe.of(settings, revision).tag
    pushed_image = registry.find(settings, tag)
    if pushed_image and (pushed_image.tested or untested):
        say(Note(f"{pushed_image.by_tag} is pushed already"))
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


def pushed(
    settings: Settings, revision: Revision, pushed_image: Image | None, say: Say, *, untested: bool
) -> Image:
    """Return the revision's image in the environment's repository: tested, unless `untested`.

    `pushed_image` is what the repository holds under the revision's tag. What is missing is
    done: the build, the suite, the push. An untested image that the repository holds already is
    the one that is tested: its tag cannot be moved to another.
    """
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
    engine.require()
    login.job(settings)
    image = store.find(settings.image_repository, pushed_image.tag)
    if image and image.digest == pushed_image.digest:
        return image
    say(Note(f"{pushed_image.by_tag} was pushed untested; pulling it to test it"))
    return registry.fetch(settings, pushed_image, recipe.of(settings, revision).platform)


def _test(settings: Settings, revision: Revision, image: Image, say: Say) -> Image:
    engine.require()
    with stage(say, "test"):
        return suite.test(settings, recipe.of(settings, revision), image, say)


def _promote(settings: Settings, image: Image, say: Say, *, untested: bool) -> Image:
    with stage(say, "push"):
        return registry.promote(settings, image, untested=untested)
