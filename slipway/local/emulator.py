"""The local account's server as a process: its environment, its start, its end."""

import fcntl
import hashlib
import hmac
import http.client
import json
import os
import secrets
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from slipway import local_key, polling
from slipway.errors import Failed
from slipway.local_key import credentials_file, owner, state_folder, states
from slipway.settings import LOCAL_REGION
from slipway.shell import run, start_detached

HOST = "127.0.0.1"
HEALTH = "/_ministack/health"
MODULE = "slipway.emulator.server"
START_SECONDS = 60
STOP_SECONDS = 30
POLL_SECONDS = 0.1
ANSWER_SECONDS = 5
ANSWER_BYTES = 1_000_000
UNPROVEN = " (without a proof)"
ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements-local.txt"


def instance(port: int) -> str:
    """Return the value of the label `ministack.instance` that the server gives its containers."""
    return f"slipway-{owner(port)}:{port}"


def edition(port: int, *, waits: bool) -> str:
    """Return what the server of this user, state folder and setting says of itself."""
    return f"slipway {owner(port)}{' waits' if waits else ''}"


def editions(port: int) -> list[str]:
    """List what a server of this user and state folder may say of itself."""
    return [edition(port, waits=waits) for waits in (True, False)]


def answering_edition(port: int) -> str | None:
    """Ask what answers on a port: "" when it is no MiniStack or hangs, None when nothing does.

    Another program, of another user, can say what the account's server says. So it is asked for
    a proof that it knows the account's key, and without one its answer is not an edition.
    """
    challenge = secrets.token_hex(16)
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", f"{HEALTH}?{challenge}")
        answer = json.loads(connection.getresponse().read(ANSWER_BYTES))
    except ConnectionRefusedError:
        return None
    except (OSError, ValueError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
    if not isinstance(answer, dict):
        return ""
    key, proof = local_key.read(port), str(answer.get("proof"))
    is_proven = key and hmac.compare_digest(proof.encode(), key.proof(challenge).encode())
    return f"{answer.get('edition', '')}{'' if is_proven else UNPROVEN}"


def environment(say: Callable[[str], None]) -> Path:
    """Return MiniStack's Python; make its virtual environment where it is missing or incomplete."""
    kind = f"{sys.version_info.major}.{sys.version_info.minor}".encode()
    digest = hashlib.sha256(kind + REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = states() / f"venv-{digest}"
    # Written last. A Python that was removed since leaves a link to nothing.
    python, done = folder / "bin" / "python", folder / "complete"
    if not (done.exists() and python.exists()):
        say("installing the local AWS account")
        run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "--require-hashes", "--requirement", str(REQUIREMENTS)], timeout=900)
        done.touch()
    return python


def variables(port: int, neighbour: str, *, waits: bool) -> dict[str, str]:
    """Decide the server's environment; tasks join the network of the container `neighbour`.

    It names the file of the access key, and holds no key: neither the account's nor one that
    the user has for AWS.
    """
    state = state_folder(port)
    return {
        **dict.fromkeys(("AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), ""),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials_file(port)),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "HOSTNAME": neighbour,
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_EDITION": edition(port, waits=waits),
        "MINISTACK_HOSTNAME": instance(port).partition(":")[0],
        "MINISTACK_REGION": LOCAL_REGION,
        "PERSIST_STATE": "1",
        "PYTHONPATH": str(ROOT),
        "PYTHONSAFEPATH": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "SFTP_ENABLED": "0",
        "SLIPWAY_PID_FILE": str(state / "pid"),
        "SLIPWAY_STACK_WAITS": str(int(waits)),
        "STATE_DIR": str(state / "state"),
        "TMPDIR": str(state / "tmp"),
    }


def start(python: Path, port: int, neighbour: str, *, waits: bool) -> None:
    """Start the server and wait until it answers.

    Raises Failed with the end of its log when it does not within START_SECONDS.
    """
    log = state_folder(port) / "server.log"
    env = variables(port, neighbour, waits=waits)
    Path(env["TMPDIR"]).mkdir(exist_ok=True)
    process = start_detached([str(python), "-m", MODULE], log=log, env=env)
    for _ in polling.attempts(START_SECONDS, POLL_SECONDS):
        if answering_edition(port) == env["MINISTACK_EDITION"]:
            return
        # One that an interrupted command left behind may have been quicker.
        if process.poll() is not None and process_id(port) is None:
            break
    last = "\n  ".join(log.read_text(errors="replace").splitlines()[-5:])
    raise Failed(
        f"the local AWS account did not start:\n  {last}",
        hint=f"read {log}; to start with an empty account: invoke local.down",
    )


def stop(port: int, with_signal: signal.Signals = signal.SIGTERM) -> None:
    """End the server, if it runs: it keeps its state on SIGTERM, and not on SIGKILL."""
    if (number := process_id(port)) is None:
        return
    os.kill(number, with_signal)
    for _ in polling.attempts(STOP_SECONDS, POLL_SECONDS):
        if process_id(port) is None:
            return
    os.kill(number, signal.SIGKILL)


def process_id(port: int) -> int | None:
    """Return the id of this account's server, which keeps its file locked as long as it runs."""
    kept = state_folder(port) / "pid"
    try:
        with kept.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int(kept.read_text() or 0) or None
    return None
