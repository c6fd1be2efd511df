"""Part of the local account's server: which keys there are, and that a call is signed by one.

There is the account's own key, and what its IAM and STS gave out. MiniStack would also take
"test", any twelve digits, and no key at all. Actions that are unsigned by nature
(AssumeRoleWithWebIdentity) are refused, because nobody here can check who issued their token;
the test of the permissions opens that one for itself.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from ministack.core import iam_evaluator, responses

from slipway.emulator import claim as claims
from slipway.emulator import guard, signature
from slipway.emulator.claim import Problem, Request
from slipway.emulator.guard import Receive, Scope, read_body
from slipway.emulator.refusal import Refusal
from slipway.local_key import AccessKey

UNKNOWN = Problem("InvalidClientTokenId", "The local account has no such access key.")
UNSIGNED_ACTIONS: set[str] = set()


def signed_by(own: AccessKey) -> Callable[[Scope, Receive], Awaitable[Receive | Refusal]]:
    """Return the check of the API: a call is signed by `own`, or by a key that came of it."""

    async def check(scope: Scope, receive: Receive) -> Receive | Refusal:
        request = request_of(scope)
        claim = claims.read(request)
        if isinstance(claim, Problem):
            return await _unsigned(request, claim, receive)
        if (secret := secret_of(own, claim.key_id, claim.token)) is None:
            return Refusal(UNKNOWN.code, UNKNOWN.message)
        body = await read_body(receive)
        body_hash, now = signature.sha256(body), datetime.now(UTC)
        if wrong := signature.problem(request, claim, secret, body_hash, now):
            return Refusal(wrong.code, wrong.message)
        return replayed(body, receive)

    return check


def request_of(scope: Scope) -> Request:
    """Return the request of an ASGI scope, as it was sent."""
    path = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return Request(scope["method"], path, query, tuple(guard.header_list(scope)))


def secret_of(own: AccessKey, key_id: str, token: str) -> str | None:
    """Return the secret of a key id and session token; None where they are not of this account."""
    if key_id == own.key_id:
        return None if token else own.secret
    if iam_evaluator.is_root_access_key(key_id):
        return None
    try:
        account = iam_evaluator.find_iam_access_key_account(key_id)
    except iam_evaluator.AmbiguousAccessKeyError:
        return None
    account = responses._account_from_sts_session(key_id) or account or responses.get_account_id()
    credential = iam_evaluator.resolve_credential(key_id, account, token)
    return getattr(credential, "secret_access_key", None)


async def _unsigned(request: Request, why: Problem, receive: Receive) -> Receive | Refusal:
    """Let an action of UNSIGNED_ACTIONS through, and nothing else."""
    if UNSIGNED_ACTIONS and not request.header("authorization"):
        body = await read_body(receive)
        if action_of(request, body) in UNSIGNED_ACTIONS:
            return replayed(body, receive)
    return Refusal(why.code, why.message)


def action_of(request: Request, body: bytes) -> str:
    """Return the action of a plain query-protocol call; "" for any other request."""
    form = request.header("content-type").startswith("application/x-www-form-urlencoded")
    if (request.method, request.path, request.query) != ("POST", "/", "") or not form:
        return ""
    if any(name == "x-amz-target" for name, _ in request.headers):
        return ""
    actions = [value for name, value in parse_qsl(body.decode("latin-1")) if name == "Action"]
    return actions[0] if len(actions) == 1 else ""


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read, and then goes on as before."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> dict[str, Any]:
        return messages.pop() if messages else await receive()

    return receive_again
