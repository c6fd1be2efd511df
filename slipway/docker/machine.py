"""What this machine is, and what that means for a container engine on it."""

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from slipway.errors import ConfigurationError

OLDEST_DEBIAN = 12
CAP_NET_ADMIN, CAP_SYS_ADMIN = 12, 21
INSTALL_HINT = "install and start Docker Desktop, or docker-ce with docker-buildx-plugin"


class Action(Enum):
    """What is done where no engine answers."""

    START = "start"
    INSTALL = "install"
    EXPLAIN = "explain"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a machine where no engine answers."""

    client: bool = True
    """Whether `docker` is on the PATH."""
    denied: bool = False
    """Whether an engine runs that this user may not talk to."""
    elsewhere: str = ""
    """DOCKER_HOST or DOCKER_CONTEXT with its value, where the user named an engine."""
    unit: bool = False
    """Whether systemd has an engine of the machine's own to start."""
    root: bool = False
    debian: bool = False
    installed: bool = False
    """Whether an earlier `invoke engine` installed one."""


def decide(facts: Facts) -> Action:
    """Choose what to do, from what the machine is and allows."""
    # An engine that somebody chose is theirs to start: a second one would only hide it.
    if facts.elsewhere or facts.denied or facts.unit:
        return Action.EXPLAIN
    if not (facts.root and facts.debian):
        return Action.EXPLAIN
    return Action.START if facts.installed else Action.INSTALL


def explain_missing_engine(facts: Facts) -> ConfigurationError:
    """Say why no engine answers, and what to type."""
    what = "no container engine answers" if facts.client else "docker is not installed"
    if not facts.client and (facts.elsewhere or facts.unit):
        hint = "install docker's client, with docker-buildx-plugin"
    elif facts.elsewhere:
        what, hint = f"{what} at {facts.elsewhere}", "start it, or choose another engine"
    elif facts.denied:
        what = "this user may not talk to the container engine"
        hint = "sudo usermod --append --groups docker $USER, and log in again"
    elif facts.unit:
        hint = "systemctl start docker"
    elif decide(facts) is not Action.EXPLAIN:
        hint = "invoke engine"
    elif facts.debian:
        hint = f"invoke engine, as root with all its rights; or {INSTALL_HINT}"
    else:
        hint = "start Docker" if facts.client else INSTALL_HINT
    return ConfigurationError(what, hint=hint)


def is_supported() -> bool:
    """Whether this is a Debian that the newer release's engine runs on."""
    try:
        return is_debian(platform.freedesktop_os_release())
    except OSError:
        return False


def is_debian(release: Mapping[str, str]) -> bool:
    """Whether os-release names Debian 12 or newer; testing has no number."""
    version = release.get("VERSION_ID", str(OLDEST_DEBIAN))
    return release.get("ID") == "debian" and version.isdecimal() and int(version) >= OLDEST_DEBIAN


def is_root() -> bool:
    """Whether this process is root, with the rights that root has outside a container."""
    status = Path("/proc/self/status")
    return os.geteuid() == 0 and status.exists() and has_rights(status.read_text())


def has_rights(status: str) -> bool:
    """Whether /proc/PID/status lists the capabilities to mount and to make networks."""
    found = re.search(r"^CapEff:\s*([0-9a-f]+)", status, re.MULTILINE)
    held = int(found[1], 16) if found else 0
    return all(held >> bit & 1 for bit in (CAP_NET_ADMIN, CAP_SYS_ADMIN))


def has_docker_unit() -> bool:
    """Whether systemd runs this machine and has an engine to start."""
    folders = ("/etc/systemd/system", "/lib/systemd/system")
    units = (Path(folder) / "docker.service" for folder in folders)
    return Path("/run/systemd/system").is_dir() and any(unit.exists() for unit in units)


def has_cgroups() -> bool:
    """Whether an init system has mounted the control groups."""
    folder = Path("/sys/fs/cgroup")
    return folder.is_dir() and any(folder.iterdir())
