"""The local AWS account: MiniStack with a container engine and a Postgres behind it.

There is one for each user and port, shared by every checkout, as a real account is.
Its state is written when the server is stopped; after a crash of the machine the account
is empty, and the database's volume is kept.
"""

import hashlib
import http.client
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline import aws
from pipeline.errors import ConfigurationError, Failed
from pipeline.local import database, engine
from pipeline.settings import LOCAL_REGION, Settings
from pipeline.shell import run, start_detached

HOST = "127.0.0.1"
HEALTH = "/_ministack/health"
START_SECONDS = 60
STOP_SECONDS = 30
SECRET_NAME = "slipway/local/database-url"  # noqa: S105 - a name
SERVER = Path(__file__).with_name("server.py")
REQUIREMENTS = Path(__file__).parents[2] / "requirements-local.txt"

Say = Callable[[str], None]


def state_folder(port: int) -> Path:
    """Name the folder of the account's state, log and process number."""
    return _states() / str(port)


def up(settings: Settings, say: Say) -> None:
    """Bring the account up; one request when it is up already.

    Raises ConfigurationError when something else has the port or no engine runs,
    Failed when a part does not start.
    """
    port = settings.local_port
    if _healthy(port):
        _require_own(port)
        return
    _require_free(port)
    engine.require()
    state = state_folder(port)
    name = f"slipway-{port}"
    say("starting the local database")
    url = database.up(f"{name}-database", name, settings.postgres_image, state / "password")
    python = _environment(say)
    say(f"starting the local AWS account at {settings.endpoint_url}")
    _start(settings, python, state, f"{name}-database")
    _keep_secret(settings, url)


def down(settings: Settings, say: Say) -> None:
    """Remove the account: server, containers, database, state. Nothing there is no error."""
    port = settings.local_port
    say(f"removing the local AWS account of port {port}")
    _stop(port)
    if engine.ask():
        label = f"label=ministack.instance={_instance(port)}"
        found = run(["docker", "ps", "--all", "--quiet", "--filter", label]).stdout.split()
        if found:
            run(["docker", "rm", "--force", "--volumes", *found])
        database.down(f"slipway-{port}-database", f"slipway-{port}")
    shutil.rmtree(state_folder(port), ignore_errors=True)


def _states() -> Path:
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "slipway"


def _instance(port: int) -> str:
    """Name the label's value that the server gives to each container of this account."""
    return f"slipway:{port}"


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", HEALTH)
        answer = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return isinstance(answer, dict) and "services" in answer


def _own_server(port: int) -> int | None:
    """Find the process number of this account's server; None when it does not run."""
    try:
        number = int((state_folder(port) / "pid").read_text())
        command = run(["ps", "-o", "args=", "-p", str(number)], check=False).stdout
    except (OSError, ValueError):
        return None
    return number if SERVER.name in command else None


def _require_own(port: int) -> None:
    if not (state_folder(port) / "pid").exists():
        raise _taken(port)


def _require_free(port: int) -> None:
    import socket

    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise _taken(port)


def _taken(port: int) -> ConfigurationError:
    return ConfigurationError(
        f"port {port} is taken by something else", hint="set LOCAL_PORT to a free port, or free it"
    )


def _environment(say: Say) -> Path:
    """Make MiniStack's virtual environment, or find the one of these requirements."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = _states() / f"venv-{digest}"
    python, done = folder / "bin" / "python", folder / "complete"
    if not done.exists():
        say("installing the local AWS account")
        run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes"]
        run([*pip, "--requirement", str(REQUIREMENTS)], timeout=900)
        done.touch()
    return python


def _start(settings: Settings, python: Path, state: Path, neighbour: str) -> None:
    """Start the server; `neighbour` is the container whose network the tasks join."""
    variables = {
        "GATEWAY_PORT": str(settings.local_port),
        "BIND_HOST": HOST,
        "HOSTNAME": neighbour,
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_HOSTNAME": "slipway",
        "MINISTACK_REGION": LOCAL_REGION,
        "PERSIST_STATE": "1",
        "SLIPWAY_STACK_WAITS": str(int(settings.local_stack_waits)),
        "STATE_DIR": str(state / "state"),
    }
    log = state / "server.log"
    process = start_detached([str(python), str(SERVER)], log=log, env=variables)
    (state / "pid").write_text(str(process.pid))
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _healthy(settings.local_port):
            return
        time.sleep(0.1)
    last = "\n  ".join(log.read_text(errors="replace").splitlines()[-5:])
    raise Failed(f"the local AWS account did not start:\n  {last}", hint="invoke local.down")


def _stop(port: int) -> None:
    """End the server with the signal on which it writes its state, and wait for its end."""
    if (number := _own_server(port)) is None:
        return
    os.kill(number, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    while _own_server(port) and time.monotonic() < until:
        time.sleep(0.1)
    if _own_server(port):
        os.kill(number, signal.SIGKILL)


def _keep_secret(settings: Settings, url: str) -> None:
    secrets = aws.client(settings, "secretsmanager")
    try:
        secrets.create_secret(Name=SECRET_NAME, SecretString=url)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=SECRET_NAME, SecretString=url)
