"""Who may send the local account's server a request: decided from headers and path alone."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.emulator import guard, refusal
from slipway.emulator.guard import Part, Receive, Scope
from slipway.emulator.refusal import Refusal, Send

HERE = ("host", "localhost:4566")
FORM = ("content-type", "application/x-www-form-urlencoded")
BROWSER = [
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("origin", "http://localhost:4566"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "no-cors"),
    ("sec-ch-ua", '"Chromium"'),
    ("referer", "http://localhost:4566/_alb/web/"),
]
API_PATHS = ["/", "/bucket/key", "/_ministack/reset", "/_ministack/health", "/v2/", "/oauth2/token"]


@pytest.mark.parametrize("mark", BROWSER, ids=str)
@pytest.mark.parametrize("path", API_PATHS)
def test_a_browser_reaches_nothing_but_the_application(path: str, mark: tuple[str, str]) -> None:
    """Whatever the origin of its page: a page of the application has the API's own."""
    for method in ("GET", "POST", "OPTIONS", "PUT"):
        refused = guard.refusal(method, path, [HERE, FORM, mark])
        assert refused
        assert refused.status == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("mark", BROWSER, ids=str)
@pytest.mark.parametrize(
    ("host", "path"),
    [("localhost:4566", "/_alb/web/"), ("web.alb.localhost:4566", "/"), ("127.0.0.1", "/_alb/w")],
)
def test_a_browser_uses_the_application(host: str, path: str, mark: tuple[str, str]) -> None:
    """Its pages, its forms, and a request of its scripts."""
    for method in ("GET", "POST", "OPTIONS"):
        assert guard.refusal(method, path, [("host", host), mark]) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4566",
        "localhost.evil.example",
        "evil-localhost",
        "127.0.0.1.evil.example:4566",
        "10.0.0.5:4566",
        "[::2]:4566",
        "localhost:evil.example",
        "localhost@evil.example",
        "web.us-east-1.elb.amazonaws.com",
        "",
    ],
)
@pytest.mark.parametrize("path", [*API_PATHS, "/_alb/web/"])
def test_a_foreign_name_is_refused(host: str, path: str) -> None:
    """DNS rebinding: a page of that name would have the server's answers for its own."""
    assert guard.refusal("GET", path, [("host", host)])


@pytest.mark.parametrize("headers", [[], [HERE, HERE], [HERE, ("host", "evil.example")]], ids=str)
def test_a_request_has_one_host(headers: list[tuple[str, str]]) -> None:
    """With two of them, the guard and MiniStack could read different ones."""
    assert guard.refusal("GET", "/_alb/web/", headers)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:4566", "127.0.0.1:4566", "[::1]:4566", "[::1]", "b.s3.localhost:4566"],
)
def test_a_program_on_this_machine_is_asked_for_its_signature_next(host: str) -> None:
    """Every name that means this machine, with and without a port."""
    assert guard.refusal("POST", "/", [("host", host), FORM]) is None


@given(st.text(st.characters(codec="latin-1"), max_size=40), st.text(max_size=20))
def test_no_name_is_this_machine_but_by_its_ending(name: str, path: str) -> None:
    """Whatever the Host header holds, it ends in a name of this machine or is refused."""
    if guard.refusal("GET", f"/_alb/{path}", [("host", name)]) is None:
        host = guard.host_name([("host", name)])
        assert host in guard.THIS_MACHINE or host.endswith(".localhost")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", Part.API),
        ("/_ministack/health", Part.HEALTH),
        ("/_ministack/health/", Part.API),
        ("/_ministack/config", Part.API),
        ("/_alb", Part.API),
        ("/v2/", Part.REGISTRY),
        ("/v2/slipway/manifests/sha256:1", Part.REGISTRY),
        ("/v2/slipway/blobs/uploads/", Part.REGISTRY),
        ("/v2/slipway/tags/list", Part.REGISTRY),
        ("/v2/apis", Part.API),
        ("/v2/email/blobs/", Part.API),
    ],
)
def test_a_path_belongs_to_one_part(path: str, expected: Part) -> None:
    """What is not known by name is the API, which wants a signature."""
    assert guard.part_of("localhost", path) is expected


def test_a_path_of_the_api_under_an_application_s_name_is_the_application_s() -> None:
    """MiniStack would reset itself there, before it looked for a load balancer."""
    found = guard.part_of("web.alb.localhost", "/_ministack/reset")
    assert found is Part.APPLICATION


class Server:
    """A guarded server whose parts note that they were reached."""

    def __init__(self, answer: Refusal | None = None) -> None:
        self.reached: list[str] = []
        self.sent: list[dict[str, Any]] = []
        checks = {Part.API: self.check, Part.REGISTRY: self.check}
        apart = {part: self.part(part.name.lower()) for part in (Part.APPLICATION, Part.HEALTH)}
        self.serve = guard.guard(self.part("api"), apart, checks)
        self.answer = answer

    async def check(self, _scope: Scope, receive: Receive) -> Receive | Refusal:
        """Say what a check of the signature says."""
        self.reached.append("check")
        return self.answer or receive

    def part(self, name: str) -> Any:
        """Make a part that answers with CORS headers, as MiniStack does."""

        async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
            self.reached.append(name)
            headers = [(b"Access-Control-Allow-Origin", b"*"), (b"etag", b"1")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b""})

        return answer

    def ask(self, path: str, *headers: tuple[str, str], kind: str = "http") -> dict[str, Any]:
        """Send a request, and return the first message of the answer."""

        async def send(message: dict[str, Any]) -> None:
            self.sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        raw = [(name.encode(), value.encode()) for name, value in (HERE, *headers)]
        scope = {"type": kind, "method": "POST", "path": path, "headers": raw}
        asyncio.run(self.serve(scope, receive, send))
        return self.sent[0]


def test_an_answer_of_the_api_may_be_read_by_no_page() -> None:
    """Its CORS headers are dropped, and no other; those of the application are its own."""
    assert Server().ask("/")["headers"] == [(b"etag", b"1")]
    assert len(Server().ask("/_alb/web/")["headers"]) == 2


def test_a_call_is_checked_before_it_reaches_the_api() -> None:
    """A refusal of the check is the answer."""
    let_in, refused = Server(), Server(Refusal("SignatureDoesNotMatch", "no"))

    assert let_in.ask("/")["status"] == 200
    assert refused.ask("/")["status"] == 403

    assert let_in.reached == ["check", "api"]
    assert refused.reached == ["check"]


def test_a_refused_browser_reaches_nothing() -> None:
    """Not even the check."""
    server = Server()
    assert server.ask("/", ("origin", "https://evil.example"))["status"] == 403
    assert server.reached == []


def test_each_part_is_served_by_its_own() -> None:
    """The health page needs no signature, and MiniStack's own is not reached."""
    for path, reached in (
        ("/_alb/web/", ["application"]),
        ("/_ministack/health", ["health"]),
        ("/_ministack/health/", ["check", "api"]),
        ("/v2/", ["check", "api"]),
    ):
        server = Server()
        server.ask(path)
        assert server.reached == reached


def test_websockets_are_closed() -> None:
    """A page of any origin may open one, and read what it says."""
    server = Server()
    assert server.ask("/_alb/web/", kind="websocket") == {"type": "websocket.close", "code": 1008}
    assert server.reached == []


@pytest.mark.parametrize(
    "header", [("x-amz-target", "ECS.ListTasks"), ("content-type", "application/json")]
)
def test_an_error_is_in_the_caller_s_protocol(header: tuple[str, str]) -> None:
    """JSON for JSON, otherwise XML; what comes from outside cannot end an element."""
    refused = Refusal("AccessDenied", "<no> & no")

    kind, body = refusal.error_body(refused, [header])
    assert kind == "application/x-amz-json-1.1"
    assert json.loads(body) == {"__type": "AccessDenied", "message": "<no> & no"}
    kind, body = refusal.error_body(refused, [])
    assert kind == "text/xml"
    assert b"<Message>&lt;no&gt; &amp; no</Message>" in body
