"""The environment's ECR repository: what it holds, and what is sent to it."""

import base64

from pipeline import aws
from pipeline.errors import ConfigurationError, Failed, Refused
from pipeline.image import store
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.shell import run


class RepositoryMissing(ConfigurationError):
    """The environment has no repository yet."""


def find(settings: Settings, tag: str) -> Image | None:
    """Find a tag in the environment's repository, with one call.

    Raises RepositoryMissing when the repository does not exist.
    """
    ecr = aws.client(settings, "ecr")
    try:
        answer = ecr.describe_images(
            repositoryName=_name(settings.ecr_repository), imageIds=[{"imageTag": tag}]
        )
    except ecr.exceptions.ImageNotFoundException:
        return None
    except ecr.exceptions.RepositoryNotFoundException as error:
        raise RepositoryMissing(
            f"there is no repository {settings.ecr_repository}",
            hint=f"invoke bootstrap --env {settings.environment}",
        ) from error
    if not answer["imageDetails"]:
        return None
    found = answer["imageDetails"][0]
    tested = f"{tag}{store.TESTED}" in found.get("imageTags", [])
    return Image(settings.ecr_repository, tag, found["imageDigest"], tested)


def promote(settings: Settings, image: Image, *, untested: bool = False) -> Image:
    """Send an image to the environment's repository, by digest, and what it lacks only.

    Raises Refused for an image whose suite was not green, unless `untested`; Failed when
    the repository then holds another digest under the tag.
    """
    if not image.tested and not untested:
        raise Refused(
            f"{image.by_tag} is not tested",
            hint="invoke test; or name it: --untested",
        )
    _login(settings)
    destinations = [f"{settings.ecr_repository}:{tag}" for tag in tags(image)]
    if store.is_shared(image.repository):
        run(store.copy_command(image, destinations), timeout=store.COPY_SECONDS)
    else:
        _send(image, destinations)
    return _check(settings, image)


def tags(image: Image) -> list[str]:
    """List the tags that an image bears: its own, and the mark of a green suite."""
    return [image.tag, f"{image.tag}{store.TESTED}"] if image.tested else [image.tag]


def _send(image: Image, destinations: list[str]) -> None:
    for destination in destinations:
        run(["docker", "tag", image.by_tag, destination])
        run(["docker", "push", destination], show=True, timeout=store.COPY_SECONDS)


def _check(settings: Settings, image: Image) -> Image:
    pushed = find(settings, image.tag)
    if pushed is None or pushed.digest != image.digest:
        there = pushed.digest if pushed else "nothing"
        raise Failed(
            f"{settings.ecr_repository}:{image.tag} holds {there}, not {image.digest}",
            hint="commit anew: a tag that was pushed never changes",
        )
    return pushed


def _login(settings: Settings) -> None:
    """Log in with a token of boto3's; it goes to docker by standard input."""
    store.login(settings)
    answer = aws.client(settings, "ecr").get_authorization_token()
    token = answer["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    store.login_to(settings.ecr_repository.partition("/")[0], user, password)


def _name(repository: str) -> str:
    return repository.partition("/")[2]
