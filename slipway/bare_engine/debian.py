"""Debian's packages on this machine, and a small tree of a newer release beside them.

Both the engine's files and the Python base image are taken from that tree.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from slipway.docker import machine
from slipway.errors import Failed
from slipway.shell import Completed, run

HOME = Path("/opt/slipway-engine")
RELEASE = "trixie"
TREE = HOME / RELEASE
TREE_PACKAGES = ["ca-certificates", "python3", "python3-pip", "python3-venv"]
NEEDED_BYTES = 3 * 1024**3
SLOW_NETWORK_SECONDS = 1800
# Waits for a run of unattended-upgrades.
WAIT = ["--option", "DPkg::Lock::Timeout=120"]
INSTALL = ["apt-get", "--quiet", *WAIT, "install", "--yes", "--no-install-recommends"]
# Root without a login shell has a PATH that lacks these.
PATH = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"
# A program each package is known by; ca-certificates is what makes the host's bundle.
PROGRAMS = {
    "debootstrap": "debootstrap",
    "iptables": "iptables",
    "runc": "runc",
    "update-ca-certificates": "ca-certificates",
}


def missing_packages(has: Callable[[str], bool] | None = None) -> list[str]:
    """List the Debian packages that the host lacks; `has` says whether a program is there."""
    has = has or (lambda program: shutil.which(program, path=PATH) is not None)
    wanted = {**PROGRAMS, **_wanted_here()}
    return [package for program, package in wanted.items() if not has(program)]


def _wanted_here() -> dict[str, str]:
    wanted = {}
    if Path("/sys/module/apparmor/parameters/enabled").exists():
        wanted["apparmor_parser"] = "apparmor"  # else no container starts
    if not machine.has_cgroups():
        wanted["cgroupfs-mount"] = "cgroupfs-mount"
    return wanted


def install_packages(say: Callable[[str], None]) -> None:
    """Install what the host lacks; no network is needed when nothing is missing."""
    if missing := missing_packages():
        say(f"engine: installing {', '.join(missing)}")
        # Unchecked: a foreign source that is out of order is no reason to stop.
        system("apt-get", "--quiet", "update", check=False)
        system(*INSTALL, *missing)


def tree(say: Callable[[str], None]) -> Path:
    """Make a minimal Debian tree with Python, or find the one that is there."""
    if not TREE.is_dir():
        need_room()
        install_packages(say)
        say(f"engine: unpacking a minimal Debian with Python ({RELEASE})")
        part = fresh(TREE)
        # In a mount namespace, so that an interrupted run leaves no /proc mounted in there.
        bootstrap = ["unshare", "--mount", "debootstrap", "--variant=minbase"]
        include = f"--include={','.join(TREE_PACKAGES)}"
        system(*bootstrap, include, RELEASE, str(part), *_mirror())
        part.rename(TREE)
    return TREE


def _mirror() -> list[str]:
    command = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(REPO_URI)"]
    return mirror(system(*command, "Identifier: Packages", check=False).stdout)


def mirror(targets: str) -> list[str]:
    """Find where this machine's own Debian comes from; [] leaves debootstrap its default."""
    # Without one that holds a password: an argument list is read by everybody.
    found = re.findall(r"^Debian Debian (https?://[^\s@]+)$", targets, re.MULTILINE)
    return found[:1]


def fresh(target: Path) -> Path:
    """Name the place where `target` is made, emptied of what an interrupted run left.

    It is given its final name at the end: what has that name is complete.
    """
    part = target.with_name(target.name + ".part")
    if part.exists():
        shutil.rmtree(part)
    part.parent.mkdir(parents=True, exist_ok=True)
    return part


def need_room() -> None:
    """Raise Failed where the disk has no room for the engine and its first images."""
    for folder in (HOME, Path("/var/lib")):
        folder.mkdir(parents=True, exist_ok=True)
        if (free := shutil.disk_usage(folder).free) < NEEDED_BYTES:
            wanted = f"{free / 1024**3:.1f} GiB free for {folder}, 3 are needed"
            raise Failed(wanted, hint="free some disk space, then: invoke engine")


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other process installs, and keep others waiting."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def system(*command: str, check: bool = True) -> Completed:
    """Run one of root's commands, which never asks a question."""
    quiet = {"PATH": PATH, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    hint = "read the lines above, check the network and the disk, then: invoke engine"
    return run(command, env=quiet, check=check, timeout=SLOW_NETWORK_SECONDS, hint=hint)
