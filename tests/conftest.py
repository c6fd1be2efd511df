"""What unit tests may not do, and the values that many of them start from."""

import gc
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import botocore.session
import pytest
from botocore import loaders, parsers
from botocore.stub import Stubber

from slipway import polling
from slipway import settings as known
from slipway.aws import session
from slipway.settings import Settings
from slipway.shell import run
from tests.answers import stubbed

REAL_THING = Path(__file__).parent / "rehearsal"
OUTSIDE = {"aws", "docker", "dockerd", "apt-get", "ministack"}
STAGING = {
    "STAGING_AWS_REGION": "eu-west-1",
    "STAGING_AWS_STACKNAME": "shop-staging",
    "STAGING_ECR_REPOSITORY": "registry.example/shop",
    "STAGING_AWS_ACCESS_KEY_ID": "key of the test",
    "STAGING_AWS_SECRET_ACCESS_KEY": "secret of the test",
}


@pytest.fixture(scope="session", autouse=True)
def _rare_collections() -> Iterator[None]:
    """Have garbage looked for less often: botocore's models are large, and looked through."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(500_000, 20, 20)
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def _shared_models() -> Iterator[None]:
    """Have botocore read each model, and each timestamp, once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(loaders.create_loader))
        patch.setattr(parsers, "DEFAULT_TIMESTAMP_PARSER", cache(parsers.parse_timestamp))
        yield


@pytest.fixture(autouse=True)
def allowed_ports(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Refuse Docker, AWS and every other address; a test adds a port of its own server here."""
    ports: set[int] = set()
    if request.path.is_relative_to(REAL_THING):
        return ports
    for name in os.environ:
        if "AWS_" in name or name.startswith(("CI_", "GITLAB_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(socket.socket, "connect", _connect(ports, socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", _connect(ports, socket.socket.connect_ex))
    monkeypatch.setattr(subprocess.Popen, "__init__", _start(subprocess.Popen.__init__))
    return ports


def _connect(ports: set[int], real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(own: socket.socket, address: Any) -> Any:
        local = isinstance(address, tuple) and address[0] in {"127.0.0.1", "::1", "localhost"}
        if not (local and address[1] in ports):
            _refuse(f"a unit test connects to {address}")
        return real(own, address)

    return connect


def _start(real: Callable[..., Any]) -> Callable[..., Any]:
    def start(own: Any, args: Any, *others: Any, **options: Any) -> None:
        if not isinstance(args, list):
            _refuse("a command is a list")
        if Path(args[0]).name in OUTSIDE:
            _refuse(f"a unit test runs {args[0]}")
        real(own, args, *others, **options)

    return start


def _refuse(what: str) -> NoReturn:
    """Fail in a way that `except Exception`, ours and botocore's, does not swallow."""
    pytest.fail(what)


@pytest.fixture
def settings() -> Settings:
    """The settings of the local environment, from no variable at all, and an access key."""
    return replace(known.resolve("local", {}), access_key_id="local", secret_access_key="secret")


@pytest.fixture
def staging() -> Settings:
    """The settings of an environment that is not local."""
    return known.resolve("staging", STAGING)


class Checkout:
    """A git repository in a folder, with the identity of nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Without the examples of hooks, which git would copy.
        self.git("init", "--quiet", "--initial-branch", "main", "--template", "")
        self.identify()

    def identify(self) -> None:
        """Commit as nobody."""
        self.git("config", "user.name", "Nobody")
        self.git("config", "user.email", "nobody@example.com")

    def git(self, *words: str) -> str:
        """Run git here, and return what it says."""
        return run(["git", *words], cwd=self.folder).stdout.strip()

    def write(self, name: str, text: str) -> None:
        """Write a file of the work tree."""
        (self.folder / name).write_text(text)

    def commit(self, text: str = "text") -> str:
        """Commit a change of one file, and return the commit's name."""
        self.write("file", text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """An empty repository."""
    return Checkout(tmp_path)


@pytest.fixture
def cloudformation(staging: Settings) -> Iterator[Stubber]:
    """Answer for CloudFormation in this order, and insist that every answer is asked for."""
    with stubbed(session.client(staging, "cloudformation")) as stubber:
        yield stubber


@pytest.fixture
def ecs(staging: Settings) -> Iterator[Stubber]:
    """Answer for ECS in this order, and insist that every answer is asked for."""
    with stubbed(session.client(staging, "ecs")) as stubber:
        yield stubber


class Clock:
    """A clock on which only the waits take time; `pauses` are their lengths, in seconds."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.now += seconds
        self.pauses.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Every wait ends at once, and is counted; a test may set `now`."""
    clock = Clock()
    for reading in ("monotonic", "wall"):
        monkeypatch.setattr(polling, reading, lambda: clock.now)
    monkeypatch.setattr(polling, "sleep", clock.sleep)
    return clock
