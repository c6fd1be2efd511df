"""No other machine reaches what listens here."""

import contextlib
import socket
import sys
from typing import Any

import pytest

from slipway.emulator import loopback
from slipway.shell import run
from tests.emulator.account import Account
from tests.emulator.engine import Engine

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what must not come through


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        (("127.0.0.1", 80), False),
        (("::1", 80, 0, 0), False),
        ("/run/a.sock", False),
        ((EVERYWHERE, 80), True),
        (("", 80), True),
        (("::", 80, 0, 0), True),
        (("10.0.0.5", 0), True),
    ],
)
def test_an_address_is_reached_from_outside_or_not(
    address: Any,
    outside: bool,  # noqa: FBT001
) -> None:
    """Loopback and sockets of the file system are not; no address at all means every one."""
    assert loopback.is_reached_from_outside(address) is outside


LISTENING = """
import socket
from slipway.emulator import loopback
loopback.listen()
socket.socket().bind(("127.0.0.1", 0))
for address in ("0.0.0.0", ""):
    try:
        socket.socket().bind((address, 0))
    except PermissionError as error:
        print(error)
"""


def test_the_server_binds_no_address_of_the_network() -> None:
    """Whatever part of MiniStack would; in a process of its own, which keeps the hook."""
    done = run([sys.executable, "-W", "ignore", "-c", LISTENING])

    assert done.stdout.splitlines() == [
        "the local account does not listen on '0.0.0.0'",
        "the local account does not listen on ''",
    ]


def test_nobody_else_gets_what_is_for_localhost() -> None:
    """The port of [::1] is taken; a second server, or another program, does not get it."""
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if (first := loopback.reserve(port)) is None:
        assert not has_ipv6()
        return

    with first, pytest.raises(SystemExit, match="another program"):
        loopback.reserve(port)
    again = loopback.reserve(port)
    assert again
    again.close()


def has_ipv6() -> bool:
    """Whether this machine has the loopback address of IPv6."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        return True
    return False


@pytest.mark.parametrize(
    ("given", "host_ports"),
    [
        (8000, ["8000"]),
        (None, [""]),
        ((EVERYWHERE, 8000), ["8000"]),
        ((EVERYWHERE,), [""]),
        ([1, 2], ["1", "2"]),
    ],
)
def test_every_container_is_created_with_its_ports_on_loopback(
    account: Account, engine: Engine, given: Any, host_ports: list[str]
) -> None:
    """Whatever part of MiniStack creates it, and in each form that docker's SDK takes."""
    assert account

    engine.client().containers.run("image", detach=True, ports={"80/tcp": given}, name="a")

    (created,) = engine.created("a")
    bound = [{"HostIp": "127.0.0.1", "HostPort": each} for each in host_ports]
    assert created["HostConfig"]["PortBindings"] == {"80/tcp": bound}
