"""The printed address, asked as a visitor would."""

import http.server
import socket
import threading
from collections.abc import Iterator
from typing import NoReturn

import pytest

from slipway import polling
from slipway.aws.stack_status import State
from slipway.release import front_door
from slipway.release.front_door import DoorError
from tests import answers

Door = tuple[str, dict[str, tuple[int, str]]]


@pytest.fixture
def door(allowed_ports: set[int]) -> Iterator[Door]:
    """A web server on this machine, and its pages: path -> status and Location."""
    pages: dict[str, tuple[int, str]] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        """Answer from `pages`."""

        def do_GET(self) -> None:
            """Answer a GET."""
            status, location = pages[self.path]
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        allowed_ports.add(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", pages
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_the_door_s_status_is_read(door: Door, status: int) -> None:
    """What the readiness path answers, below the address."""
    url, pages = door
    pages["/app/health/ready"] = (status, "")
    assert front_door.ask(front_door.ready_url(STACK, f"{url}app/")) == status


def test_the_path_is_the_stack_s() -> None:
    """As its template has it; below the address, whether that has a path or not."""
    own = answers.stack(State.UPDATE_COMPLETE, outputs={"WebReadyPath": "/up"})
    assert front_door.ready_url(own, "https://shop.example/") == "https://shop.example/up"
    assert front_door.ready_url(own, "http://x/_alb/shop/") == "http://x/_alb/shop/up"
    assert front_door.ready_url(STACK, "https://shop.example/") == URL


@pytest.mark.parametrize("location", ["https://elsewhere.example/", "http://127.0.0.1/x", "/x"])
def test_no_other_door_is_asked(door: Door, location: str) -> None:
    """A redirect to another host, or not to HTTPS, is the answer."""
    url, pages = door
    pages["/"] = (302, location)
    assert front_door.ask(url) == 302


def test_a_redirect_to_https_is_followed(door: Door, allowed_ports: set[int]) -> None:
    """To the same host; here a port that speaks no TLS shows that it was asked."""
    url, pages = door
    port = next(iter(allowed_ports))
    pages["/"] = (301, f"https://127.0.0.1:{port}/")
    with pytest.raises(DoorError, match="TLS: "):
        front_door.ask(url)


def test_a_port_that_nobody_listens_on_is_said(allowed_ports: set[int]) -> None:
    """The machine was reached, so it is no matter of the network."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    allowed_ports.add(port)
    with pytest.raises(DoorError, match="connection refused"):
        front_door.ask(f"http://127.0.0.1:{port}/")


def listens(allowed_ports: set[int], answer: bytes | None) -> tuple[socket.socket, str]:
    """Listen on a port; answer with bytes and close, or, with None, stay silent."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    allowed_ports.add(port)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            if answer is not None:
                connection.sendall(answer)
            else:
                connection.recv(1000)

    threading.Thread(target=serve, daemon=True).start()
    return listener, f"http://127.0.0.1:{port}/"


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0\r\n"])
def test_what_is_no_http_is_said(allowed_ports: set[int], answer: bytes) -> None:
    """A closed connection, or another protocol."""
    listener, url = listens(allowed_ports, answer)
    with listener, pytest.raises(DoorError, match="no HTTP answer"):
        front_door.ask(url)


def test_silence_has_an_end(allowed_ports: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is there, and no answer comes."""
    monkeypatch.setattr(front_door, "ASK_SECONDS", 0.05)
    listener, url = listens(allowed_ports, None)
    with listener, pytest.raises(DoorError, match="no answer within 0 s"):
        front_door.ask(url)


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), TimeoutError("timed out")])
def test_a_door_that_cannot_be_reached_is_none(
    monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """No such name, or a private network: this machine cannot know."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert front_door.ask("https://internal.shop.example/") is None


class Asked:
    """A front door that gives these answers, one after the other; the last one stays."""

    def __init__(self, *script: int | str | None) -> None:
        self.script = list(script)
        self.now = 0.0
        self.times = 0

    def ask(self, _url: str) -> int | None:
        """Answer the next time."""
        self.times += 1
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, str):
            raise DoorError(answer)
        return answer

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Be the front door, with a clock on which only the pauses take time."""
        patch.setattr(front_door, "ask", self.ask)
        patch.setattr(polling, "monotonic", lambda: self.now)
        patch.setattr(polling, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.now += seconds


STACK = answers.stack(State.UPDATE_COMPLETE)
URL = "https://shop.example/health/ready"
STANDS_IN = "this machine cannot reach shop.example: the load balancer's health checks count"


@pytest.mark.parametrize(
    ("script", "expected", "times"),
    [
        ((200,), (True, "GET /health/ready answers 200"), 1),
        ((503, "TLS: expired", 200), (True, "GET /health/ready answers 200"), 3),
        ((503,), (False, "GET /health/ready answers 503"), 16),
        ((404,), (False, "GET /health/ready answers 404"), 16),
        (("TLS: expired",), (False, "GET /health/ready: TLS: expired"), 16),
        ((None,), (True, STANDS_IN), 2),
        ((None, 200), (True, "GET /health/ready answers 200"), 2),
        # Once it was not there, and then it is, and bad.
        ((None, 500), (False, "GET /health/ready answers 500"), 16),
    ],
)
def test_the_door_is_asked_until_it_is_good(
    monkeypatch: pytest.MonkeyPatch,
    script: tuple[int | str | None, ...],
    expected: tuple[bool, str],
    times: int,
) -> None:
    """Half a minute; what cannot be reached twice in a row is not asked again."""
    asked = Asked(*script)
    asked.install(monkeypatch)
    assert front_door.wait(URL) == expected
    assert asked.times == times


@pytest.mark.parametrize("script", [(200,), (503, 200), (None, 200)])
def test_the_door_may_be_asked_once(
    monkeypatch: pytest.MonkeyPatch, script: tuple[int | None, ...]
) -> None:
    """Without a time to wait, the first answer counts."""
    asked = Asked(*script)
    asked.install(monkeypatch)
    assert front_door.wait(URL, 0) == front_door.judge(URL, script[0])
    assert asked.times == 1
