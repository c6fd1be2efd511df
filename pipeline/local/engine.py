"""A container engine: the one that runs, or on a bare Debian machine one that is installed."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.shell import run

INSTALL_HINT = "install Docker 29 or newer, with buildx, and start it"
CONTAINERD_HINT = (
    'set {"features": {"containerd-snapshotter": true}} in the engine\'s daemon.json and restart it'
)


class Action(Enum):
    """What `ensure` does about what it found."""

    NOTHING = "nothing"
    START = "start"
    INSTALL = "install"
    EXPLAIN = "explain"


@dataclass(frozen=True)
class Engine:
    """A running engine: its version, and whether it has what a build needs."""

    version: str
    buildx: bool
    containerd_store: bool


@dataclass(frozen=True)
class Machine:
    """What decides whether an engine can be put on this machine."""

    root: bool
    debian: bool
    installed: bool


def ask() -> Engine | None:
    """Ask the running engine what it is; None where none answers within 10 s."""
    if shutil.which("docker") is None:
        return None
    done = run(["docker", "info", "--format", "{{json .}}"], check=False, timeout=10)
    return parse(json.loads(done.stdout)) if done.code == 0 else None


def parse(info: dict[str, Any]) -> Engine | None:
    """Read the answer of `docker info`; None when it tells of no server."""
    if not info.get("ServerVersion"):
        return None
    plugins = {each["Name"] for each in info.get("ClientInfo", {}).get("Plugins") or []}
    status = dict(info.get("DriverStatus") or [])
    store = str(status.get("driver-type", "")).startswith("io.containerd.snapshotter")
    return Engine(info["ServerVersion"], "buildx" in plugins, store)


def decide(engine: Engine | None, machine: Machine) -> Action:
    """Choose what to do, from what answers and what the machine allows."""
    if engine:
        return Action.NOTHING
    if not machine.root or not machine.debian:
        return Action.EXPLAIN
    return Action.START if machine.installed else Action.INSTALL


def ensure(say: Callable[[str], None]) -> Engine:
    """Find the running engine, or start one, or install one and start it.

    Raises ConfigurationError where it can do none of these, or where the running
    engine lacks buildx or the containerd image store, which keeps digests.
    """
    from pipeline.local import debian

    engine = ask()
    machine = Machine(os.geteuid() == 0, Path("/etc/debian_version").exists(), debian.installed())
    action = decide(engine, machine)
    if action is Action.EXPLAIN:
        raise ConfigurationError("no container engine answers", hint=INSTALL_HINT)
    if action is Action.INSTALL:
        debian.install(say)
    if action is not Action.NOTHING:
        debian.start(say)
        engine = ask()
    return _sufficient(engine)


def require() -> Engine:
    """Find the running engine, or raise ConfigurationError that says how to get one."""
    if (engine := ask()) is None:
        raise ConfigurationError("no container engine answers", hint="invoke engine")
    return _sufficient(engine)


def _sufficient(engine: Engine | None) -> Engine:
    if engine is None:
        raise ConfigurationError("the engine was started but does not answer", hint=INSTALL_HINT)
    if not engine.buildx:
        raise ConfigurationError("the engine has no buildx", hint="install docker-buildx")
    if not engine.containerd_store:
        raise ConfigurationError(
            "the engine does not keep the digests of what it builds", hint=CONTAINERD_HINT
        )
    return engine
