"""The database of the local account: a Postgres container with a volume."""

import secrets
import time
from pathlib import Path

from pipeline.errors import Failed
from pipeline.shell import run

USER = "app"
ALIAS = "database"
START_SECONDS = 60


def up(name: str, network: str, image: str, password_file: Path) -> str:
    """Run the database on `network`, where it is called `database`; return its URL.

    `name` names the container and its volume. The password is made once and kept in
    `password_file`, which only its owner can read. Nothing is published on this machine.

    Raises Failed when Postgres does not answer within START_SECONDS.
    """
    password = _password(password_file)
    _make_network(network)
    if run(["docker", "start", name], check=False).code:
        options = ["--detach", "--name", name, "--network", network, "--network-alias", ALIAS]
        volume = ["--volume", f"{name}:/var/lib/postgresql/data", "--restart", "unless-stopped"]
        variables = {"POSTGRES_USER": USER, "POSTGRES_DB": USER, "POSTGRES_PASSWORD": password}
        named = [word for each in variables for word in ("--env", each)]
        run(["docker", "run", *options, *volume, *named, image], env=variables)
    _wait(name)
    return f"postgresql://{USER}:{password}@{ALIAS}:5432/{USER}"


def down(name: str, network: str) -> None:
    """Remove the container, its volume and the network; what is gone already is no error."""
    run(["docker", "rm", "--force", "--volumes", name], check=False)
    run(["docker", "volume", "rm", "--force", name], check=False)
    run(["docker", "network", "rm", network], check=False)


def _password(kept: Path) -> str:
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(24))
    return kept.read_text()


def _make_network(network: str) -> None:
    if run(["docker", "network", "inspect", network], check=False).code:
        run(["docker", "network", "create", network])


def _wait(name: str) -> None:
    until = time.monotonic() + START_SECONDS
    ready = ["docker", "exec", name, "pg_isready", "--quiet", "--host", "localhost"]
    while time.monotonic() < until:
        if run(ready, check=False).code == 0:
            return
        time.sleep(0.3)
    raise Failed(f"the database {name} does not answer", hint=f"docker logs {name}")
