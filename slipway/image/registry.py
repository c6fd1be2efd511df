"""The environment's ECR repository: what it holds, and what is sent to it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from slipway.aws import ecr, session
from slipway.docker import login
from slipway.docker.names import is_remote
from slipway.errors import ConfigurationError, Failed, Refused
from slipway.image import store
from slipway.revision import Image
from slipway.shell import CommandFailed, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from types_boto3_ecr.type_defs import DescribeImagesRequestTypeDef

    from slipway.settings import Settings


class RepositoryMissing(ConfigurationError):
    """The environment has no repository yet."""


def find(settings: Settings, tag: str) -> Image | None:
    """Find a tag in the environment's repository, with one call.

    Raises RepositoryMissing when the repository does not exist, ConfigurationError when it is
    in another account that does not let these credentials in.
    """
    client = ecr.client(settings)
    try:
        answer = client.describe_images(**_question(settings, tag))
    except client.exceptions.ImageNotFoundException:
        return None
    except client.exceptions.ClientError as error:
        raise _explain(settings, error) from error
    if not answer["imageDetails"]:
        return None
    found = answer["imageDetails"][0]
    tested = f"{tag}{store.TESTED}" in found.get("imageTags", [])
    return Image(settings.ecr_repository, tag, found["imageDigest"], tested)


def _question(settings: Settings, tag: str) -> DescribeImagesRequestTypeDef:
    """Ask for a tag of the repository, and name its account; an emulator has none."""
    question: DescribeImagesRequestTypeDef = {
        "repositoryName": _name(settings.ecr_repository),
        "imageIds": [{"imageTag": tag}],
    }
    if home := ecr.registry(settings.ecr_repository):
        question["registryId"] = home.account
    return question


def _explain(settings: Settings, error: Exception) -> Exception:
    """Return what to raise when ECR refuses to look; the error itself when it says it all."""
    code = session.error_code(error)
    if code not in {"RepositoryNotFoundException", "AccessDeniedException"}:
        return error
    if problem := ecr.other_account(settings):
        hint = "use credentials of that account, or allow this account in the repository's policy"
        return ConfigurationError(f"{problem}: {error}", hint=hint)
    if code == "AccessDeniedException":
        return error
    return RepositoryMissing(
        f"there is no repository {settings.ecr_repository}",
        hint=f"invoke bootstrap --env {settings.environment}",
    )


def promote(settings: Settings, image: Image, *, untested: bool = False) -> Image:
    """Send an image to the environment's repository, by digest, and what it lacks only.

    ECR's tags never change. Where the repository holds the tag already, as a tested image, that
    one is returned: another machine was faster.

    Raises Refused for an image whose suite has not passed, unless `untested`; Failed when the
    push is refused, or the repository holds another digest that nobody has tested.
    """
    if not image.tested and not untested:
        raise Refused(f"{image.by_tag} is not tested", hint="invoke test, or add: --untested")
    destinations = [f"{settings.ecr_repository}:{tag}" for tag in tags(image)]
    refused = None
    with _credentials(settings) as env:
        try:
            _send(image, destinations, env)
        except CommandFailed as error:
            refused = error
    pushed = find(settings, image.tag)
    if pushed and is_good(image, pushed, refused=refused is not None):
        return pushed
    if pushed and pushed.digest != image.digest:
        raise conflict(settings, image, pushed)
    raise _not_pushed(settings, image, refused) from refused


def is_good(image: Image, pushed: Image, *, refused: bool) -> bool:
    """Whether what the repository holds under the tag is what was to be pushed, or as good.

    A tested image of the same tag is as good. The same digest is good, unless the push was
    `refused` and the mark of the suite is missing.
    """
    same = pushed.digest == image.digest
    return pushed.tested or (same and not (refused and image.tested))


def conflict(settings: Settings, image: Image, pushed: Image) -> Failed:
    """Return the error for a tag that ECR holds with another digest, which nobody has tested.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
    """
    return Failed(
        f"{pushed.by_tag} is {pushed.digest}, an untested image that another machine pushed, and"
        f" not {image.digest}; a tag of this repository cannot be moved",
        hint=f"invoke deploy --env {settings.environment}, which tests the pushed image",
    )


def fetch(settings: Settings, image: Image, platform: str) -> Image:
    """Bring an image of the environment's repository to where images are tested."""
    destination = f"{settings.image_repository}:{image.tag}"
    with _credentials(settings) as env:
        if is_remote(destination):
            store.copy(image, [destination], env)
        else:
            pull = ["docker", "pull", "--quiet", "--platform", platform, image.by_digest]
            run(pull, env=env, timeout=store.COPY_SECONDS)
            run(["docker", "tag", image.by_digest, destination])
    fetched = store.find(settings.image_repository, image.tag)
    if fetched is None or fetched.digest != image.digest:
        raise Failed(f"{destination} is not {image.digest} after it was pulled")
    return fetched


def tags(image: Image) -> list[str]:
    """Return the tags that an image bears: its own, and the mark of a suite that passed."""
    return [image.tag, f"{image.tag}{store.TESTED}"] if image.tested else [image.tag]


def _send(image: Image, destinations: list[str], env: Mapping[str, str]) -> None:
    if is_remote(image.repository):
        store.copy(image, destinations, env)
    else:
        store.push(image.by_tag, destinations, env)


def _not_pushed(settings: Settings, image: Image, refused: CommandFailed | None) -> Failed:
    """Return the error for a push that failed; docker's words are above, or in it."""
    said = refused.completed.stderr.strip().splitlines()[-1:] if refused else []
    return Failed(
        ": ".join([f"{image.by_tag} was not pushed to {settings.ecr_repository}", *said]),
        hint="read docker's message, check the network, then run the same command again",
    )


def _credentials(settings: Settings) -> AbstractContextManager[Mapping[str, str]]:
    """Return variables for docker, with a token that ECR gives for twelve hours.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
    """
    ecr.require_token_taker(settings)
    answer = ecr.client(settings).get_authorization_token()
    token = answer["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    return login.credentials(settings.ecr_repository.partition("/")[0], user, password)


def _name(repository: str) -> str:
    return repository.partition("/")[2]
