"""The projects of a local account: each has a database of its own, and a secret with its URL."""

from pathlib import Path

from slipway import local_key
from slipway.aws import session
from slipway.local import database
from slipway.settings import Settings, database_secret


def has_joined(settings: Settings) -> bool:
    """Whether the project has its database and its secret since the account was brought up."""
    return _mark(settings).exists()


def join(settings: Settings, container: str, password: str) -> None:
    """Give the project its database in the account's container, and the secret with its URL."""
    name = settings.project.replace("-", "_")
    database.create(container, name)
    _keep_secret(settings, database.url(password, name))
    _mark(settings).parent.mkdir(exist_ok=True)
    _mark(settings).touch()


def forget(port: int) -> None:
    """Have every project join again: the account's server may have lost their secrets."""
    for mark in _folder(port).glob("*"):
        mark.unlink(missing_ok=True)


def names(port: int) -> list[str]:
    """List the projects that have joined."""
    return sorted(mark.name for mark in _folder(port).glob("*"))


def _folder(port: int) -> Path:
    return local_key.state_folder(port) / "projects"


def _mark(settings: Settings) -> Path:
    return _folder(settings.local_port) / settings.project


def _keep_secret(settings: Settings, url: str) -> None:
    secrets, name = session.client(settings, "secretsmanager"), database_secret(settings.project)
    try:
        secrets.create_secret(Name=name, SecretString=url)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=url)
