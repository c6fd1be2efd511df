"""The application's own tests."""

import os

import app.migrate  # noqa: F401 - creates the table
from app.main import app as application
from fastapi.testclient import TestClient


def test_a_visit_is_counted() -> None:
    """Each one; with what the tests are given, and no task."""
    client = TestClient(application)
    first, second = (client.get("/").json()["visits"] for _ in range(2))
    assert second == first + 1
    assert os.environ["PLACE"] == "the tests"
