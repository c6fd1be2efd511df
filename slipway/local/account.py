"""The local AWS account: MiniStack with a container engine and a Postgres behind it.

There is one for each user, state folder and port, shared by every checkout, as a real account
is. Its names and labels in the engine say whose it is; nobody else's is touched. Only who can
read its access key can use it: local_key.py makes it, and the emulator asks for it.

Its state (stacks, images, secrets, services, logs) is written when its server is asked to
stop, as a machine's shutdown does, and the next `up` brings it back; the services then start
their tasks again. When server or machine are killed, the account is what it was at its last
stop, which is empty if there was none: a deploy makes what is missing. The database keeps
its rows in either case.
"""

import fcntl
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from slipway import local_key
from slipway.docker import engine
from slipway.errors import ConfigurationError, Failed, Refused
from slipway.local import database, emulator, leftovers, projects, sharing
from slipway.settings import Settings

Say = Callable[[str], None]
Confirm = Callable[[str], bool]


def up(settings: Settings, say: Say) -> None:
    """Bring the account up; one request and one look at the database when it is up already.

    Raises ConfigurationError when something else has the port, when no engine runs, or when
    its containers cannot be reached; Failed when a part does not start, or the server hangs.
    """
    if not (_is_up(settings, say) and projects.has_joined(settings)):
        with _alone(say):
            if not _is_up(settings, say):
                _bring_up(settings, say)
            _join(settings)
    port = settings.local_port
    sharing.note(local_key.state_folder(port) / "checkout", emulator.ROOT, say, port)


def down(settings: Settings, say: Say, confirm: Confirm) -> None:
    """Remove the account: server, containers, database, images, state. Nothing is kept.

    Before a database goes, `confirm` is asked, with the question. Raises Refused where it says
    no; ConfigurationError when another account has the port, or when parts of this one are in
    an engine that does not run.
    """
    port = settings.local_port
    state = local_key.state_folder(port)
    _own_answer(port)
    runs = engine.ask() is not None
    if runs and database.exists(_database(port)):
        of = f" of {', '.join(names)}" if (names := projects.names(port)) else ""
        question = f"remove the local AWS account of port {port} with the database{of}?"
        if not confirm(question):
            raise Refused("nothing was removed", hint="invoke local.down --yes")
    say(f"removing the local AWS account of port {port}")
    with _alone(say):
        emulator.stop(port, signal.SIGKILL)  # its state is not wanted any more
        _require_ended(port)
        if runs:
            leftovers.remove_containers(emulator.instance(port))
            database.down(_database(port), _name(port))
            leftovers.remove_image_names(f"localhost:{port}/*")
        elif state.exists():
            engine.require()
        shutil.rmtree(state, ignore_errors=True)


def _name(port: int) -> str:
    """Return the name of the account's network, with which its other names begin."""
    return f"slipway-{port}-{local_key.owner(port)}"


def _database(port: int) -> str:
    return f"{_name(port)}-database"


def _is_up(settings: Settings, say: Say) -> bool:
    """Whether the server runs and was brought up to the end, and the database runs."""
    port = settings.local_port
    if (answer := _own_answer(port)) == "":
        raise _hanging(emulator.process_id(port))
    is_ready = (local_key.state_folder(port) / "ready").exists()
    if answer not in emulator.editions(port) or not is_ready:
        return False
    if answer != emulator.edition(port, waits=settings.local_stack_waits):
        # Others may be at work in it, so it is not restarted.
        say("the local AWS account uses another LOCAL_STACK_WAITS, until invoke local.down")
    return database.runs(_database(port))


def _own_answer(port: int) -> str | None:
    """Return what the account's server answers: "" where it hangs, None if none runs.

    Raises ConfigurationError where another account, or another program, has the port.
    """
    answer = emulator.answering_edition(port)
    if answer is None or answer in emulator.editions(port) or emulator.process_id(port):
        return answer
    what = "another local AWS account" if answer.startswith("slipway") else "something else"
    raise ConfigurationError(
        f"port {port} is taken by {what}", hint="set LOCAL_PORT to a free port, or free it"
    )


def _hanging(pid: int | None) -> Failed:
    return Failed(
        f"the local AWS account's server (process {pid}) does not answer",
        hint="wait, then run the same command again; if it still hangs: "
        f"kill {pid}, then invoke local.up",
    )


def _require_ended(port: int) -> None:
    """Raise Failed when the server goes on: the state folder, which knew it, was removed."""
    if emulator.answering_edition(port) in emulator.editions(port):
        raise Failed(
            "the state folder of the local AWS account is gone, but its server still listens "
            f"on port {port}",
            hint="end the process that listens on that port, then run the same command again",
        )


def _bring_up(settings: Settings, say: Say) -> None:
    engine.require()
    port, waits = settings.local_port, settings.local_stack_waits
    local_key.create(port)
    state = local_key.state_folder(port)
    say("starting the local database")
    name = _database(port)
    database.up(name, _name(port), settings.postgres_image, state / "password")
    projects.forget(port)  # database or server may be new
    ready = state / "ready"
    if ready.exists() and emulator.answering_edition(port) in emulator.editions(port):
        return  # it was the database alone
    ready.unlink(missing_ok=True)
    emulator.stop(port)  # half up, or of another version
    _require_ended(port)
    python = emulator.environment(say)
    say(f"starting the local AWS account at {settings.endpoint_url}")
    emulator.start(python, port, name, waits=waits)
    ready.touch()


def _join(settings: Settings) -> None:
    """Give the project what it has of its own in the account, unless it has it."""
    if not projects.has_joined(settings):
        port = settings.local_port
        password = (local_key.state_folder(port) / "password").read_text()
        projects.join(settings, _database(port), password)


@contextmanager
def _alone(say: Say) -> Iterator[None]:
    """Wait until no other process brings an account up or down, and keep others waiting."""
    local_key.make_folder(local_key.states())
    with (local_key.states() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another command that starts or removes a local AWS account")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
