"""The account and the region that ECR's host names are the ones that are asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from slipway.aws import ecr, session
from slipway.aws.ecr import Registry
from slipway.errors import ConfigurationError
from slipway.image import registry
from slipway.settings import Settings
from tests.answers import stubbed

HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


@pytest.fixture
def shared(staging: Settings) -> Settings:
    """An environment in eu-west-1 whose repository is elsewhere."""
    return replace(staging, ecr_repository=f"{HOST}/shop")


@contextmanager
def identity(settings: Settings, account: str) -> Iterator[None]:
    """Have STS say whose the credentials are, once."""
    session.account.cache_clear()
    with stubbed(session.client(settings, "sts")) as stubber:
        stubber.add_response("get_caller_identity", {"Account": account}, {})
        yield


@pytest.mark.parametrize(
    ("host", "found"),
    [
        (HOST, Registry("123456789012", "eu-central-1")),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
        ("registry.example", None),
        ("localhost:4566", None),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example", None),
        ("12.dkr.ecr.eu-west-1.amazonaws.com", None),
    ],
)
def test_a_host_names_an_account_and_a_region(host: str, found: Registry | str | None) -> None:
    """In every partition; nothing that only looks alike."""
    expected = Registry("123456789012", found) if isinstance(found, str) else found
    assert ecr.registry(f"{host}/team/shop") == expected


def test_the_host_decides_who_is_asked(shared: Settings) -> None:
    """One registry for all environments, in a region of its own."""
    client = ecr.client(shared)
    assert client.meta.region_name == "eu-central-1"
    question = {
        "registryId": "123456789012",
        "repositoryName": "shop",
        "imageIds": [{"imageTag": "tag"}],
    }
    with stubbed(client) as stubber:
        details = {"imageDetails": [{"imageDigest": "sha256:1", "imageTags": ["tag"]}]}
        stubber.add_response("describe_images", details, question)
        found = registry.find(shared, "tag")
    assert found is not None
    assert found.digest == "sha256:1"


@pytest.mark.parametrize("code", ["RepositoryNotFoundException", "AccessDeniedException"])
def test_credentials_of_another_account_are_named(shared: Settings, code: str) -> None:
    """Before anything is built or written, and bootstrap is not the way out."""
    with stubbed(ecr.client(shared)) as stubber, identity(shared, "999999999999"):
        stubber.add_client_error("describe_images", code)
        with pytest.raises(ConfigurationError) as caught:
            registry.find(shared, "tag")
    assert caught.value.what.startswith(
        f"{HOST}/shop is in account 123456789012, and the credentials are of account 999999999999"
    )
    assert "bootstrap" not in caught.value.hint


def test_a_repository_that_is_missing_in_one_s_own_account_is_made_by_bootstrap(
    shared: Settings,
) -> None:
    """The usual case, before the first deploy."""
    with stubbed(ecr.client(shared)) as stubber, identity(shared, "123456789012"):
        stubber.add_client_error("describe_images", "RepositoryNotFoundException")
        with pytest.raises(registry.RepositoryMissing, match="invoke bootstrap --env staging"):
            registry.find(shared, "tag")


@pytest.mark.parametrize(
    ("account", "region", "words"),
    [
        ("999999999999", "eu-central-1", "is in account 123456789012, and the credentials"),
        ("123456789012", "eu-west-1", "is in eu-central-1, and the stacks are in eu-west-1"),
        ("123456789012", "eu-central-1", ""),
    ],
)
def test_a_bootstrap_makes_the_repository_that_is_named_or_none(
    shared: Settings, account: str, region: str, words: str
) -> None:
    """A second one elsewhere would never be used."""
    there = replace(shared, region=region)
    with identity(there, account):
        if words:
            with pytest.raises(ConfigurationError, match=words):
                ecr.require_own(there)
        else:
            ecr.require_own(there)


def test_an_emulator_s_repository_is_anybody_s(settings: Settings) -> None:
    """The local account needs no question."""
    ecr.require_own(settings)
    ecr.require_token_taker(settings)


@pytest.mark.parametrize(
    ("repository", "endpoint", "allowed"),
    [
        (f"{HOST}/shop", None, True),
        ("localhost:4566/shop", None, True),
        ("emulator.example:5000/shop", "http://emulator.example:4566", True),
        ("registry.example/shop", None, False),
        ("registry.example/shop", "http://emulator.example:4566", False),
    ],
)
def test_a_token_of_ecr_goes_to_ecr_alone(
    staging: Settings, repository: str, endpoint: str | None, *, allowed: bool
) -> None:
    """A secret goes only to the host that it is for."""
    there = replace(staging, ecr_repository=repository, endpoint_url=endpoint)
    if allowed:
        ecr.require_token_taker(there)
    else:
        with pytest.raises(ConfigurationError, match="no ECR token"):
            ecr.require_token_taker(there)
