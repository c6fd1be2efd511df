"""The one AWS boundary: clients with their endpoint, time-outs and retries."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from slipway import local_key
from slipway.aws import calls, error_messages
from slipway.errors import ConfigurationError
from slipway.settings import credentials

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.client import BaseClient
    from botocore.credentials import DeferredRefreshableCredentials
    from botocore.session import Session as BotocoreSession

    from slipway.aws.clients import MakeClient
    from slipway.errors import SlipwayError
    from slipway.settings import Settings

CONNECT_SECONDS = 5
READ_SECONDS = 20
ATTEMPTS = 4
# Every variable by which another program, or boto3, would choose other credentials:
# https://docs.aws.amazon.com/boto3/latest/guide/configuration.html#using-environment-variables
CREDENTIAL_VARIABLES = (
    *credentials.NAMES,
    "AWS_DEFAULT_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)

error_code = error_messages.error_code
# Clients may be shared between threads; the session that makes them may not:
# https://docs.aws.amazon.com/boto3/latest/guide/session.html#multithreading-or-multiprocessing-with-sessions
_creating = threading.RLock()


@cache
def _session(settings: Settings) -> Session:
    import boto3

    key_id, secret = _access_key(settings)
    return boto3.Session(
        botocore_session=_botocore_session(settings),
        region_name=settings.region,
        profile_name=settings.profile,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        aws_session_token=settings.session_token,
    )


def _botocore_session(settings: Settings) -> BotocoreSession:
    import botocore.session

    # botocore would look for a profile in the shell's variables, beside the credentials chosen.
    has_own = settings.is_local or settings.credentials_from
    ignored = {"profile": (None, None, None, None)} if has_own else None
    session = botocore.session.Session(session_vars=ignored)
    role, token = settings.role_arn, settings.id_token
    if role and token:
        # botocore's own providers want the token in a file.
        session._credentials = _web_identity(settings, session, role, token)  # type: ignore[attr-defined] # noqa: SLF001
    return session


def _access_key(settings: Settings) -> tuple[str | None, str | None]:
    """Return the settings' key id and secret, or for `local` those that the account keeps.

    Raises ConfigurationError if there is no local account.
    """
    if settings.access_key_id or not settings.is_local:
        return settings.access_key_id, settings.secret_access_key
    if (key := local_key.read(settings.local_port)) is None:
        raise ConfigurationError(
            f"this user has no local AWS account on port {settings.local_port}",
            hint="invoke local.up",
        )
    return key.key_id, key.secret


def _web_identity(
    settings: Settings, session: BotocoreSession, role: str, token: str
) -> DeferredRefreshableCredentials:
    """Take the role by the job's token, when it is needed first and whenever it has run out.

    https://docs.gitlab.com/ci/cloud_services/aws/
    """
    from botocore import credentials as providers

    options = {"region_name": settings.region, "endpoint_url": settings.endpoint_url}
    fetcher = providers.AssumeRoleWithWebIdentityCredentialFetcher(
        client_creator=lambda name, **more: session.create_client(name, **{**options, **more}),
        web_identity_token_loader=lambda: token,
        role_arn=role,
        extra_args={"RoleSessionName": f"slipway-{settings.environment}"},
    )
    kind = "assume-role-with-web-identity"
    return providers.DeferredRefreshableCredentials(fetcher.fetch_credentials, kind)


def _make_client(settings: Settings, service: str) -> Any:
    """Make the client of an AWS service, such as "cloudformation", for this environment.

    A call waits at most 5 s to connect and 20 s for an answer, and is tried four
    times at most, with back-off, on throttling and on network errors. One that is silent
    for 5 s is shown on standard error.
    """
    with _creating:
        return _client(settings, service)


# For the type checker, whose stubs have a class for each service that is named by a literal.
client: MakeClient = _make_client


@cache
def _client(settings: Settings, service: str) -> BaseClient:
    from botocore.config import Config

    calls.begin(settings)
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    )
    service_client: BaseClient = _session(settings).client(
        service, endpoint_url=settings.endpoint_url, config=config
    )
    calls.watch(service_client, settings)
    return service_client


@cache
def account(settings: Settings) -> str:
    """Return the number of the account that the credentials are of, such as "123456789012".

    No permission is needed for the question:
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    return str(client(settings, "sts").get_caller_identity()["Account"])


def child_environment(settings: Settings) -> dict[str, str | None]:
    """List the variables that give a program the same account; those of value None are to be unset.

    A role is passed on as its temporary key, because other programs read a job's token from a
    file. Raises botocore's errors where the role cannot be taken.
    """
    key_id, secret = _access_key(settings)
    values = {
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": settings.session_token,
        "AWS_PROFILE": settings.profile,
        "AWS_ENDPOINT_URL": settings.endpoint_url,
    }
    own: dict[str, str | None] = {name: text for name, text in values.items() if text}
    if settings.role_arn and settings.id_token and (role := _session(settings).get_credentials()):
        key = role.get_frozen_credentials()
        own["AWS_ACCESS_KEY_ID"], own["AWS_SECRET_ACCESS_KEY"] = key.access_key, key.secret_key
        own["AWS_SESSION_TOKEN"] = key.token
    if not (settings.is_local or settings.credentials_from):
        return own
    return {**dict.fromkeys(CREDENTIAL_VARIABLES), **own}


def failures() -> tuple[type[Exception], ...]:
    """Return the classes of what a call raises: AWS refuses it, or no answer comes."""
    from botocore.exceptions import BotoCoreError, ClientError

    return BotoCoreError, ClientError


def explain_call_error(error: Exception) -> SlipwayError | None:
    """Turn an error of an AWS call into one of ours; None when it is none."""
    return error_messages.explain_aws_error(error, calls.responsible(error))
