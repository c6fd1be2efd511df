"""An application that listens on loopback, as a task behind a load balancer would."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any


class Handler(http.server.BaseHTTPRequestHandler):
    """Answer with what was asked, and with the server's status."""

    server: "Application"

    def do_GET(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        asked = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode(),
        }
        self.send_response(self.server.statuses.get(self.path, self.server.status))
        self.end_headers()
        self.wfile.write(json.dumps(asked).encode())

    do_POST = do_GET  # noqa: N815 - the name is http.server's

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Application(http.server.ThreadingHTTPServer):
    """The server; `statuses` are those of single paths."""

    status: int = HTTPStatus.OK

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses: dict[str, int] = {}


@contextmanager
def listening() -> Iterator[Application]:
    """Serve for as long as the block runs."""
    with Application() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
