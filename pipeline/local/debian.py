"""An engine from Debian's packages, where none runs and no image registry can be reached.

The engine of the next release (trixie), which keeps digests and has buildx, runs on
Debian 12 with Debian 12's own runc. Nothing of it is under the control of systemd:
it is started by `invoke engine` and ends with the machine.
"""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import Failed
from pipeline.shell import run, start_detached

HOME = Path("/opt/slipway-engine")
TREE = HOME / "trixie"
FILES = HOME / "engine"
PACKAGES = ["docker.io", "docker-cli", "docker-buildx", "containerd"]
HOST_PACKAGES = ["ca-certificates", "debootstrap", "iptables", "runc"]
PLUGINS = Path("/usr/local/lib/docker/cli-plugins")
CLIENT = Path("/usr/local/bin/docker")
LOG = Path("/var/log/slipway-dockerd.log")
START_SECONDS = 60
NEEDED_BYTES = 3 * 1024**3

DAEMON = {
    "features": {"containerd-snapshotter": True},
    "hosts": ["unix:///var/run/docker.sock"],
}


def installed() -> bool:
    """Whether an earlier `install` came to its end."""
    return FILES.is_dir() and shutil.which("runc") is not None


def install(say: Callable[[str], None]) -> None:
    """Install the engine's files; an interrupted run is finished by the next one.

    Raises Failed when the disk has no room for it, CommandFailed when a package
    cannot be had.
    """
    HOME.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(HOME).free < NEEDED_BYTES:
        raise Failed(f"less than 3 GiB free under {HOME}", hint="make room, then: invoke engine")
    say("installing debootstrap, iptables and runc")
    _apt("update")
    _apt("install", "--yes", "--no-install-recommends", *HOST_PACKAGES)
    tree(say)
    _engine_files(say)


def tree(say: Callable[[str], None]) -> Path:
    """Make a minimal Debian tree with Python, or find the one that is there."""
    if not TREE.is_dir():
        say("unpacking a minimal Debian with Python (trixie)")
        part = _fresh(TREE)
        include = "--include=ca-certificates,python3,python3-venv"
        run(["debootstrap", "--variant=minbase", include, "trixie", str(part)], timeout=900)
        part.rename(TREE)
    return TREE


def _engine_files(say: Callable[[str], None]) -> None:
    say("unpacking dockerd, containerd and buildx")
    part, packages = _fresh(FILES), _fresh(TREE / "packages")
    part.mkdir()
    packages.mkdir()
    script = "apt-get --quiet update && cd /packages.part && apt-get --quiet download " + " ".join(
        ["--option=APT::Sandbox::User=root", *PACKAGES]
    )
    run(["chroot", str(TREE), "sh", "-c", script])
    for package in packages.glob("*.deb"):
        run(["dpkg-deb", "--extract", str(package), str(part)])
    shutil.rmtree(packages)
    (part / "daemon.json").write_text(json.dumps(DAEMON))
    _link_client(part)
    part.rename(FILES)


def _link_client(part: Path) -> None:
    """Put buildx where any client finds it, and the client itself where there is none."""
    PLUGINS.mkdir(parents=True, exist_ok=True)
    links = [(PLUGINS / "docker-buildx", "usr/libexec/docker/cli-plugins/docker-buildx")]
    if shutil.which("docker") is None:
        links.append((CLIENT, "usr/bin/docker"))
    for link, inside in links:
        if (part / inside).exists():
            link.unlink(missing_ok=True)
            link.symlink_to(FILES / inside)


def start(say: Callable[[str], None]) -> None:
    """Start dockerd on its socket, and return when it answers.

    Raises Failed with the end of its log when it does not within START_SECONDS.
    """
    say("starting dockerd")
    _mount_cgroups()
    path = f"{FILES}/usr/sbin:{FILES}/usr/bin:{os.environ.get('PATH', os.defpath)}"
    command = ["dockerd", "--config-file", str(FILES / "daemon.json")]
    process = start_detached(command, log=LOG, env={"PATH": path})
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if run(["docker", "version"], check=False, timeout=10).code == 0:
            return
        time.sleep(0.2)
    last = "\n  ".join(LOG.read_text(errors="replace").splitlines()[-5:])
    raise Failed(f"dockerd did not start:\n  {last}", hint=f"read {LOG}, then: invoke engine")


def _mount_cgroups() -> None:
    """Mount the control groups where no init system has done so."""
    if any(Path("/sys/fs/cgroup").iterdir()):
        return
    _apt("install", "--yes", "--no-install-recommends", "cgroupfs-mount")
    run(["cgroupfs-mount"])


def _fresh(target: Path) -> Path:
    """Name the place where `target` is made, emptied of what an interrupted run left."""
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    return part


def _apt(*arguments: str) -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run(
        ["apt-get", "--quiet", *arguments], env=quiet, hint="check the network, then: invoke engine"
    )
