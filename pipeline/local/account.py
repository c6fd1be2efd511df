"""The local AWS account: MiniStack with a container engine and a Postgres behind it.

There is one for each user and port, shared by every checkout, as a real account is.

Its state (stacks, images, secrets, services, logs) is written when its server is told to
stop, as a machine's shutdown does, and the next `up` brings it back; the services then start
their tasks anew. When server or machine are killed, the account is what it was at its last
stop, which is empty if there was none: a deploy makes what is missing. The database keeps
its rows in either case.
"""

import fcntl
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipeline import aws
from pipeline.errors import ConfigurationError, Failed
from pipeline.local import database, emulator, engine
from pipeline.settings import Settings
from pipeline.shell import run

SECRET_NAME = "slipway/local/database-url"  # noqa: S105 - a name

Say = Callable[[str], None]


def up(settings: Settings, say: Say) -> None:
    """Bring the account up; one request when it is up already.

    Raises ConfigurationError when something else has the port, when no engine runs, or when
    its containers cannot be reached; Failed when a part does not start.
    """
    if _is_up(settings, say):
        return
    with _alone(say):
        if not _is_up(settings, say):
            _bring_up(settings, say)


def down(settings: Settings, say: Say) -> None:
    """Remove the account: server, containers, database, images, state. What is gone is gone.

    Raises ConfigurationError when parts of it are in an engine that does not run.
    """
    port = settings.local_port
    state = emulator.state_folder(port)
    say(f"removing the local AWS account of port {port}")
    with _alone(say):
        emulator.stop(port, signal.SIGKILL)  # its state is not wanted any more
        _require_ended(port)
        if engine.ask():
            _remove_containers(port)
            database.down(_database(port), _network(port))
            _remove_images(port)
        elif state.exists():
            engine.require()
        shutil.rmtree(state, ignore_errors=True)


def _database(port: int) -> str:
    return f"slipway-{port}-database"


def _network(port: int) -> str:
    return f"slipway-{port}"


def _is_up(settings: Settings, say: Say) -> bool:
    """Whether the server runs and was brought up to the end; one request."""
    port = settings.local_port
    answer = emulator.answering_edition(port)
    if answer is not None and answer not in emulator.editions(port):
        raise ConfigurationError(
            f"port {port} is taken by something else",
            hint="set LOCAL_PORT to a free port, or free it",
        )
    if answer is None or not (emulator.state_folder(port) / "ready").exists():
        return False
    if answer != emulator.edition(port, waits=settings.local_stack_waits):
        # Others may be at work in it, so it is not started anew.
        say("the local AWS account runs with another LOCAL_STACK_WAITS, until invoke local.down")
    return True


def _require_ended(port: int) -> None:
    """Raise Failed when the server goes on: the state folder, which knew it, was removed."""
    if emulator.answering_edition(port) in emulator.editions(port):
        raise Failed(
            f"the local AWS account's server is not known any more and still has port {port}",
            hint="end the process that listens on that port, then type it again",
        )


def _bring_up(settings: Settings, say: Say) -> None:
    engine.require()
    port, waits = settings.local_port, settings.local_stack_waits
    state = emulator.state_folder(port)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    ready = state / "ready"
    ready.unlink(missing_ok=True)
    emulator.stop(port)  # half up
    _require_ended(port)
    say("starting the local database")
    name = _database(port)
    url = database.up(name, _network(port), settings.postgres_image, state / "password")
    python = emulator.environment(say)
    say(f"starting the local AWS account at {settings.endpoint_url}")
    emulator.start(python, port, name, waits=waits)
    _keep_secret(settings, url)
    ready.touch()


@contextmanager
def _alone(say: Say) -> Iterator[None]:
    """Wait until no other process brings an account up or down, and keep others waiting."""
    emulator.states().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (emulator.states() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another command, which brings a local AWS account up or down")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_containers(port: int) -> None:
    label = f"label=ministack.instance={emulator.instance(port)}"
    found = run(["docker", "ps", "--all", "--quiet", "--filter", label]).stdout.split()
    if found:
        run(["docker", "rm", "--force", "--volumes", *found])


def _remove_images(port: int) -> None:
    """Remove the names that images had in this account; what was built keeps its own."""
    listed = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]
    here = ["--filter", f"reference=localhost:{port}/*"]
    names = run([*listed, *here]).stdout.split()
    if names:
        run(["docker", "rmi", "--force", *names], check=False)


def _keep_secret(settings: Settings, url: str) -> None:
    secrets = aws.client(settings, "secretsmanager")
    try:
        secrets.create_secret(Name=SECRET_NAME, SecretString=url)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=SECRET_NAME, SecretString=url)
