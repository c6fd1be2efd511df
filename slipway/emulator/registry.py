"""Part of the local account's server: who may push to and pull from its image registry.

As on ECR, `GetAuthorizationToken` gives a password that docker logs in with, and that counts
for twelve hours: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html.
It holds the time at which it ends, and a mark that only the account's secret can make. The
server itself pulls the images of its tasks with such a password, too.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from docker.models.images import ImageCollection  # type: ignore[import-untyped]
from ministack.services import ecr

from slipway.emulator.guard import Receive, Scope, header_list
from slipway.emulator.refusal import Refusal
from slipway.local_key import AccessKey

USER = "AWS"
TOKEN_SECONDS = 12 * 60 * 60


def password(secret: str, ends: int) -> str:
    """Return the registry's password that counts until `ends`, in seconds since 1970."""
    mark = hmac.new(secret.encode(), f"image registry until {ends}".encode(), hashlib.sha256)
    return f"{ends}-{mark.hexdigest()}"


def is_password(secret: str, text: str, now: float) -> bool:
    """Whether `text` is a password of this account's, and has not ended at `now`."""
    ends, _, _ = text.partition("-")
    if not (ends.isascii() and ends.isdecimal() and len(ends) < 20):  # noqa: PLR2004 - seconds
        return False
    right = password(secret, int(ends))
    return hmac.compare_digest(right.encode(), text.encode()) and now < int(ends)


def logged_in(own: AccessKey) -> Callable[[Scope, Receive], Awaitable[Receive | Refusal]]:
    """Return the check of the registry: the request has the user and password of a login."""

    async def check(scope: Scope, receive: Receive) -> Receive | Refusal:
        user, secret = basic(dict(header_list(scope)).get("authorization", ""))
        if user == USER and is_password(own.secret, secret, time.time()):
            return receive
        return Refusal(
            "UNAUTHORIZED",
            "The registry wants the password of ecr:GetAuthorizationToken.",
            HTTPStatus.UNAUTHORIZED,
            (("www-authenticate", 'Basic realm="the local account"'),),
        )

    return check


def basic(authorization: str) -> tuple[str, str]:
    """Read the user and password of a Basic authorization; two empty texts where it is none."""
    kind, _, encoded = authorization.partition(" ")
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    user, _, secret = text.partition(":")
    return (user, secret) if kind.lower() == "basic" else ("", "")


def give_passwords(own: AccessKey) -> None:
    """Let GetAuthorizationToken give such a password, in place of one that everybody knows."""
    answer = ecr._get_authorization_token

    def answer_with_password(request: dict[str, Any]) -> Any:
        status, headers, body = answer(request)
        content = json.loads(body)
        ends = int(time.time()) + TOKEN_SECONDS
        token = base64.b64encode(f"{USER}:{password(own.secret, ends)}".encode()).decode()
        for data in content["authorizationData"]:
            data.update(authorizationToken=token, expiresAt=ends)
        return status, headers, json.dumps(content).encode()

    ecr._get_authorization_token = answer_with_password


def log_in_to_pull(own: AccessKey, port: int) -> None:
    """Let this process's docker client pull from this registry with a password of its own."""
    pull, look_up = ImageCollection.pull, ImageCollection.get_registry_data

    def login(image: str) -> dict[str, Any]:
        if not image.startswith(f"localhost:{port}/"):
            return {}
        ends = int(time.time()) + TOKEN_SECONDS
        return {"auth_config": {"username": USER, "password": password(own.secret, ends)}}

    def pull_logged_in(images: Any, repository: str, *words: Any, **options: Any) -> Any:
        return pull(images, repository, *words, **{**options, **login(repository)})

    def look_up_logged_in(images: Any, name: str, auth_config: Any = None) -> Any:
        return look_up(images, name, **{"auth_config": auth_config, **login(name)})

    ImageCollection.pull = pull_logged_in
    ImageCollection.get_registry_data = look_up_logged_in
