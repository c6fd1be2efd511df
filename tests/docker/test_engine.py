"""The container engine: what it says of itself, and whether that is enough."""

import json
import shutil
from typing import Any

import pytest

from slipway.docker import engine, machine
from slipway.docker.engine import Engine, parse, sufficient
from slipway.docker.machine import Facts
from slipway.errors import ConfigurationError, Failed
from slipway.shell import Completed

GOOD = Engine("28.5", buildx=True, containerd_store=True)
NO_BUILDX = Engine("28.5", buildx=False, containerd_store=True)
NO_STORE = Engine("28.5", buildx=True, containerd_store=False)
INFO: dict[str, Any] = {
    "ServerVersion": "28.5",
    "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
    "ClientInfo": {"Plugins": [{"Name": "compose"}, {"Name": "buildx"}]},
}
OLD_STORE = [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]]
DENIED = json.dumps({"ServerVersion": "", "ServerErrors": ["Permission denied on the socket"]})


def info(**changed: object) -> str:
    """Write the answer of `docker info`, with other values."""
    return json.dumps(INFO | changed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (info(), GOOD),
        (info(DriverStatus=OLD_STORE), NO_STORE),
        (info(DriverStatus=None), NO_STORE),
        (info(ClientInfo={"Plugins": [{"Name": "compose"}]}), NO_BUILDX),
        (info(ClientInfo={"Plugins": None}), NO_BUILDX),
        (info(ClientInfo=None), NO_BUILDX),
        (info(ClientInfo={"Plugins": [{"Name": "buildx", "Err": "not valid"}]}), NO_BUILDX),
    ],
)
def test_an_engine_is_read_from_its_own_answer(text: str, found: Engine) -> None:
    """What a client leaves out, or calls null, is what the engine does not have."""
    assert parse(text) == found


@pytest.mark.parametrize("text", ["", "no JSON", "{}", "null", "[]", DENIED])
def test_an_answer_without_a_server_is_no_engine(text: str) -> None:
    """The client prints JSON of its own when no server is there."""
    assert parse(text) is None


def test_an_engine_that_has_what_a_build_needs_is_enough() -> None:
    """It is handed on as it is."""
    assert sufficient(GOOD) is GOOD


@pytest.mark.parametrize(
    ("found", "what", "hint"),
    [
        (NO_BUILDX, "the client of engine 28.5 has no buildx", "docker-buildx-plugin"),
        (NO_STORE, "engine 28.5 does not keep the digests", '"containerd-snapshotter": true'),
    ],
)
def test_what_an_engine_lacks_is_said_with_what_to_do(found: Engine, what: str, hint: str) -> None:
    """Before a build that would fail late, or lose the digest that was tested."""
    with pytest.raises(ConfigurationError, match=what) as raised:
        sufficient(found)

    assert hint in raised.value.hint


class Machine:
    """What `docker info` prints on a machine, one answer after the other, and what was done."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, str]] = []
        self.done: list[str] = []

    def run(self, command: list[str], **_: object) -> Completed:
        """Answer."""
        self.done.append(" ".join(command[:2]))
        return Completed(tuple(command), 0, *self.answers.pop(0))

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be this machine: a bare Debian with root's rights and a client."""
        for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(shutil, "which", lambda name, **_: name)
        monkeypatch.setattr(engine, "run", self.run)
        for fact, true in {"has_docker_unit": False, "is_root": True, "is_supported": True}.items():
            monkeypatch.setattr(machine, fact, lambda true=true: true)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A bare Debian machine with root's rights and a client, on which nothing is really done."""
    made = Machine()
    made.install(monkeypatch)
    return made


def test_a_hanging_engine_is_an_error_and_not_a_missing_one(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second engine beside it would make things worse; the wait has an end."""

    def hang(_: list[str], *, timeout: float, **__: object) -> Completed:
        raise Failed(f"no end after {timeout} s: docker info")

    monkeypatch.setattr(engine, "run", hang)

    for ask in (engine.require, engine.ask):
        with pytest.raises(ConfigurationError, match="does not answer within 10 s") as raised:
            ask()
        assert raised.value.hint.startswith("restart it")
        assert "after 10 s" in str(raised.value.__cause__)
    assert here.done == []


def test_requiring_an_engine_starts_none(here: Machine) -> None:
    """A build and a deploy only say that `invoke engine` would."""
    here.answers = [("", "")]

    with pytest.raises(ConfigurationError) as raised:
        engine.require()

    assert raised.value.hint == "invoke engine"
    assert here.done == ["docker info"]


def test_a_machine_without_a_client_has_no_engine_to_ask(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an answer, not a command that cannot be run."""
    monkeypatch.setattr(shutil, "which", lambda _, **__: None)

    assert engine.ask() is None
    assert engine.look("") == Facts(client=False, root=True, debian=True)
    assert here.done == []


@pytest.mark.parametrize("name", ["DOCKER_HOST", "DOCKER_CONTEXT"])
def test_looking_at_a_machine_finds_each_fact_by_its_name(
    here: Machine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """No fact is taken for another, and an engine that was named is one of them."""
    assert engine.look("Cannot connect") == Facts(root=True, debian=True)

    monkeypatch.setenv(name, "builder")
    monkeypatch.setattr(machine, "has_docker_unit", lambda: True)
    monkeypatch.setattr(machine, "is_root", lambda: False)
    assert engine.look("") == Facts(elsewhere=f"{name}=builder", unit=True, debian=True)
    assert here.done == []
