"""The AWS boundary, against a server of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from pipeline import aws
from pipeline.settings import Settings

THROTTLED = (400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>")
RESULT = "<DescribeStacksResult><Stacks/></DescribeStacksResult>"
NO_STACKS = (200, f"<DescribeStacksResponse>{RESULT}</DescribeStacksResponse>")


@contextmanager
def answering(answers: list[tuple[int, str]]) -> Iterator[HTTPServer]:
    """Serve these answers, each once, in their order."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            code, body = answers.pop(0)
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing: the test's output is not the server's log."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_a_throttled_call_is_tried_again(settings: Settings, allowed_ports: set[int]) -> None:
    """AWS slows down whoever asks much, and a deploy asks every second."""
    answers = [THROTTLED, NO_STACKS]
    with answering(answers) as server:
        allowed_ports.add(server.server_port)
        there = replace(settings, endpoint_url=f"http://127.0.0.1:{server.server_port}")
        found = aws.client(there, "cloudformation").describe_stacks()
    assert found["Stacks"] == []
    assert answers == []


def test_a_call_has_limits(settings: Settings) -> None:
    """No call waits for ever: the promise of the boundary's docstring."""
    config = aws.client(settings, "cloudformation").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 30)
    assert config.retries == {"mode": "standard", "total_max_attempts": 5}


def test_a_client_is_made_once(settings: Settings) -> None:
    """Making one costs more than a call of it."""
    assert aws.client(settings, "ecs") is aws.client(replace(settings), "ecs")
