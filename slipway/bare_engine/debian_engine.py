"""An engine from Debian's packages, if none runs and no image registry can be reached.

The engine of the next release (trixie), which keeps digests and has buildx, runs on
Debian 12 with Debian 12's own runc. Nothing of it is under the control of systemd:
it is started by `invoke engine` and ends with the machine.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from slipway import polling
from slipway.bare_engine import debian
from slipway.docker import machine
from slipway.errors import Failed
from slipway.shell import run, start_detached

FILES = debian.HOME / "engine"
PACKAGES = ["docker.io", "docker-cli", "docker-buildx", "containerd", "tini"]
PLUGINS = Path("/usr/local/lib/docker/cli-plugins")
CLIENT = Path("/usr/local/bin/docker")
LOG = Path("/var/log/slipway-dockerd.log")
START_SECONDS, POLL_SECONDS = 60, 0.1
ANSWER_SECONDS = 10
PID_FILE = Path("/var/run/docker.pid")
CONTAINERD_PID_FILE = Path("/var/run/docker/containerd/containerd.pid")

# The socket only. dockerd starts a containerd of its own, with no TCP port either.
DAEMON = {
    "features": {"containerd-snapshotter": True},
    "hosts": ["unix:///var/run/docker.sock"],
}


def installed() -> bool:
    """Whether an earlier `install` came to its end."""
    return FILES.is_dir() and not debian.missing_packages()


def install(say: Callable[[str], None]) -> None:
    """Install the engine's files; an interrupted run is finished by the next one.

    Raises Failed when the disk has no room for it, CommandFailed when a package
    cannot be pulled or installed.
    """
    debian.need_room()
    debian.install_packages(say)
    tree = debian.tree(say)
    if not FILES.is_dir():
        say("engine: installing docker, containerd and buildx from Debian's packages")
        part = debian.fresh(FILES)
        _unpack(tree, part)
        (part / "daemon.json").write_text(json.dumps(DAEMON))
        part.rename(FILES)


def _unpack(tree: Path, part: Path) -> None:
    """Extract the packages of the tree's release; none of them is installed on the host."""
    inside = "var/cache/slipway"
    packages = tree / inside
    packages.mkdir(exist_ok=True)
    # As root: apt's own user may not write there.
    get = f"cd /{inside} && apt-get --quiet --option APT::Sandbox::User=root download"
    script = f"apt-get --quiet update && {get} {' '.join(PACKAGES)}"
    debian.system("chroot", str(tree), "sh", "-c", script)
    for package in packages.glob("*.deb"):
        debian.system("dpkg-deb", "--extract", str(package), str(part))
    shutil.rmtree(packages)


def _link_client() -> None:
    """Put buildx where any client finds it, and the client itself if there is none."""
    PLUGINS.mkdir(parents=True, exist_ok=True)
    links = {PLUGINS / "docker-buildx": "usr/libexec/docker/cli-plugins/docker-buildx"}
    if shutil.which("docker") is None:
        links[CLIENT] = "usr/bin/docker"
    for link, inside in links.items():
        if link.exists() and not link.is_symlink():
            continue  # somebody's own
        link.unlink(missing_ok=True)
        link.symlink_to(FILES / inside)


def start(say: Callable[[str], None]) -> None:
    """Start dockerd on its socket, and return when it answers.

    One that somebody has just started is waited for. Raises Failed with the end of the
    log when there is no answer within START_SECONDS.
    """
    _link_client()
    _mount_cgroups()
    _forget_dead(CONTAINERD_PID_FILE, "containerd")
    if _forget_dead(PID_FILE, "dockerd"):
        say("engine: starting dockerd")
        path = f"{FILES}/usr/sbin:{FILES}/usr/bin:{debian.PATH}"
        command = ["dockerd", "--config-file", str(FILES / "daemon.json")]
        process = start_detached(command, log=LOG, env={"PATH": path})
        _wait_for_daemon(lambda: process.poll() is None)
    else:
        _wait_for_daemon(lambda: True)


def _wait_for_daemon(lives: Callable[[], bool]) -> None:
    for _ in polling.attempts(START_SECONDS, POLL_SECONDS):
        if not lives():
            break
        if _answers():
            return
    last = LOG.read_text(errors="replace").splitlines()[-5:] if LOG.exists() else []
    what = "\n  ".join(["dockerd does not answer; the end of its log:", *last])
    raise Failed(what, hint=f"read {LOG}, then: invoke engine")


def _answers() -> bool:
    try:
        return run(["docker", "version"], check=False, timeout=ANSWER_SECONDS).code == 0
    except Failed:  # it hangs
        return False


def _mount_cgroups() -> None:
    """Mount the control groups where no init system has done so."""
    if not machine.has_cgroups():
        debian.system("cgroupfs-mount")


def _forget_dead(pid_file: Path, program: str) -> bool:
    """Remove the PID file of a killed process; False when the process lives.

    Its number may be another program's by now, for which dockerd would refuse to start,
    and which it would even kill in containerd's place.
    """
    if is_running(pid_file, program):
        return False
    pid_file.unlink(missing_ok=True)
    return True


def is_running(pid_file: Path, program: str, processes: Path = Path("/proc")) -> bool:
    """Whether the process that a PID file names is this program, and no zombie."""
    try:
        number = int(pid_file.read_text())
        command = (processes / str(number) / "cmdline").read_text()
    except (OSError, ValueError):
        return False
    return Path(command.split("\0")[0]).name == program  # a zombie's is empty
