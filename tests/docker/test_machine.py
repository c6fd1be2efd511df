"""What a machine allows: the choice to install, to start or to explain, and the words for it."""

import os
import platform
from dataclasses import replace
from pathlib import Path

import pytest

from slipway.docker import machine
from slipway.docker.machine import Action, Facts, decide, explain_missing_engine

ORDINARY = Facts()
BARE = Facts(client=False, root=True, debian=True)


@pytest.mark.parametrize(
    ("facts", "action"),
    [
        (BARE, Action.INSTALL),
        (replace(BARE, client=True), Action.INSTALL),
        (replace(BARE, client=True, installed=True), Action.START),
        (replace(BARE, root=False), Action.EXPLAIN),
        (replace(BARE, debian=False), Action.EXPLAIN),
        (replace(BARE, installed=True, root=False), Action.EXPLAIN),
        (ORDINARY, Action.EXPLAIN),
    ],
)
def test_only_root_on_debian_gets_an_engine(facts: Facts, action: Action) -> None:
    """It is installed once, and started from then on; everybody else reads what to do."""
    assert decide(facts) is action


@pytest.mark.parametrize("installed", [False, True])
@pytest.mark.parametrize(
    "somebody_s",
    [
        replace(BARE, elsewhere="tcp://builder.example:2376"),
        replace(BARE, denied=True),
        replace(BARE, unit=True),
    ],
)
def test_an_engine_that_somebody_chose_is_theirs_to_start(
    *, somebody_s: Facts, installed: bool
) -> None:
    """A second one would hide it, even where root could have one."""
    assert decide(replace(somebody_s, installed=installed)) is Action.EXPLAIN


@pytest.mark.parametrize(
    ("facts", "what", "hint"),
    [
        (ORDINARY, "no container engine answers", "start Docker"),
        (Facts(client=False), "docker is not installed", machine.INSTALL_HINT),
        (BARE, "docker is not installed", "invoke engine"),
        (replace(BARE, client=True), "no container engine answers", "invoke engine"),
        (
            replace(BARE, root=False),
            "docker is not installed",
            f"invoke engine, as root with all its rights; or {machine.INSTALL_HINT}",
        ),
        (
            Facts(elsewhere="DOCKER_HOST=tcp://builder.example:2376"),
            "no container engine answers at DOCKER_HOST=tcp://builder.example:2376",
            "start it, or choose another engine",
        ),
        *(
            (
                replace(facts, client=False),
                "docker is not installed",
                "install docker's client, with docker-buildx-plugin",
            )
            for facts in (Facts(elsewhere="DOCKER_CONTEXT=builder"), Facts(unit=True))
        ),
        (
            Facts(denied=True),
            "this user may not talk to the container engine",
            "sudo usermod --append --groups docker $USER, and log in again",
        ),
        (Facts(unit=True), "no container engine answers", "systemctl start docker"),
    ],
)
def test_a_missing_engine_is_explained_with_what_to_type(
    facts: Facts, what: str, hint: str
) -> None:
    """The message fits the machine: what is missing, and the one way to get it there."""
    error = explain_missing_engine(facts)

    assert (error.what, error.hint, error.exit_code) == (what, hint, 2)


def test_the_engine_that_was_named_comes_before_every_other_reason() -> None:
    """Who has set DOCKER_HOST looks there, whatever else is true of this machine."""
    named = "DOCKER_HOST=ssh://builder.example"
    everything = replace(BARE, client=True, elsewhere=named, denied=True, unit=True)

    assert explain_missing_engine(everything).hint == "start it, or choose another engine"
    assert "usermod" in explain_missing_engine(replace(everything, elsewhere="")).hint


@pytest.mark.parametrize(
    ("release", "debian"),
    [
        ({"ID": "debian", "VERSION_ID": "12"}, True),
        ({"ID": "debian", "VERSION_ID": "13"}, True),
        ({"ID": "debian"}, True),
        ({"ID": "debian", "VERSION_ID": "11"}, False),
        ({"ID": "debian", "VERSION_ID": "9"}, False),
        ({"ID": "debian", "VERSION_ID": ""}, False),
        ({"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_ID": "24.04"}, False),
        ({"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_ID": "24"}, False),
        ({"VERSION_ID": "12"}, False),
        ({}, False),
    ],
)
def test_the_engine_runs_on_debian_12_and_newer(*, release: dict[str, str], debian: bool) -> None:
    """Testing has no number and is newer; a derivative is not Debian itself."""
    assert machine.is_debian(release) is debian


def test_a_machine_without_os_release_is_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Mac has no such file, and that is an answer."""

    def missing() -> dict[str, str]:
        raise FileNotFoundError

    monkeypatch.setattr(platform, "freedesktop_os_release", missing)

    assert not machine.is_supported()


@pytest.mark.parametrize(
    ("held", "enough"),
    [
        ("000001ffffffffff", True),
        ("0000000000201000", True),
        ("0000000000200000", False),
        ("0000000000001000", False),
        ("00000000a80425fb", False),
        ("0000000000000000", False),
    ],
)
def test_root_has_its_rights_when_it_may_mount_and_make_networks(
    *, held: str, enough: bool
) -> None:
    """Root of an ordinary container, the fifth, has neither; others' columns do not count."""
    status = f"Name:\tpython\nCapPrm:\t000001ffffffffff\nCapEff:\t{held}\nCapBnd:\t0\n"

    assert machine.has_rights(status) is enough


def test_a_system_that_tells_of_no_rights_gives_none() -> None:
    """Nothing is installed on a guess."""
    assert not machine.has_rights("Name:\tpython\nCapPrm:\t000001ffffffffff\n")


def test_an_ordinary_user_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever rights the process that asks may hold."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(Path, "read_text", lambda _: "CapEff:\t000001ffffffffff\n")
    assert not machine.is_root()

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert machine.is_root()


def test_root_of_another_system_has_no_rights_to_tell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A Mac has no /proc; what follows there is a message and no traceback."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine, "Path", lambda _: tmp_path / "missing")
    assert not machine.is_root()
