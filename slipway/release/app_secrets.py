"""The application's own secrets, in Secrets Manager by the stack's name and their variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.errors import ConfigurationError
from slipway.results import AppSecret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slipway.settings import Settings

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def secret_name(settings: Settings, name: str) -> str:
    """Return the name of a secret in Secrets Manager, which the template refers to.

    It never ends in a hyphen and six characters, which Secrets Manager adds to names itself:
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
    """
    return f"{settings.stack_name}/env/{name}"


def require_variable(name: str) -> None:
    """Raise ConfigurationError for a text that is not the name of a variable."""
    if not VARIABLE.fullmatch(name):
        shown = name.partition("=")[0]  # a value may follow
        raise ConfigurationError(
            f"{shown!r} is not the name of a variable, in capitals, digits and _",
            hint="type the name alone, such as API_KEY; the value is asked for",
        )


def put(settings: Settings, name: str, value: str) -> None:
    """Keep a secret, or give it a new value."""
    client, own = session.client(settings, "secretsmanager"), secret_name(settings, name)
    try:
        client.put_secret_value(SecretId=own, SecretString=value)
    except client.exceptions.ResourceNotFoundException:
        client.create_secret(Name=own, SecretString=value)


def read_all(settings: Settings, used: Iterable[str]) -> list[AppSecret]:
    """List the secrets that exist, and those that the stack uses and that do not; no values.

    `used` are the names in STACK_SECRETS.
    """
    prefix, wanted = secret_name(settings, ""), set(used)
    pages = session.client(settings, "secretsmanager").get_paginator("list_secrets")
    asked = pages.paginate(Filters=[{"Key": "name", "Values": [prefix]}])
    changed = {
        each["Name"].removeprefix(prefix): each["LastChangedDate"].timestamp()
        for page in asked
        for each in page["SecretList"]
        # Secrets Manager compares without regard to the case.
        if each["Name"].startswith(prefix)
    }
    names = sorted({*changed, *wanted})
    return [AppSecret(name, changed.get(name), used=name in wanted) for name in names]
