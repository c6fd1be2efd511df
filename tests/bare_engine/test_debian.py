"""Debian's packages: what is missing, what an interrupted run leaves, and the engine of them."""

import fcntl
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from slipway import polling
from slipway.bare_engine import debian, debian_engine
from slipway.docker import machine
from slipway.errors import Failed
from slipway.shell import CommandFailed, Completed

OTHERS = """\
Docker Docker CE https://docker.example/linux/debian
Debian Debian-Security http://security.example/debian-security
Debian Backports Debian http://backports.example/debian
Debian Debian cdrom://disc/
"""
OWN = "Debian Debian https://mirror.example/debian\n"


class System:
    """In the place of root's commands: makes the folders that they would, or fails at one."""

    def __init__(self) -> None:
        self.failing = ""
        self.commands: list[tuple[str, ...]] = []
        self.unchecked: list[tuple[str, ...]] = []

    def __call__(self, *command: str, check: bool = True) -> Completed:
        """Keep the command, and make its folder."""
        (self.commands if check else self.unchecked).append(command)
        for word in command:
            if word.endswith(".part"):
                (Path(word) / "var" / "cache").mkdir(parents=True, exist_ok=True)
        if self.failing in command:
            raise CommandFailed(Completed(command, 1))
        return Completed(command, 0, OTHERS + OWN)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the engine, empty, on a disk with just enough room; others are beside it."""
    (made := tmp_path / "home").mkdir()
    monkeypatch.setattr(debian, "Path", lambda name: tmp_path / name.lstrip("/"))
    monkeypatch.setattr(debian, "HOME", made)
    monkeypatch.setattr(debian, "TREE", made / "tree")
    monkeypatch.setattr(debian_engine, "FILES", made / "engine")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=debian.NEEDED_BYTES))
    return made


@pytest.fixture
def system(home: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """Root's commands, none of which is run, on a host that lacks no package."""
    assert not list(home.iterdir())
    made = System()
    monkeypatch.setattr(debian, "system", made)
    monkeypatch.setattr(debian, "missing_packages", list)
    return made


@pytest.mark.parametrize(
    ("absent", "missing"),
    [
        (set(), []),
        ({"runc"}, ["runc"]),
        ({"update-ca-certificates"}, ["ca-certificates"]),
        ({"debootstrap", "iptables"}, ["debootstrap", "iptables"]),
    ],
)
def test_a_package_is_missing_when_its_program_is(absent: set[str], missing: list[str]) -> None:
    """Where all the programs are, there is nothing to install."""
    assert debian.missing_packages(lambda program: program not in absent) == missing


@pytest.mark.parametrize("mounted", [True, False])
def test_control_groups_are_mounted_by_a_package_where_no_init_system_does(
    *, monkeypatch: pytest.MonkeyPatch, mounted: bool
) -> None:
    """Else no container would start."""
    monkeypatch.setattr(machine, "has_cgroups", lambda: mounted)
    assert ("cgroupfs-mount" in debian.missing_packages(lambda _: False)) is not mounted


@pytest.mark.parametrize(
    ("targets", "found"),
    [
        ("", []),
        (OTHERS, []),
        (OTHERS + OWN, ["https://mirror.example/debian"]),
        (OWN + OWN.replace("mirror", "second"), ["https://mirror.example/debian"]),
        (OWN.replace("https", "http"), ["http://mirror.example/debian"]),
    ],
)
def test_a_tree_comes_from_where_the_host_s_own_debian_does(targets: str, found: list[str]) -> None:
    """Not from another's packages, nor from security updates; else debootstrap knows a place."""
    assert debian.mirror(targets) == found


def test_what_an_interrupted_run_left_is_removed(tmp_path: Path) -> None:
    """What is complete stays."""
    target, part = tmp_path / "below" / "tree", tmp_path / "below" / "tree.part"
    assert debian.fresh(target) == part
    assert target.parent.is_dir()

    for each in (target, part):
        (each / "half").mkdir(parents=True)
    assert debian.fresh(target) == part
    assert ((target / "half").exists(), part.exists()) == (True, False)


def test_a_tree_is_made_once(home: Path, system: System) -> None:
    """In a mount namespace, from the host's mirror; later nothing is asked, said or run."""
    assert debian.tree(lambda _: None) == home / "tree"

    (command,) = system.commands
    assert command[:3] == ("unshare", "--mount", "debootstrap")
    assert command[-3:] == ("trixie", str(home / "tree.part"), "https://mirror.example/debian")
    assert debian.tree(pytest.fail) == home / "tree"
    assert len(system.commands) == 1


def test_an_interrupted_tree_is_not_taken_for_one(home: Path, system: System) -> None:
    """It gets its name when it is complete, and the next run makes it again."""
    system.failing = "debootstrap"
    with pytest.raises(CommandFailed):
        debian.tree(lambda _: None)
    assert [each.name for each in home.iterdir()] == ["tree.part"]

    system.failing = ""
    assert debian.tree(lambda _: None).is_dir()


def test_a_full_disk_is_said_before_anything_is_unpacked(
    home: Path, monkeypatch: pytest.MonkeyPatch, system: System
) -> None:
    """Be it the tree, or the engine beside it: how much there is, and what to type."""
    half = SimpleNamespace(free=debian.NEEDED_BYTES // 2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: half)

    with pytest.raises(Failed, match=r"1\.5 GiB free for .*, 3 are needed") as raised:
        debian.tree(pytest.fail)
    assert raised.value.hint == "free some disk space, then: invoke engine"

    (home / "tree").mkdir()
    with pytest.raises(Failed, match=r"1\.5 GiB free"):
        debian_engine.install(pytest.fail)
    assert system.commands == system.unchecked == []


def test_a_host_that_lacks_nothing_needs_no_network(
    monkeypatch: pytest.MonkeyPatch, system: System
) -> None:
    """Only what is missing is installed; another's broken source does not stop that."""
    debian.install_packages(pytest.fail)
    assert system.commands == system.unchecked == []

    monkeypatch.setattr(debian, "missing_packages", lambda: ["runc", "iptables"])
    debian.install_packages(lambda _: None)
    assert system.unchecked == [("apt-get", "--quiet", "update")]
    assert system.commands == [(*debian.INSTALL, "runc", "iptables")]


def test_root_s_commands_ask_nothing_and_say_what_to_type() -> None:
    """A question would wait for ever; a failure names the way on."""
    shown = debian.system("sh", "-c", 'echo "$DEBIAN_FRONTEND $PATH"').stdout

    assert shown.startswith("noninteractive ")
    assert shown.endswith(":/usr/sbin:/sbin\n")
    with pytest.raises(CommandFailed) as raised:
        debian.system("false")
    assert raised.value.hint.endswith("then: invoke engine")


def test_one_process_installs_at_a_time(home: Path) -> None:
    """The lock is held inside, and free again after it."""
    with debian.alone(), (home / "lock").open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

    with (home / "lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_an_engine_is_installed_when_its_files_are_complete(
    home: Path, monkeypatch: pytest.MonkeyPatch, system: System
) -> None:
    """It listens on its socket alone and keeps digests; a second run finds it there."""
    assert not debian_engine.installed()
    system.failing = "chroot"
    with pytest.raises(CommandFailed):
        debian_engine.install(lambda _: None)
    assert not debian_engine.installed()

    monkeypatch.setattr(debian_engine, "_unpack", lambda _, part: part.mkdir())
    debian_engine.install(lambda _: None)

    daemon = json.loads((home / "engine" / "daemon.json").read_text())
    assert daemon["hosts"] == ["unix:///var/run/docker.sock"]
    assert daemon["features"] == {"containerd-snapshotter": True}
    debian_engine.install(pytest.fail)
    assert debian_engine.installed()
    monkeypatch.setattr(debian, "missing_packages", lambda: ["runc"])
    assert not debian_engine.installed()


@pytest.mark.parametrize(
    ("kept", "command", "running"),
    [
        ("4711\n", "/usr/sbin/dockerd\0--config-file\0daemon.json\0", True),
        ("4711", "dockerd\0", True),
        ("4711", "", False),
        ("4711", "dockerd-rootless\0", False),
        ("4711", "python3\0dockerd\0", False),
        ("4711", None, False),
        ("", "dockerd\0", False),
        ("../proc/4711", "dockerd\0", False),
        (None, "dockerd\0", False),
    ],
)
def test_a_process_counts_while_its_number_is_the_program_s(
    *, tmp_path: Path, kept: str | None, command: str | None, running: bool
) -> None:
    """A zombie's command is empty; a dead one's number may be another program's by now."""
    (process := tmp_path / "proc" / "4711").mkdir(parents=True)
    if command is not None:
        (process / "cmdline").write_text(command)
    if kept is not None:
        (tmp_path / "pid").write_text(kept)

    assert debian_engine.is_running(tmp_path / "pid", "dockerd", tmp_path / "proc") is running


class Daemon:
    """In the place of dockerd: it answers the second question, unless it has ended."""

    def __init__(self) -> None:
        self.ended = False
        self.started: list[str] = []
        self.codes = [1, 0]

    def start(self, command: list[str], **_: object) -> "Daemon":
        """Keep the program's name."""
        self.started.append(command[0])
        return self

    def poll(self) -> int | None:
        """Return whether it has ended."""
        return 1 if self.ended else None

    def answer(self, command: list[str], **_: object) -> Completed:
        """Answer `docker version`."""
        return Completed(tuple(command), self.codes.pop(0))


@pytest.fixture
def daemon(home: Path, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    """A daemon whose files are in the test's folder, where a killed one has left its own."""
    made = Daemon()
    for name in ("PLUGINS", "CLIENT", "LOG", "PID_FILE", "CONTAINERD_PID_FILE"):
        monkeypatch.setattr(debian_engine, name, home / name)
    for name in ("PID_FILE", "CONTAINERD_PID_FILE"):
        (home / name).write_text("no number")
    monkeypatch.setattr(machine, "has_cgroups", lambda: True)
    monkeypatch.setattr(debian_engine, "run", made.answer)
    monkeypatch.setattr(debian_engine, "start_detached", made.start)
    monkeypatch.setattr(polling, "sleep", lambda _: None)
    return made


def test_an_engine_is_started_and_waited_for(home: Path, daemon: Daemon) -> None:
    """What a killed one left does not stop it, and any client finds buildx."""
    debian_engine.start(lambda _: None)

    assert daemon.started == ["dockerd"]
    assert daemon.codes == []
    assert not list(home.glob("*PID_FILE"))
    assert (home / "PLUGINS" / "docker-buildx").readlink().is_relative_to(home / "engine")


def test_an_engine_that_somebody_has_just_started_is_waited_for(
    home: Path, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second dockerd would refuse to start; the first one's files stay."""
    monkeypatch.setattr(debian_engine, "is_running", lambda *_: True)

    debian_engine.start(pytest.fail)

    assert (daemon.started, daemon.codes) == ([], [])
    assert len(list(home.glob("*PID_FILE"))) == 2


def test_a_daemon_that_ends_at_once_is_shown_by_the_end_of_its_log(
    home: Path, daemon: Daemon
) -> None:
    """Its own words say why; it is not waited for until the time is up."""
    daemon.ended = True
    (home / "LOG").write_text("\n".join(f"line {number}" for number in range(9)))

    with pytest.raises(Failed, match="does not answer") as raised:
        debian_engine.start(lambda _: None)

    assert raised.value.what.splitlines()[1:] == [f"  line {number}" for number in range(4, 9)]
    assert daemon.codes == [1, 0]


def test_a_daemon_that_hangs_is_shown_by_the_end_of_its_log_too(
    home: Path, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question without an answer counts as no answer, and is asked again."""

    def hang(*_: object, **__: object) -> Completed:
        daemon.ended = True
        raise Failed("no end after 10 s: docker version")

    monkeypatch.setattr(debian_engine, "run", hang)
    (home / "LOG").write_text("its own words")

    with pytest.raises(Failed, match="its own words"):
        debian_engine.start(lambda _: None)


def test_a_plugin_of_somebody_s_own_is_left_alone(home: Path, daemon: Daemon) -> None:
    """Only a link of an earlier run is replaced."""
    (home / "PLUGINS").mkdir()
    (own := home / "PLUGINS" / "docker-buildx").write_text("somebody's")

    debian_engine.start(lambda _: None)

    assert daemon.started == ["dockerd"]
    assert own.read_text() == "somebody's"


def test_a_password_in_a_source_is_not_handed_on() -> None:
    """An argument list is read by everybody."""
    assert debian.mirror("Debian Debian https://u:secret@mirror.example/debian\n") == []
