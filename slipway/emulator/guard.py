"""Part of the local account's server: who may send it a request at all.

Every request is sorted before MiniStack gets it:

- A Host that does not name this machine is refused: a foreign name can be pointed at it (DNS
  rebinding), and a browser then takes a page of that name for one of the server's own.
- The served application, `/_alb/NAME/...` or `NAME.alb.localhost`, is open to browsers. It
  goes to its load balancer and to nothing else of MiniStack.
- The health page, which says that the server runs and whose it is, is open to programs.
- Everything else is the API. A browser is refused, whatever its page's origin: a page of the
  served application has the origin of the API. No AWS SDK sends Origin, Referer or Sec-Fetch
  headers. What is not refused must be signed: `signature`, `registry`.

What is answered has no CORS header, so that no page may read it; WebSockets are closed.
https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from enum import Enum
from typing import Any

from slipway.emulator.refusal import Headers, Refusal, Send, refuse

HEALTH = "/_ministack/health"
APPLICATION_PATH, APPLICATION_HOST = "/_alb/", ".alb.localhost"
THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}
BROWSER_HEADERS = ("origin", "referer", "sec-")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Serve = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]


class Part(Enum):
    """The part of the server that a request is for."""

    APPLICATION = "the served application"
    HEALTH = "the health page"
    REGISTRY = "the image registry"
    API = "the API"


CLOSED = Refusal("AccessDenied", "This part of the local account is closed.")
Check = Callable[[Scope, Receive], Awaitable["Receive | Refusal"]]


def header_list(scope: Scope) -> Headers:
    """Return the headers of an ASGI scope: lower-case names, values as they came."""
    return [
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in scope["headers"]
    ]


def host_name(headers: Headers) -> str:
    """Return the name in the Host header, without its port; "" where there is not exactly one."""
    hosts = [value for name, value in headers if name == "host"]
    if len(hosts) != 1:
        return ""
    name, _, port = hosts[0].strip().lower().rpartition(":")
    return name if name and port.isdecimal() else hosts[0].strip().lower()


def is_this_machine(name: str) -> bool:
    """Whether a host name always means this machine: RFC 6761, section 6.3."""
    return name in THIS_MACHINE or name.endswith(".localhost")


def part_of(name: str, path: str) -> Part:
    """Decide which part of the server a request to this host name and path is for."""
    if name.endswith(APPLICATION_HOST) or path.startswith(APPLICATION_PATH):
        return Part.APPLICATION
    if path == HEALTH:
        return Part.HEALTH
    return Part.REGISTRY if is_registry(path) else Part.API


def is_registry(path: str) -> bool:
    """Whether a path is of the registry protocol, and not of an API that begins with /v2/, too.

    https://distribution.github.io/distribution/spec/api/
    """
    if path in {"/v2", "/v2/", "/v2/_catalog"}:
        return True
    inside = "/blobs/" in path or "/manifests/" in path or path.endswith("/tags/list")
    return path.startswith("/v2/") and not path.startswith("/v2/email") and inside


def browser_header(headers: Headers) -> str:
    """Return the first header that only browsers send; "" if there is none."""
    return next((name for name, _ in headers if name.startswith(BROWSER_HEADERS)), "")


def refusal(method: str, path: str, headers: Headers) -> Refusal | None:
    """Decide whether a request is refused before anybody asks for its signature."""
    name = host_name(headers)
    if not is_this_machine(name):
        return Refusal("AccessDenied", "The local account answers to localhost names alone.")
    if part_of(name, path) is Part.APPLICATION:
        return None
    if header := browser_header(headers):
        return Refusal("AccessDenied", f"The local account is closed to browsers ({header}).")
    if method == "OPTIONS":
        return Refusal("AccessDenied", "The local account answers no preflight.")
    return None


def guard(api: Serve, apart: Mapping[Part, Serve], checks: Mapping[Part, Check]) -> Serve:
    """Wrap the ASGI application `api`.

    `apart` has the parts that are served apart from it, and `checks` what must let a request
    of one of the others through. A part that is in neither is refused.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await api(scope, receive, send)
        elif scope["type"] == "http":
            await _serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(scope: Scope, receive: Receive, send: Send) -> None:
        headers = header_list(scope)
        if refused := refusal(scope["method"], scope["path"], headers):
            await refuse(refused, headers, send)
            return
        part = part_of(host_name(headers), scope["path"])
        if part in apart:
            await apart[part](scope, receive, send)
            return
        checked = await checks[part](scope, receive) if part in checks else CLOSED
        if isinstance(checked, Refusal):
            await refuse(checked, headers, send)
        else:
            await api(scope, checked, without_cors(send))

    return guarded


def without_cors(send: Send) -> Send:
    """Wrap `send`, so that no answer says that a page of another origin may read it."""

    async def send_without(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = [
                (name, value)
                for name, value in message.get("headers", [])
                if not name.lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": headers}
        await send(message)

    return send_without


async def read_body(receive: Receive) -> bytes:
    """Read a request's whole body, or what came of it before the caller left."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)
