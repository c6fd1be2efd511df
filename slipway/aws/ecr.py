"""The ECR registry that a repository's host names: its account, its region, and the way in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slipway.aws import session
from slipway.errors import ConfigurationError

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

    from slipway.settings import Settings

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html, with FIPS, and the
# dual-stack names of https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html
HOST = re.compile(
    r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\."
    r"(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)"
)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Registry:
    """An account's registry in a region; `account` has twelve digits."""

    account: str
    region: str


def registry(repository: str) -> Registry | None:
    """Return the registry of a repository HOST/NAME; None for a host that is not ECR's."""
    match = HOST.fullmatch(repository.partition("/")[0])
    return Registry(match[1], match[2]) if match else None


def client(settings: Settings) -> ECRClient:
    """Return ECR's client in the region of the environment's repository."""
    home = registry(settings.ecr_repository)
    return session.client(replace(settings, region=home.region) if home else settings, "ecr")


def other_account(settings: Settings) -> str:
    """Say that the repository is in another account than the credentials; "" when it is not."""
    home = registry(settings.ecr_repository)
    if home is None or home.account == (own := session.account(settings)):
        return ""
    return (
        f"{settings.ecr_repository} is in account {home.account}, "
        f"and the credentials are of account {own}"
    )


def require_own(settings: Settings) -> None:
    """Raise ConfigurationError unless the credentials can create the environment's repository.

    CloudFormation creates it in the account of the credentials, and in the stack's region.
    """
    hint = "correct ECR_REPOSITORY, AWS_REGION or the credentials; nothing was changed"
    if problem := other_account(settings):
        raise ConfigurationError(problem, hint=hint)
    home = registry(settings.ecr_repository)
    if home and home.region != settings.region:
        what = f"{settings.ecr_repository} is in {home.region}, and the stacks are in"
        raise ConfigurationError(f"{what} {settings.region}", hint=hint)


def require_token_taker(settings: Settings) -> None:
    """Raise ConfigurationError unless the repository's host may have a token of ECR.

    That is any registry of ECR (a token is for all that its owner may use:
    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html),
    and the registry of an emulator on this machine or at AWS_ENDPOINT_URL.
    """
    host = settings.ecr_repository.partition("/")[0]
    emulator = {urlsplit(settings.endpoint_url).hostname} if settings.endpoint_url else set()
    if registry(settings.ecr_repository) or urlsplit(f"//{host}").hostname in LOOPBACK | emulator:
        return
    raise ConfigurationError(
        f"{host} is not an ECR registry, so no ECR token is sent to it",
        hint="set ECR_REPOSITORY to ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME",
    )
