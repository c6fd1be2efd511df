"""Targets that are being checked, as DescribeTargetHealth lists them."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

EMPTY = b"<R><TargetHealthDescriptions></TargetHealthDescriptions></R>"


class Answering(http.server.BaseHTTPRequestHandler):
    """A task that answers its live path only."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.path == "/live" else 500)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def port(allowed_ports: set[int]) -> Iterator[int]:
    """The port of a task that answers."""
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        allowed_ports.add(server.server_port)
        yield server.server_port
        server.shutdown()


def test_a_check_says_what_the_task_answers(parts: dict[str, Any], port: int) -> None:
    """In the words of a load balancer; nothing when the target is healthy."""
    targets = parts["targets"]
    assert targets.ask("127.0.0.1", targets.Check("group", port, "/live")) is None
    assert targets.ask("127.0.0.1", targets.Check("group", port, "/")) == targets.Health(
        "unhealthy",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [500]",
    )


def test_a_task_that_does_not_listen_fails_its_checks(
    parts: dict[str, Any], allowed_ports: set[int]
) -> None:
    """Nothing is on the port of a server that has ended."""
    with http.server.HTTPServer(("127.0.0.1", 0), Answering) as server:
        closed = server.server_port
    allowed_ports.add(closed)
    targets = parts["targets"]
    health = targets.ask("127.0.0.1", targets.Check("group", closed, "/"))
    assert health.reason == "Target.FailedHealthChecks"


def test_what_is_checked_is_listed_until_it_is_healthy(parts: dict[str, Any]) -> None:
    """Beside the healthy ones of MiniStack, and in its own target group alone."""
    targets = parts["targets"]
    check = targets.Check("group", 8000, "/")
    targets.remember(check, "172.20.0.2", targets.INITIAL)
    listed = targets.with_checked(EMPTY, "group").decode()
    assert "<Id>172.20.0.2</Id><Port>8000</Port>" in listed
    assert "<State>initial</State><Reason>Elb.InitialHealthChecking</Reason>" in listed
    assert targets.with_checked(EMPTY, "other") == EMPTY
    targets.remember(check, "172.20.0.2", None)
    assert targets.with_checked(EMPTY, "group") == EMPTY
