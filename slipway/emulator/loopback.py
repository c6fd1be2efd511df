"""Part of the local account's server: no other machine reaches what listens here."""

import errno
import socket
import sys
from typing import Any

from docker.models.containers import ContainerCollection  # type: ignore[import-untyped]

LOOPBACK = "127.0.0.1"


def listen() -> None:
    """Let this process listen on no other address; some of MiniStack's services would."""

    def refuse_others(event: str, values: tuple[Any, ...]) -> None:
        if event == "socket.bind" and is_reached_from_outside(values[1]):
            raise PermissionError(f"the local account does not listen on {values[1][0]!r}")

    sys.addaudithook(refuse_others)


def is_reached_from_outside(address: Any) -> bool:
    """Whether another machine reaches what is bound to a socket's address; a path is local."""
    return isinstance(address, tuple) and address[0] not in {LOOPBACK, "::1", "localhost"}


def reserve(port: int) -> socket.socket | None:
    """Keep the port of [::1] from everybody: "localhost" means that address, too.

    Nobody listens there, so a client goes on to 127.0.0.1. Another user's program there would
    get its calls. Returns the socket, which holds the port as long as it is open; None without
    IPv6. Raises SystemExit where another program has the port.
    """
    try:
        other = socket.socket(socket.AF_INET6)
    except OSError:
        return None
    try:
        other.bind(("::1", port))
    except OSError as error:
        other.close()
        if error.errno == errno.EADDRINUSE:
            raise SystemExit(f"another program has [::1]:{port}") from None
        return None
    return other


def publish() -> None:
    """Let no container's port be reached from another machine."""
    create = ContainerCollection.create

    def create_on_loopback(own: Any, image: str, *words: Any, **options: Any) -> Any:
        ports = {inside: on_loopback(to) for inside, to in (options.get("ports") or {}).items()}
        return create(own, image, *words, **{**options, "ports": ports})

    ContainerCollection.create = create_on_loopback


def on_loopback(published: Any) -> Any:
    """Bind what docker-py takes as a published port (PORT, None, (ADDRESS, PORT), a list)."""
    if isinstance(published, list):
        return [on_loopback(each) for each in published]
    port = published[1] if isinstance(published, tuple) and len(published) > 1 else published
    return (LOOPBACK, None if isinstance(port, tuple) else port)
