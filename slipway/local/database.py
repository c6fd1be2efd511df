"""The database of the local account: a Postgres container with a volume."""

import secrets
import socket
from pathlib import Path

from slipway import polling
from slipway.errors import ConfigurationError, Failed
from slipway.shell import CommandFailed, repeated, run

USER = "app"
ALIAS = "database"
PORT = 5432
POLL_SECONDS = 0.2
START_SECONDS = 60
REACH_SECONDS = 3


def up(name: str, network: str, image: str, password_file: Path) -> str:
    """Run the database on `network`, where it is called `database`; return its password.

    `name` names the container and its volume. The password is made once and kept in
    `password_file`, which only its owner can read. Nothing is published on this machine.

    Raises Failed when Postgres does not answer within START_SECONDS, ConfigurationError
    when this machine does not reach the engine's containers.
    """
    password, is_new = _password(password_file)
    _make_network(network)
    if run(["docker", "start", name], check=False).code:
        _create(name, network, image, password)
    _wait_for_postgres(name)
    _require_reachable(name)
    if is_new:  # the volume may be older
        _set_password(name, password)
    return password


def url(password: str, name: str) -> str:
    """Return the URL of a project's database, as a container on the network uses it."""
    return f"postgresql://{USER}:{password}@{ALIAS}:{PORT}/{name}"


def create(container: str, name: str) -> None:
    """Create a database of this name, unless it exists."""
    done = run(["docker", "exec", container, "createdb", "--username", USER, name], check=False)
    if done.code and "already exists" not in done.stderr:
        raise CommandFailed(done)


def runs(name: str) -> bool:
    """Whether the database's container runs."""
    state = run(["docker", "inspect", "--format", "{{.State.Running}}", name], check=False)
    return state.stdout.strip() == "true"


def exists(name: str) -> bool:
    """Whether there is a database, running or not: its rows are in the volume."""
    return run(["docker", "volume", "inspect", name], check=False).code == 0


def down(name: str, network: str) -> None:
    """Remove the container, its volume and the network; what is gone already is no error."""
    run(["docker", "rm", "--force", "--volumes", name], check=False)
    run(["docker", "volume", "rm", "--force", name], check=False)
    run(["docker", "network", "rm", network], check=False)


def create_command(name: str, network: str, image: str) -> list[str]:
    """Decide the command that makes the container; the password is in its environment."""
    place = ["--name", name, "--network", network, "--network-alias", ALIAS]
    volume = ["--volume", f"{name}:/var/lib/postgresql/data", "--restart", "unless-stopped"]
    variables = [f"POSTGRES_USER={USER}", f"POSTGRES_DB={USER}", "POSTGRES_PASSWORD"]
    return ["docker", "run", "--detach", *place, *volume, *repeated("--env", variables), image]


def _create(name: str, network: str, image: str, password: str) -> None:
    """Create the container again: one that does not start may have lost its network."""
    run(["docker", "rm", "--force", name], check=False)
    run(create_command(name, network, image), env={"POSTGRES_PASSWORD": password})


def _password(kept: Path) -> tuple[str, bool]:
    """Return the password, and whether it is new."""
    if kept.exists() and (text := kept.read_text()):
        return text, False
    kept.touch(mode=0o600)
    kept.write_text(secrets.token_urlsafe(24))
    return kept.read_text(), True


def _set_password(name: str, password: str) -> None:
    psql = ["docker", "exec", "--interactive", name, "psql", "--quiet", "--username", USER]
    run(psql, stdin=f"ALTER USER {USER} PASSWORD '{password}';\n")


def _make_network(network: str) -> None:
    if run(["docker", "network", "inspect", network], check=False).code:
        run(["docker", "network", "create", network])


def _wait_for_postgres(name: str) -> None:
    ready = ["docker", "exec", name, "pg_isready", "--quiet", "--host", "localhost"]
    for _ in polling.attempts(START_SECONDS, POLL_SECONDS):
        if run(ready, check=False).code == 0:
            return
        # An interrupted `docker run` may end what ran a moment ago.
        run(["docker", "start", name], check=False)
    raise Failed(f"the database {name} does not answer", hint=f"docker logs {name}")


def _require_reachable(name: str) -> None:
    """Raise ConfigurationError where containers are in a machine of their own."""
    networks = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    address = run(["docker", "inspect", "--format", networks, name]).stdout.strip()
    try:
        socket.create_connection((address, PORT), REACH_SECONDS).close()
    except ConnectionRefusedError:
        return  # by the container itself: Postgres is not ready for others yet
    except OSError as error:
        raise ConfigurationError(
            f"this machine does not reach the engine's containers ({address}: {error})",
            hint="use an engine that runs on this machine itself: Docker Desktop and rootless"
            " engines run it in a network of their own",
        ) from error
