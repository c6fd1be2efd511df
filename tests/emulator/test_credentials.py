"""Whose key a call may be signed with, and what an unsigned one may not do."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import asyncio
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from slipway.emulator.claim import Request
from slipway.emulator.refusal import Refusal
from slipway.local_key import AccessKey

OWN = AccessKey("LOCALKEY", "the account's secret")
ISSUED = {"SESSION": ("a session's secret", "token"), "USERKEY": ("a user's secret", "")}
BODY = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
FORM = ("content-type", "application/x-www-form-urlencoded")


@pytest.fixture(autouse=True)
def iam(ministack: dict[str, Any]) -> None:
    """MiniStack's keys: those that it issued, and those that it takes for its root user's."""
    evaluator = ministack["iam_evaluator"]
    evaluator.is_root_access_key = lambda key: key in {"", "test", OWN.key_id} or key.isdecimal()
    evaluator.AmbiguousAccessKeyError = type("AmbiguousAccessKeyError", (ValueError,), {})

    def find_account(key: str) -> str | None:
        if key == "TWICE":
            raise evaluator.AmbiguousAccessKeyError
        return None

    def resolve(key: str, account: str, token: str) -> Any:
        assert account == "the account"
        secret, own_token = ISSUED.get(key, ("", ""))
        if not secret or token != own_token:
            return type("Error", (), {"code": "InvalidToken"})
        return type("Credential", (), {"secret_access_key": secret})

    evaluator.find_iam_access_key_account = find_account
    evaluator.resolve_credential = resolve
    ministack["responses"]._account_from_sts_session = lambda _: None
    ministack["responses"].get_account_id = lambda: "the account"


@pytest.mark.parametrize(
    ("key", "token", "secret"),
    [
        (OWN.key_id, "", OWN.secret),
        (OWN.key_id, "token", None),
        ("SESSION", "token", "a session's secret"),
        ("SESSION", "", None),
        ("SESSION", "another", None),
        ("USERKEY", "", "a user's secret"),
        ("USERKEY", "token", None),
        ("test", "", None),
        ("", "", None),
        ("000000000000", "", None),
        ("TWICE", "", None),
        ("x", "", None),
    ],
)
def test_a_key_is_the_account_s_own_or_came_of_it(
    parts: dict[str, Any], key: str, token: str, secret: str | None
) -> None:
    """What MiniStack takes for its root user is nobody's."""
    assert parts["credentials"].secret_of(OWN, key, token) == secret


def ask(
    parts: dict[str, Any], request: Request, body: bytes = BODY, chunks: int = 2
) -> Refusal | bytes:
    """Have a request checked; return why it is refused, or the body that goes on to MiniStack."""
    size = len(body) // chunks + 1
    pieces = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages[-1]["more_body"] = False

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    scope = {
        "method": request.method,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in request.headers],
    }

    async def check() -> Refusal | bytes:
        checked = await parts["credentials"].signed_by(OWN)(scope, receive)
        return checked if isinstance(checked, Refusal) else bytes((await checked())["body"])

    return asyncio.run(check())


def signed(key: str, secret: str, token: str | None = None) -> Request:
    """Sign a call as boto3 does."""
    request = AWSRequest(
        "POST", "http://localhost:4566/", headers={"Host": "localhost:4566"}, data=BODY
    )
    SigV4Auth(Credentials(key, secret, token), "sts", "us-east-1").add_auth(request)
    names = tuple((name.lower(), value) for name, value in request.headers.items())
    return Request("POST", "/", "", names)


def test_a_signed_call_goes_on_with_its_whole_body(parts: dict[str, Any]) -> None:
    """However many pieces it came in."""
    for request in (
        signed(OWN.key_id, OWN.secret),
        signed("SESSION", "a session's secret", "token"),
    ):
        for chunks in (1, 3):
            assert ask(parts, request, chunks=chunks) == BODY


@pytest.mark.parametrize(
    ("key", "secret", "body", "code"),
    [
        (OWN.key_id, "x", BODY, "SignatureDoesNotMatch"),
        (OWN.key_id, OWN.secret, BODY + b"&", "SignatureDoesNotMatch"),
        ("test", "test", BODY, "InvalidClientTokenId"),
        ("x", "x", BODY, "InvalidClientTokenId"),
    ],
)
def test_a_call_that_another_key_signed_is_refused(
    parts: dict[str, Any], key: str, secret: str, body: bytes, code: str
) -> None:
    """Or one whose body is another."""
    answer = ask(parts, signed(key, secret), body)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.status) == (code, 403)


def test_no_action_is_open_without_a_signature(parts: dict[str, Any]) -> None:
    """AssumeRoleWithWebIdentity neither: nobody here can check who issued the token."""
    answer = ask(parts, Request("POST", "/", "", (FORM,)))
    assert isinstance(answer, Refusal)
    assert answer.code == "MissingAuthenticationToken"


@pytest.mark.parametrize(
    ("request_", "body", "opened"),
    [
        (Request("POST", "/", "", (FORM,)), BODY, True),
        (Request("GET", "/", "", (FORM,)), BODY, False),
        (Request("POST", "/other", "", (FORM,)), BODY, False),
        (Request("POST", "/", "Action=CreateStack", (FORM,)), BODY, False),
        (Request("POST", "/", "", ()), BODY, False),
        (Request("POST", "/", "", (FORM, ("x-amz-target", "ECS.RunTask"))), BODY, False),
        (Request("POST", "/", "", (FORM,)), BODY + b"&Action=CreateStack", False),
        (Request("POST", "/", "", (FORM,)), b"Action=CreateStack", False),
        (Request("POST", "/", "", (FORM, ("authorization", "Basic eDp4"))), BODY, False),
    ],
)
def test_what_a_test_opens_is_that_action_alone(
    parts: dict[str, Any],
    request_: Request,
    body: bytes,
    opened: bool,  # noqa: FBT001
) -> None:
    """No request that MiniStack could take for another call."""
    parts["credentials"].UNSIGNED_ACTIONS.add("AssumeRoleWithWebIdentity")

    answer = ask(parts, request_, body)

    assert answer == body if opened else isinstance(answer, Refusal)
