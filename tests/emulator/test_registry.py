"""The password of the local account's registry: for twelve hours, and of this account alone."""

import asyncio
import base64
import json
from typing import Any

import pytest

from slipway.emulator.refusal import Refusal
from slipway.local_key import AccessKey

KEY = AccessKey("LOCALKEY", "the account's secret")
NOW = 1_800_000_000


def header(user: str, password: str) -> str:
    """Write a Basic authorization."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def test_a_password_counts_until_it_ends(parts: dict[str, Any]) -> None:
    """To the second, and for no other secret."""
    registry = parts["registry"]
    password = registry.password(KEY.secret, NOW)

    assert registry.is_password(KEY.secret, password, NOW - 1)
    assert not registry.is_password(KEY.secret, password, NOW)
    assert not registry.is_password("another", password, NOW - 1)


def test_a_password_cannot_be_made_longer_or_guessed(parts: dict[str, Any]) -> None:
    """Its end is part of what its mark is made of; MiniStack's own is none."""
    registry = parts["registry"]
    _, _, mark = registry.password(KEY.secret, NOW).partition("-")

    for text in (f"{NOW + 9}-{mark}", f"{NOW}-", str(NOW), "ministack-auth-token", "-", ""):
        assert not registry.is_password(KEY.secret, text, NOW - 1)


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !", "Basic eA==", "Bearer x", header("AWS", "ministack-auth-token")],
)
def test_the_registry_is_closed_without_a_login(parts: dict[str, Any], authorization: str) -> None:
    """401, with the challenge that makes docker send what it logged in with."""
    answer = ask(parts, authorization)

    assert isinstance(answer, Refusal)
    assert answer.status == 401
    assert dict(answer.headers)["www-authenticate"].startswith("Basic ")


def test_the_token_of_the_api_opens_the_registry(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """GetAuthorizationToken gives user and password, as docker login wants them."""
    ecr, registry = ministack["ecr"], parts["registry"]
    old = {"authorizationData": [{"authorizationToken": "QVdTOng=", "proxyEndpoint": "https://a"}]}
    ecr._get_authorization_token = lambda _: (200, {}, json.dumps(old).encode())  # noqa: SLF001

    registry.give_passwords(KEY)
    _, _, body = ecr._get_authorization_token({})  # noqa: SLF001 - MiniStack has no public hooks

    (data,) = json.loads(body)["authorizationData"]
    assert data["proxyEndpoint"] == "https://a"
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    assert user == "AWS"
    assert ask(parts, header(user, password)) is receive
    assert isinstance(ask(parts, header("other", password)), Refusal)


def test_the_server_logs_in_to_its_own_registry_alone(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """No other registry gets the password."""
    images = ministack["images"].ImageCollection
    images.pull = lambda _, name, **options: (name, options)
    images.get_registry_data = lambda _, name, auth_config=None: (name, auth_config)

    parts["registry"].log_in_to_pull(KEY, 4566)

    _, options = images().pull("localhost:4566/slipway@sha256:1", platform="linux/amd64")
    assert options["platform"] == "linux/amd64"
    login = options["auth_config"]
    assert parts["registry"].is_password(KEY.secret, login["password"], 0)
    assert images().get_registry_data("localhost:4566/slipway")[1]["username"] == "AWS"
    for other in ("localhost:45660/slipway", "docker.io/localhost:4566/x", "python:3.13"):
        assert images().pull(other) == (other, {})
        assert images().get_registry_data(other) == (other, None)


async def receive() -> dict[str, Any]:
    """Stand for what a request's body is read from."""
    return {"type": "http.request"}


def ask(parts: dict[str, Any], authorization: str) -> Any:
    """Ask the registry's check with this header."""
    headers = [(b"authorization", authorization.encode())]
    return asyncio.run(parts["registry"].logged_in(KEY)({"headers": headers}, receive))
