"""Part of the local account's server: the served application, behind its load balancer.

MiniStack looks at a request's path and body for its own pages and APIs before it looks for a
load balancer. Here a request that is for an application reaches a load balancer, or nothing.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import json
from http import HTTPStatus
from urllib.parse import parse_qs

from ministack import app
from ministack.core import responses

from slipway.emulator.guard import Receive, Scope, header_list, read_body
from slipway.emulator.refusal import Send

NO_BALANCER = json.dumps({"message": "no load balancer has this name"}).encode()


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request to the load balancer that its host or path names; 404 if there is none."""
    headers = joined(header_list(scope))
    responses.set_request_client_ip((scope.get("client") or ("127.0.0.1",))[0])
    query, raw_path = scope["query_string"].decode("latin-1"), scope["raw_path"].decode("latin-1")
    answer = await app._handle_alb_request(
        headers["host"],
        scope["path"],
        scope["method"],
        headers,
        await read_body(receive),
        parse_qs(query, keep_blank_values=True),
        query,
        raw_path,
    )
    missing = (HTTPStatus.NOT_FOUND, {"Content-Type": "application/json"}, NO_BALANCER)
    await app._send_if_handled(app._with_date_header(send), answer or missing, receive)


def joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Join headers that came more than once, as RFC 9110, section 5.2, and RFC 9113, 8.2.3, say."""
    values: dict[str, str] = {}
    for name, value in headers:
        separator = "; " if name == "cookie" else ", "
        values[name] = f"{values[name]}{separator}{value}" if name in values else value
    return values
