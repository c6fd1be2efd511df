"""The container engine that runs: what it is, and whether it has what a build needs."""

import json
import os
import shutil
from dataclasses import dataclass
from typing import Any

from slipway.docker import machine
from slipway.errors import ConfigurationError, Failed
from slipway.shell import run

ANSWER_SECONDS = 10
BUILDX_HINT = "install docker-buildx-plugin (docker-ce), or update Docker Desktop"
STORE_HINT = (
    "with Docker 24 or newer, switch on 'Use containerd for pulling and storing images' in Docker"
    ' Desktop, or set {"features": {"containerd-snapshotter": true}} in /etc/docker/daemon.json;'
    " then restart it"
)


@dataclass(frozen=True)
class Engine:
    """A running engine: its version, and whether it has what a build needs."""

    version: str
    buildx: bool
    containerd_store: bool


def require() -> Engine:
    """Find the running engine; ConfigurationError says what is wrong and how to get one."""
    engine, words = probe()
    if engine is None:
        raise machine.explain_missing_engine(look(words))
    return sufficient(engine)


def ask() -> Engine | None:
    """Ask the running engine what it is; None if none answers."""
    return probe()[0]


def look(words: str) -> machine.Facts:
    """Find out what this machine is, where no engine answered; `words` are the client's."""
    return machine.Facts(
        client=shutil.which("docker") is not None,
        denied="permission denied" in words.lower(),
        elsewhere=_named_by_user(),
        unit=machine.has_docker_unit(),
        root=machine.is_root(),
        debian=machine.is_supported(),
    )


def _named_by_user() -> str:
    """Find the variable by which the user chose an engine; "" if none is set."""
    names = ("DOCKER_HOST", "DOCKER_CONTEXT")
    return next((f"{name}={os.environ[name]}" for name in names if os.environ.get(name)), "")


def probe() -> tuple[Engine | None, str]:
    """Return the running engine, if one answers, and the words of its client.

    Raises ConfigurationError for one that hangs: it is not one that is missing.
    """
    if shutil.which("docker") is None:
        return None, ""
    command = ["docker", "info", "--format", "{{json .}}"]
    try:
        done = run(command, check=False, timeout=ANSWER_SECONDS)
    except Failed as error:
        raise ConfigurationError(
            f"the container engine does not answer within {ANSWER_SECONDS} s",
            hint="restart it; if DOCKER_HOST is set, check that host",
        ) from error
    return parse(done.stdout), done.stderr + done.stdout


def parse(text: str) -> Engine | None:
    """Read the JSON of `docker info`; None if it names no server."""
    try:
        info: Any = json.loads(text)
    except ValueError:
        return None
    if not (isinstance(info, dict) and info.get("ServerVersion")):
        return None
    listed = (info.get("ClientInfo") or {}).get("Plugins") or []
    plugins = {each["Name"] for each in listed if not each.get("Err")}
    # A list of pairs; other drivers repeat their keys, this one is found once.
    status = dict(info.get("DriverStatus") or [])
    store = str(status.get("driver-type", "")).startswith("io.containerd.snapshotter")
    return Engine(info["ServerVersion"], "buildx" in plugins, store)


def sufficient(engine: Engine) -> Engine:
    """Return the engine, or raise ConfigurationError that says what to switch on."""
    if not engine.buildx:
        raise ConfigurationError(
            f"the client of engine {engine.version} has no buildx", hint=BUILDX_HINT
        )
    if not engine.containerd_store:
        raise ConfigurationError(
            f"engine {engine.version} does not keep the digests of what it builds", hint=STORE_HINT
        )
    return engine
