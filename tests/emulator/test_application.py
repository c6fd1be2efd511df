"""A request for the served application reaches its load balancer, or nothing."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import asyncio
from typing import Any

import pytest


def ask(parts: dict[str, Any], path: str, *headers: tuple[str, str]) -> tuple[Any, ...]:
    """Send a request for the application, and return what MiniStack answers."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"name=a", "more_body": False}

    raw = [(name.encode(), value.encode()) for name, value in headers]
    scope = {
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"a=1&a=2",
        "headers": [(b"host", b"web.alb.localhost:4566"), *raw],
        "client": ("127.0.0.1", 4711),
    }
    asyncio.run(parts["application"].serve(scope, receive, sent.append))
    (answer,) = sent
    return tuple(answer)


@pytest.fixture
def balancers(ministack: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What the load balancer was asked; `/` is answered, and of any other path it knows nothing."""
    asked: list[tuple[Any, ...]] = []

    async def handle(*request: Any) -> Any:
        asked.append(request)
        return (200, {}, b"page") if request[1] == "/" else None

    async def send(note: Any, answer: Any, _receive: Any) -> None:
        note(answer)

    app = ministack["app"]
    app._handle_alb_request, app._send_if_handled = handle, send
    app._with_date_header = lambda send_on: send_on
    ministack["responses"].set_request_client_ip = lambda _: None
    return asked


def test_a_request_reaches_its_load_balancer(
    parts: dict[str, Any], balancers: list[tuple[Any, ...]]
) -> None:
    """With its body, its query as it was sent, and its headers joined."""
    answer = ask(parts, "/", ("cookie", "a=1"), ("cookie", "b=2"), ("accept", "x"), ("accept", "y"))

    assert answer == (200, {}, b"page")
    host, path, method, headers, body, query, raw_query, raw_path = balancers[0]
    assert (host, path, method) == ("web.alb.localhost:4566", "/", "POST")
    assert (headers["cookie"], headers["accept"]) == ("a=1; b=2", "x, y")
    assert (body, query, raw_query, raw_path) == (b"name=a", {"a": ["1", "2"]}, "a=1&a=2", "/")


@pytest.mark.parametrize("path", ["/_ministack/reset", "/v2/", "/bucket/key"])
def test_a_path_of_the_api_under_an_application_s_name_is_not_found(
    parts: dict[str, Any], balancers: list[tuple[Any, ...]], path: str
) -> None:
    """MiniStack looks for its own pages first; here nobody else is asked."""
    status, _, body = ask(parts, path)

    assert status == 404
    assert b"no load balancer" in body
    assert len(balancers) == 1
