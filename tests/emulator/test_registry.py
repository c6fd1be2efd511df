"""The password of the local account's registry: for twelve hours, and of this account alone."""

import base64
import json

import pytest

from slipway.emulator import registry
from slipway.local_key import AccessKey
from tests.emulator.account import HOST, OWN, Account, Answer
from tests.emulator.engine import Engine

NOW = 1_800_000_000


def test_a_password_counts_until_it_ends() -> None:
    """To the second, and for no other secret."""
    password = registry.password(OWN.secret, NOW)

    assert registry.is_password(OWN.secret, password, NOW - 1)
    assert not registry.is_password(OWN.secret, password, NOW)
    assert not registry.is_password("another", password, NOW - 1)


def test_a_password_cannot_be_made_longer_or_guessed() -> None:
    """Its end is part of what its mark is made of; MiniStack's own is none."""
    _, _, mark = registry.password(OWN.secret, NOW).partition("-")

    for text in (f"{NOW + 9}-{mark}", f"{NOW}-", str(NOW), "ministack-auth-token", "-", ""):
        assert not registry.is_password(OWN.secret, text, NOW - 1)


def header(user: str, password: str) -> str:
    """Write a Basic authorization."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def ask(account: Account, authorization: str, path: str = "/v2/") -> Answer:
    """Ask the registry with this header."""
    return account.ask("GET", f"http://{HOST}{path}", [("authorization", authorization)])


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !", "Basic eA==", "Bearer x", header("AWS", "ministack-auth-token")],
)
def test_the_registry_is_closed_without_a_login(account: Account, authorization: str) -> None:
    """401, with the challenge that makes docker send what it logged in with."""
    answer = ask(account, authorization)

    assert answer.status == 401
    assert dict(answer.headers)["www-authenticate"].startswith("Basic ")


def login(account: Account) -> tuple[str, str]:
    """Return user and password, as `aws ecr get-login-password` has them."""
    (data,) = account.client("ecr").get_authorization_token()["authorizationData"]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return user, password


def test_the_token_of_the_api_opens_the_registry(account: Account) -> None:
    """GetAuthorizationToken gives user and password, as docker login wants them."""
    account.client("ecr").create_repository(repositoryName="slipway")

    user, password = login(account)

    assert user == "AWS"
    answer = ask(account, header(user, password), "/v2/_catalog")
    assert (answer.status, json.loads(answer.body)) == (200, {"repositories": ["slipway"]})
    assert ask(account, header("other", password)).status == 401


def test_a_token_ends_after_twelve_hours(account: Account) -> None:
    """And says so."""
    (data,) = account.client("ecr").get_authorization_token()["authorizationData"]
    ends = int(data["expiresAt"].timestamp())
    _, password = login(account)

    assert data["proxyEndpoint"].startswith("https://")
    assert password.startswith(str(ends)[:7])
    assert registry.is_password(OWN.secret, password, ends - 60)
    assert not registry.is_password(OWN.secret, password, ends + 60)


def sent_login(engine: Engine) -> AccessKey | None:
    """Return user and password that the engine got with the last request for a registry."""
    asked = [each for each in engine.asked if each.path.startswith(("/images/c", "/distribution"))]
    if not (sent := asked[-1].headers.get("X-Registry-Auth")):
        return None
    found = json.loads(base64.urlsafe_b64decode(sent))
    return AccessKey(found["username"], found["password"])


def test_the_server_logs_in_to_its_own_registry(account: Account, engine: Engine) -> None:
    """When it pulls, and when it looks a tag up."""
    assert account
    images = engine.client().images

    images.pull("localhost:4566/slipway@sha256:1", platform="linux/amd64")
    pulled = sent_login(engine)
    images.get_registry_data("localhost:4566/slipway")
    looked_up = sent_login(engine)

    (pull,) = [each for each in engine.asked if each.method == "POST"]
    assert pull.query["platform"] == ["linux/amd64"]
    for each in (pulled, looked_up):
        assert each
        assert each.key_id == "AWS"
        assert ask(account, header("AWS", each.secret)).status == 200


@pytest.mark.parametrize(
    "other", ["localhost:45660/slipway", "docker.io/localhost:4566/x", "python:3.13"]
)
def test_no_other_registry_gets_the_password(
    account: Account, engine: Engine, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """Whatever its name begins with."""
    assert account
    monkeypatch.setenv("DOCKER_CONFIG", "/none")
    images = engine.client().images

    images.pull(other)
    assert sent_login(engine) is None
    images.get_registry_data(other)
    assert sent_login(engine) is None
