"""Who this machine is to a registry: a secret goes only to the host that it is for."""

import base64
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slipway.errors import ConfigurationError
from slipway.settings import Settings
from slipway.shell import run

LOGIN_SECONDS = 60
CONFIG = "config.json"
# Docker Hub is known to the client by this address.
DOCKER_HUB = "https://index.docker.io/v1/"


def job(settings: Settings) -> None:
    """Log in to the project's registry with a GitLab job's credentials.

    They are for the host that CI_REGISTRY names, and no other gets them: for another host, the
    login that the client has already counts.
    https://docs.gitlab.com/ci/variables/predefined_variables/
    """
    user, password = settings.registry_user, settings.registry_password
    host = settings.image_repository.partition("/")[0]
    if user and password and settings.registry and host.lower() == settings.registry.lower():
        command = ["docker", "login", "--username", user, "--password-stdin", host]
        hint = f"check CI_REGISTRY_USER and CI_REGISTRY_PASSWORD, which are for {host}"
        run(command, stdin=password, timeout=LOGIN_SECONDS, hint=hint)


@contextmanager
def credentials(host: str, user: str, password: str) -> Iterator[dict[str, str]]:
    """Yield variables with which docker is logged in to `host`, as long as the block runs.

    The password is in a temporary folder that only its owner reads, beside all that the client
    has otherwise, and is not added to the user's own configuration.
    """
    with tempfile.TemporaryDirectory(prefix="slipway-docker-") as scratch:
        folder = Path(scratch)
        for each in _folder().iterdir() if _folder().is_dir() else ():
            if each.name != CONFIG:
                (folder / each.name).symlink_to(each.absolute())
        file = folder / CONFIG
        file.touch(mode=0o600)
        file.write_text(json.dumps(with_login(_read(), host, user, password)))
        yield {"DOCKER_CONFIG": scratch}


def with_login(config: Mapping[str, Any], host: str, user: str, password: str) -> dict[str, Any]:
    """Return the client's configuration with one login more, kept in the file itself.

    An empty helper for the host wins over a credential store of the whole client:
    https://docs.docker.com/reference/cli/docker/login/#credential-helpers
    """
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {
        **config,
        "auths": {**(config.get("auths") or {}), host: {"auth": auth}},
        "credHelpers": {**(config.get("credHelpers") or {}), host: ""},
    }


def is_known(host: str) -> bool:
    """Whether the engine's client has a login for this host."""
    config = _read()
    key = DOCKER_HUB if host == "docker.io" else host
    return any(key in (config.get(name) or {}) for name in ("auths", "credHelpers"))


def _folder() -> Path:
    """Return the folder of the client's configuration.

    https://docs.docker.com/reference/cli/docker/#environment-variables
    """
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")


def _read() -> dict[str, Any]:
    file = _folder() / CONFIG
    try:
        config = json.loads(file.read_text()) if file.exists() else {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}") from error
    if not isinstance(config, dict):
        return {}
    for name in ("auths", "credHelpers"):
        if not isinstance(config.get(name) or {}, dict):
            what = f"{file}: {name} is not a JSON object"
            raise ConfigurationError(what, hint="correct the file, or remove it and log in again")
    return config
