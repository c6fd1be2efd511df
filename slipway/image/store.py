"""Where a commit's image is kept until it is pushed: this machine's engine, or a registry.

A suite that passed is remembered beside the image itself, as a second tag of the same digest,
so that another machine and another day find it.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from slipway.docker import digests
from slipway.docker.names import is_remote
from slipway.errors import ConfigurationError, Failed
from slipway.revision import Image
from slipway.settings import Settings
from slipway.shell import CommandFailed, repeated, run

TESTED = "-tested"
COPY_SECONDS = 900
UNKNOWN_FLAG = "unknown flag: --prefer-index"


def require_named(variables: Mapping[str, str]) -> None:
    """Raise ConfigurationError for a CI job whose repository has an empty name.

    GitLab's CI_REGISTRY_IMAGE is empty when the project's registry is switched off. Each job
    would then build an image of its own, and none would deploy what another has tested.
    """
    if variables.get("CI") and variables.get("IMAGE_REPOSITORY") == "":
        raise ConfigurationError(
            "IMAGE_REPOSITORY is empty in this job: the project has no container registry",
            hint="GitLab, Settings, General, Visibility: switch on the container registry;"
            " or set IMAGE_REPOSITORY to HOST/NAME of another one",
        )


def find(repository: str, tag: str) -> Image | None:
    """Return the image of a tag, and whether its digest is the tested one."""
    look = digests.in_registry if is_remote(repository) else digests.in_engine
    digest = look(f"{repository}:{tag}")
    if digest is None:
        return None
    return Image(repository, tag, digest, look(f"{repository}:{tag}{TESTED}") == digest)


def keep(settings: Settings, tag: str) -> Image | None:
    """Keep what was just built, and return it; None if the build left no image.

    In a shared repository every other machine needs it, too. If the registry refuses the push
    and holds an image of this tag by now, another machine was faster, and its image is
    returned. Raises Failed if the push is refused otherwise.
    """
    repository = settings.image_repository
    name = f"{repository}:{tag}"
    if not is_remote(repository):
        return _untested(repository, tag, digests.in_engine(name))
    try:
        run(["docker", "push", "--quiet", name], timeout=COPY_SECONDS)
    except CommandFailed as error:
        if image := find(repository, tag):
            return image
        words = error.completed.stderr.strip()
        hint = f"docker login {repository.partition('/')[0]}, as a user who may push there"
        raise Failed(f"{name} cannot be pushed: {words}", hint=hint) from error
    return _untested(repository, tag, digests.in_registry(name))


def _untested(repository: str, tag: str, digest: str | None) -> Image | None:
    return Image(repository, tag, digest, tested=False) if digest else None


def mark_tested(image: Image) -> Image:
    """Remember that the suite passed for exactly this digest."""
    tagged = f"{image.by_tag}{TESTED}"
    if is_remote(image.repository):
        copy(image, [tagged])
    else:
        run(["docker", "tag", image.by_tag, tagged])
    return replace(image, tested=True)


def copy(
    image: Image, destinations: list[str], env: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Copy an image of a registry to other names, and keep its digest.

    An old buildx (Debian's 0.13) cannot: it has no such option, and wraps a single manifest in an
    index. There the image passes through the engine.
    """
    try:
        run(copy_command(image, destinations), env=env, timeout=COPY_SECONDS)
    except CommandFailed as error:
        if UNKNOWN_FLAG not in error.completed.stderr:
            raise
        run(["docker", "pull", "--quiet", image.by_digest], env=env, timeout=COPY_SECONDS)
        push(image.by_digest, destinations, env)


def push(name: str, destinations: list[str], env: Mapping[str, str]) -> None:
    """Push an image of the engine under other names; docker shows how far it is."""
    for destination in destinations:
        run(["docker", "tag", name, destination])
        run(["docker", "push", destination], env=env, show=True, timeout=COPY_SECONDS)


def copy_command(image: Image, destinations: list[str]) -> list[str]:
    """Return the argument list of a copy, registry to registry, that keeps the digest."""
    tags = repeated("--tag", destinations)
    create = ["docker", "buildx", "imagetools", "create", "--prefer-index=false"]
    return [*create, *tags, image.by_digest]
