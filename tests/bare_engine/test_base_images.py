"""The base images: pulled, made of Debian's packages, or neither, and what is remembered of it."""

import shutil
import stat
from pathlib import Path

import pytest

from slipway.bare_engine import base_images, debian, debian_images
from slipway.bare_engine.base_images import (
    BaseImages,
    Source,
    choose,
    explain_missing_image,
    is_silence,
)
from slipway.docker import machine
from slipway.errors import ConfigurationError, Failed
from slipway.shell import Completed

ASKED = ("python:3.14-slim", "postgres:17")
OWN = (debian_images.OWN_PYTHON, debian_images.OWN_POSTGRES)
SAYS_NOTHING = [
    "dial tcp: lookup registry.example on 127.0.0.1:53: no such host",
    "dial tcp: lookup registry.example: Temporary failure in name resolution",
    "lookup registry.example on 127.0.0.1:53: server misbehaving",
    "dial tcp 192.0.2.1:443: connect: connection refused",
    "read tcp 192.0.2.1:443: read: connection reset by peer",
    "net/http: TLS handshake timeout",
    "dial tcp 192.0.2.1:443: connect: connection timed out",
    "context deadline exceeded",
    "dial tcp 192.0.2.1:443: connect: network is unreachable",
    "dial tcp 192.0.2.1:443: connect: no route to host",
    'Get "https://registry.example/v2/": EOF',
    "proxyconnect tcp: dial tcp 192.0.2.1:3128: i/o error",
]
SAYS_NO = [
    "registry.example/shop:1: not found",
    "manifest unknown: the tag was deleted",
    "pull access denied for shop, repository does not exist",
    "unauthorized: authentication required",
    "invalid reference format: repository name must be lowercase",
]
SAYS_SOMETHING = ["toomanyrequests: rate limit exceeded", "500 Internal Server Error", ""]


@pytest.mark.parametrize(
    ("own", "answers", "can_make", "source"),
    [
        (False, False, False, Source.PULL),
        (False, True, False, Source.PULL),
        (False, True, True, Source.PULL),
        (False, False, True, Source.MAKE),
        (True, False, True, Source.MAKE),
        (True, True, True, Source.MAKE),
        (True, False, False, Source.NOWHERE),
        (True, True, False, Source.NOWHERE),
    ],
)
def test_an_image_is_made_only_where_it_cannot_be_pulled(
    *, own: bool, answers: bool, can_make: bool, source: Source
) -> None:
    """One of this machine's own names is never pulled: it would be somebody else's image."""
    assert choose(own=own, answers=answers, can_make=can_make) is source


@pytest.mark.parametrize("words", SAYS_NOTHING)
def test_a_registry_that_is_not_reached_is_silent(words: str) -> None:
    """The network is at fault then, or the setting, and nothing was tried."""
    error = explain_missing_image("shop:1", "PYTHON_IMAGE", words)

    assert is_silence(words)
    assert isinstance(error, ConfigurationError)
    assert f"its registry does not answer: {words}" in error.what
    assert error.hint == "check the network, or set PYTHON_IMAGE to an image you can pull"


@pytest.mark.parametrize("words", SAYS_NO)
def test_a_registry_that_says_no_is_a_name_to_correct(words: str) -> None:
    """It answered, so no image is made in that one's place."""
    error = explain_missing_image("shop:1", "POSTGRES_IMAGE", words)

    assert not is_silence(words)
    assert isinstance(error, ConfigurationError)
    assert error.what == f"the registry does not provide shop:1: {words}"
    assert error.hint == "correct POSTGRES_IMAGE, or docker login to its registry"


@pytest.mark.parametrize("words", SAYS_SOMETHING)
def test_any_other_failure_may_be_tried_again(words: str) -> None:
    """Docker's own words are in the message, and it is a failure, not a setting."""
    error = explain_missing_image("shop:1", "PYTHON_IMAGE", words)

    assert isinstance(error, Failed)
    assert error.what == f"shop:1 cannot be pulled: {words}"
    assert error.hint == "to try again: invoke engine"


@pytest.mark.parametrize(
    ("images", "changed"),
    [
        (BaseImages(*ASKED, ASKED), {}),
        (BaseImages(OWN[0], ASKED[1], ASKED), {"PYTHON_IMAGE": OWN[0]}),
        (BaseImages(ASKED[0], OWN[1], ASKED), {"POSTGRES_IMAGE": OWN[1]}),
        (BaseImages(*OWN, ASKED), {"PYTHON_IMAGE": OWN[0], "POSTGRES_IMAGE": OWN[1]}),
        (BaseImages(*OWN, OWN), {}),
    ],
)
def test_a_setting_changes_where_another_image_stands_in(
    images: BaseImages, changed: dict[str, str]
) -> None:
    """An image that is the one asked for changes nothing."""
    assert images.stand_ins() == changed


def test_stand_ins_are_remembered_in_a_file_of_its_owner(tmp_path: Path) -> None:
    """Each setting stands there once, the user's other lines stay, and each is said."""
    dotenv = tmp_path / ".env"
    dotenv.write_text("# mine\nPYTHON_IMAGE=python:3.12\nAWS_REGION=eu-west-1\n")
    dotenv.chmod(0o644)
    said: list[str] = []

    base_images.remember(BaseImages(*OWN, ASKED), dotenv, said.append)

    assert dotenv.read_text().splitlines() == [
        "# mine",
        f"PYTHON_IMAGE={OWN[0]}",
        "AWS_REGION=eu-west-1",
        f"POSTGRES_IMAGE={OWN[1]}",
    ]
    assert stat.S_IMODE(dotenv.stat().st_mode) == 0o600
    assert [line.split()[3] for line in said] == dotenv.read_text().splitlines()[1::2]


def test_a_new_file_is_its_owner_s_too(tmp_path: Path) -> None:
    """Secrets may be written into it later."""
    base_images.remember(BaseImages(OWN[0], ASKED[1], ASKED), tmp_path / ".env", lambda _: None)

    assert (tmp_path / ".env").read_text() == f"PYTHON_IMAGE={OWN[0]}\n"
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_nothing_to_remember_leaves_no_file(tmp_path: Path) -> None:
    """Nothing is said either."""
    base_images.remember(BaseImages(*ASKED, ASKED), tmp_path / ".env", pytest.fail)

    assert not (tmp_path / ".env").exists()


class Machine:
    """A machine as root of a bare Debian: what its engine has, and what its registry says."""

    def __init__(self) -> None:
        self.present: set[str] = set()
        self.silent = False
        self.hangs = False
        self.asked = 0
        self.done: list[str] = []

    def has(self, *names: str) -> bool:
        """Whether the engine has all these images."""
        self.asked += 1
        return self.present.issuperset(names)

    def run(self, command: list[str], **_: object) -> Completed:
        """Pull, or ask the registry."""
        self.done.append(f"{command[1]} {command[-1]}")
        if self.hangs and "inspect" in command:
            raise Failed("no end after 20 s")
        words = SAYS_NOTHING[0] if self.silent else ""
        return Completed(tuple(command), int(self.silent), "", words)

    def make(self, name: str) -> str:
        """Make an image of Debian's packages."""
        self.done.append(f"make {name}")
        return name


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """That machine, on which nothing is really done."""
    made = Machine()
    monkeypatch.setattr(debian, "HOME", tmp_path)
    monkeypatch.setattr(machine, "is_root", lambda: True)
    monkeypatch.setattr(machine, "is_supported", lambda: True)
    monkeypatch.setattr(base_images, "is_present", made.has)
    monkeypatch.setattr(base_images, "run", made.run)
    monkeypatch.setattr(base_images, "make_python", lambda _: made.make(OWN[0]))
    monkeypatch.setattr(base_images, "make_postgres", lambda _: made.make(OWN[1]))
    return made


def test_images_that_are_there_are_not_asked_for(here: Machine) -> None:
    """The engine is asked once for both; nothing is said or done."""
    here.present = set(ASKED)

    assert base_images.ensure(*ASKED, pytest.fail) == BaseImages(*ASKED, ASKED)
    assert (here.asked, here.done) == (1, [])


def test_an_image_that_is_missing_is_pulled_alone(here: Machine) -> None:
    """Its registry answers, so the image asked for is the image used."""
    here.present = {ASKED[0]}

    assert base_images.ensure(*ASKED, lambda _: None) == BaseImages(*ASKED, ASKED)
    assert here.done == ["buildx postgres:17", "pull postgres:17"]


@pytest.mark.parametrize("how", ["silent", "hangs"])
def test_where_no_registry_answers_both_images_are_made(here: Machine, how: str) -> None:
    """A pull, which has no time limit of its own, is not tried."""
    setattr(here, how, True)

    assert base_images.ensure(*ASKED, lambda _: None) == BaseImages(*OWN, ASKED)
    assert [each.split()[0] for each in here.done] == ["buildx", "make", "buildx", "make"]


def test_an_own_image_that_was_removed_is_made_again(here: Machine) -> None:
    """No registry is asked for a name that only this machine gives."""
    assert base_images.ensure(*OWN, pytest.fail) == BaseImages(*OWN, OWN)
    assert here.done == [f"make {OWN[0]}", f"make {OWN[1]}"]


@pytest.mark.parametrize("lacking", ["is_root", "is_supported"])
def test_elsewhere_an_image_is_pulled_or_its_setting_is_named(
    here: Machine, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    """The engine may reach what this process does not, so the pull is simply tried."""
    monkeypatch.setattr(machine, lacking, lambda: False)
    assert base_images.ensure(*ASKED, lambda _: None).stand_ins() == {}
    assert here.done == ["pull python:3.14-slim", "pull postgres:17"]

    with pytest.raises(ConfigurationError, match="only on a bare Debian machine") as raised:
        base_images.ensure(ASKED[0], OWN[1], lambda _: None)
    assert raised.value.hint.startswith("remove POSTGRES_IMAGE from .env")


def test_a_pull_that_fails_is_explained(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the name, the setting and docker's words."""
    monkeypatch.setattr(machine, "is_root", lambda: False)
    here.silent = True

    with pytest.raises(ConfigurationError, match=SAYS_NOTHING[0]) as raised:
        base_images.ensure(*ASKED, lambda _: None)
    assert "set PYTHON_IMAGE" in raised.value.hint


def test_the_python_image_trusts_what_the_host_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pip may install into it, `python` is found, and what made it is removed."""
    tree, image, marker = tmp_path / "tree", tmp_path / "image", "usr/lib/python3.13"
    for name in ("etc/ssl/certs", "usr/local/bin", marker, "usr/share/doc/pip", "var/cache/apt"):
        (tree / name).mkdir(parents=True)
    (tree / "var/lib/apt").mkdir(parents=True)
    (tree / marker / "EXTERNALLY-MANAGED").touch()
    (tmp_path / "bundle").write_text("a company's root")

    def system(program: str, *_: str) -> None:
        if program == "cp":
            shutil.copytree(tree, tmp_path / "python.part")
        if program == "tar":
            shutil.copytree(tmp_path / "python.part", image, symlinks=True)
            (tmp_path / "python.tar").touch()

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "bundle"))
    monkeypatch.setattr(debian, "HOME", tmp_path)
    monkeypatch.setattr(debian, "tree", lambda _: tree)
    monkeypatch.setattr(debian, "system", system)
    monkeypatch.setattr(debian_images, "is_present", lambda _: False)

    assert debian_images.make_python(lambda _: None) == OWN[0]
    assert (image / debian_images.CERTIFICATES).read_text() == "a company's root"
    assert str((image / "usr/local/bin/python").readlink()) == "/usr/bin/python3"
    assert list((image / marker).iterdir()) == list((image / "usr/share/doc").iterdir()) == []
    assert {each.name for each in tmp_path.iterdir()} == {"bundle", "image", "tree"}


def test_the_password_of_a_proxy_is_on_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the build of the Postgres image by the name of its variable."""
    commands: list[list[str]] = []
    monkeypatch.setenv("https_proxy", "http://user:secret@proxy.example:3128")
    monkeypatch.setattr(debian_images, "run", lambda command, **_: commands.append(command))
    monkeypatch.setattr(debian_images, "is_present", lambda name: name == OWN[0])

    assert debian_images.make_postgres(lambda _: None) == OWN[1]
    assert {"https_proxy", f"PYTHON_IMAGE={OWN[0]}"} <= set(commands[0])
    assert not any("secret" in word for word in commands[0])


@pytest.mark.parametrize(
    "words",
    [
        "registry.example/geofence:1: not found",
        "pull access denied for registry.example/timeout",
    ],
)
def test_an_image_s_name_is_not_taken_for_a_silence(words: str) -> None:
    """A registry that says no has answered, whatever the image is called."""
    assert not is_silence(words)
