"""What runs beside the pages, and what ends them."""

import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import OperationalError

from webapp.config import database_url
from webapp.models import connect
from webapp.tidy import tidy

ROOT, PORT = Path(__file__).parents[2], 8123


def test_old_entries_are_removed_and_new_ones_kept(client: FlaskClient, engine: Engine) -> None:
    """A year counts."""
    client.post("/sign", data={"name": "Ada", "message": "of today"})
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO entries (name, message, written)"
                " VALUES ('Bob', 'of long ago', now() - interval '366 days')"
            )
        )

    assert tidy(engine) == 1
    page = client.get("/").text
    assert "of today" in page
    assert "of long ago" not in page


def test_the_worker_ends_when_it_is_output_to(client: FlaskClient) -> None:
    """SIGTERM is how ECS stops a task; the exit code is 0."""
    assert client
    command = [sys.executable, "-m", "webapp.worker"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "0 have signed\n"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0


def test_a_refused_password_ends_the_server_in_order() -> None:
    """RDS has renewed it: the request is answered, the log names it, and a new task takes over."""
    old = make_url(database_url()).set(password="of last week")
    url = old.render_as_string(hide_password=False)
    variables = {**os.environ, "DATABASE_URL": url, "WEB_PORT": str(PORT)}
    with subprocess.Popen(
        ["entries/web.sh"], cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True
    ) as server:
        assert status("/health/live") == 200
        assert status("/health/ready") == 503
        output, _ = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "the database refuses the password" in output
    assert "of last week" not in output


def status(path: str) -> int:
    """Ask the server that was started, once it listens, and return the status."""
    for _ in range(100):
        connection = HTTPConnection("127.0.0.1", PORT, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            connection.close()
    pytest.fail("the server does not listen")


def test_another_failure_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is away for a moment comes back."""
    monkeypatch.setattr(os, "kill", pytest.fail)
    monkeypatch.setenv("WEB_SERVER_PID", "4711")

    with pytest.raises(OperationalError), connect("postgresql+psycopg://a@127.0.0.1:1/a").connect():
        pytest.fail("it was let in")
