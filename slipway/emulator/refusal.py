"""Part of the local account's server: a request that is refused, in the form that its SDK reads."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused: an error code of AWS's, a sentence, further headers."""

    code: str
    message: str
    status: int = HTTPStatus.FORBIDDEN
    headers: tuple[tuple[str, str], ...] = ()


async def refuse(refused: Refusal, headers: Headers, send: Send) -> None:
    """Send a refusal in the form that the caller's SDK reads."""
    kind, body = error_body(refused, headers)
    answer = {
        "content-type": kind,
        "content-length": str(len(body)),
        "x-amzn-errortype": refused.code,
        "x-content-type-options": "nosniff",
        **dict(refused.headers),
    }
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in answer.items()]
    await send({"type": "http.response.start", "status": int(refused.status), "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def error_body(refused: Refusal, headers: Iterable[tuple[str, str]]) -> tuple[str, bytes]:
    """Return the content type and body of an error: JSON for JSON protocols, otherwise XML.

    https://smithy.io/2.0/aws/protocols/index.html
    """
    names = dict(headers)
    if "x-amz-target" in names or "json" in names.get("content-type", ""):
        text = json.dumps({"__type": refused.code, "message": refused.message})
        return "application/x-amz-json-1.1", text.encode()
    inner = f"<Code>{escape(refused.code)}</Code><Message>{escape(refused.message)}</Message>"
    return "text/xml", f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>".encode()
