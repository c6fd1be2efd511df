"""An engine for a bare machine: found, started or installed, and nobody else's touched."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from slipway.bare_engine import debian, debian_engine
from slipway.bare_engine.ensure import ensure_engine
from slipway.docker import machine
from slipway.errors import ConfigurationError
from tests.docker.test_engine import DENIED, GOOD, OLD_STORE, Machine, info


class BareMachine(Machine):
    """A machine that also notes the lock."""

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Stand in for the lock."""
        self.done.append("lock")
        yield
        self.done.append("unlock")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> BareMachine:
    """A bare Debian machine with root's rights and a client, on which nothing is really done."""
    made = BareMachine()
    made.install(monkeypatch)
    monkeypatch.setattr(debian, "alone", made.alone)
    monkeypatch.setattr(debian_engine, "installed", lambda: False)
    monkeypatch.setattr(debian_engine, "install", lambda _: made.done.append("install"))
    monkeypatch.setattr(debian_engine, "start", lambda _: made.done.append("start"))
    return made


def test_a_running_engine_is_asked_once_and_left_alone(here: BareMachine) -> None:
    """Nothing is installed, started or locked, and nothing is said."""
    here.answers = [(info(), "")]

    assert ensure_engine(pytest.fail) == GOOD
    assert here.done == ["docker info"]


@pytest.mark.parametrize(("installed", "steps"), [(False, ["install", "start"]), (True, ["start"])])
def test_a_bare_machine_gets_an_engine_which_is_then_asked(
    *, here: BareMachine, monkeypatch: pytest.MonkeyPatch, installed: bool, steps: list[str]
) -> None:
    """It is installed once, under the lock, and what it has is looked at like any other's."""
    monkeypatch.setattr(debian_engine, "installed", lambda: installed)
    here.answers = [("", ""), (info(), "")]

    assert ensure_engine(pytest.fail) == GOOD
    assert here.done == ["docker info", "lock", *steps, "unlock", "docker info"]


def test_an_engine_that_is_not_there_after_its_start_is_said(here: BareMachine) -> None:
    """No build goes on without one."""
    here.answers = [("", ""), ("", "")]

    with pytest.raises(ConfigurationError, match="no container engine answers"):
        ensure_engine(pytest.fail)

    assert here.answers == []


def test_without_root_s_rights_nothing_is_begun(
    here: BareMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to type instead."""
    monkeypatch.setattr(machine, "is_root", lambda: False)
    here.answers = [("", "Cannot connect")]

    with pytest.raises(ConfigurationError, match="no container engine answers") as raised:
        ensure_engine(pytest.fail)

    assert raised.value.hint.startswith("invoke engine, as root")
    assert here.done == ["docker info"]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ((info(DriverStatus=OLD_STORE), ""), "does not keep the digests"),
        ((DENIED, ""), "may not talk"),
        (("", "Got permission denied while trying to connect"), "may not talk"),
    ],
)
def test_an_engine_of_somebody_s_is_not_replaced(
    here: BareMachine, answer: tuple[str, str], what: str
) -> None:
    """Its settings and its door are theirs; on which output the client says so is no matter."""
    here.answers = [answer]

    with pytest.raises(ConfigurationError, match=what):
        ensure_engine(pytest.fail)

    assert here.done == ["docker info"]
