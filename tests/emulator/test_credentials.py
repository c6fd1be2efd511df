"""Whose key a call may be signed with, and what an unsigned one may not do."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import asyncio
import json
from dataclasses import dataclass

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from ministack.core.responses import request_scope
from ministack.services import iam

from slipway.emulator import credentials
from slipway.emulator.claim import Request
from slipway.emulator.refusal import Refusal
from slipway.local_key import AccessKey
from tests.emulator.account import HOST, OWN, REGION, Account, Answer

BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
OPEN = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
FORM = ("content-type", "application/x-www-form-urlencoded")
TRUST = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}


@dataclass(frozen=True)
class Key:
    """An access key, and the token of its session."""

    key_id: str
    secret: str
    token: str = ""


@pytest.fixture
def keys(account: Account) -> dict[str, Key]:
    """The keys of the account: its own, and what its IAM and its STS gave out."""
    users, policy = account.client("iam"), {"Version": "2012-10-17", "Statement": [TRUST]}
    users.create_user(UserName="user")
    role = users.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(policy))["Role"]
    of_user = users.create_access_key(UserName="user")["AccessKey"]
    sts = account.client("sts")
    issued = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
    session = (issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
    return {
        "own": Key(OWN.key_id, OWN.secret),
        "user": Key(of_user["AccessKeyId"], of_user["SecretAccessKey"]),
        "session": Key(*session),
    }


@pytest.mark.parametrize("whose", ["own", "user", "session"])
def test_a_key_is_the_account_s_own_or_came_of_it(keys: dict[str, Key], whose: str) -> None:
    """A session's key counts with its token alone, and any other without one."""
    key = keys[whose]

    assert credentials.secret_of(OWN, key.key_id, key.token) == key.secret
    for token in {"", "another"} - {key.token}:
        assert credentials.secret_of(OWN, key.key_id, token) is None


@pytest.mark.parametrize("key_id", ["test", "", "000000000000", "x"])
@pytest.mark.parametrize("token", ["", "token"])
def test_what_ministack_takes_for_its_root_user_is_nobody_s(
    account: Account, key_id: str, token: str
) -> None:
    """Any twelve digits, "test", and no key at all."""
    assert account
    assert credentials.secret_of(OWN, key_id, token) is None


def test_a_key_of_two_accounts_is_nobody_s(keys: dict[str, Key]) -> None:
    """MiniStack cannot say which of them calls."""
    key = keys["user"]
    record = iam._access_keys[key.key_id]
    with request_scope("111111111111", REGION):
        iam._access_keys[key.key_id] = record

    assert credentials.secret_of(OWN, key.key_id, "") is None


def signed(key: Key | AccessKey, token: str | None = None) -> list[tuple[str, str]]:
    """Sign a call as boto3 does, and return its headers."""
    request = AWSRequest("POST", f"http://{HOST}/", headers=dict([FORM]), data=BODY)
    SigV4Auth(Credentials(key.key_id, key.secret, token), "sts", REGION).add_auth(request)
    return [(name.lower(), value) for name, value in request.headers.items()]


def call(account: Account, headers: list[tuple[str, str]], body: bytes, pieces: int = 1) -> Answer:
    """Send a call with these headers."""
    return account.ask("POST", f"http://{HOST}/", headers, body, pieces)


@pytest.mark.parametrize("pieces", [1, 3])
@pytest.mark.parametrize(
    ("whose", "who"),
    [("own", ":root<"), ("user", ":user/user<"), ("session", ":assumed-role/role/session<")],
)
def test_a_signed_call_goes_on_with_its_whole_body(
    account: Account, keys: dict[str, Key], whose: str, who: str, pieces: int
) -> None:
    """However many pieces it came in; MiniStack answers whose it is."""
    key = keys[whose]

    answer = call(account, signed(key, key.token or None), BODY, pieces)

    assert answer.status == 200
    assert who.encode() in answer.body


@pytest.mark.parametrize(
    ("key", "body", "code"),
    [
        (AccessKey(OWN.key_id, "x"), BODY, "SignatureDoesNotMatch"),
        (OWN, BODY + b"&", "SignatureDoesNotMatch"),
        (AccessKey("test", "test"), BODY, "InvalidClientTokenId"),
        (AccessKey("x", "x"), BODY, "InvalidClientTokenId"),
    ],
)
def test_a_call_that_another_key_signed_is_refused(
    account: Account, key: AccessKey, body: bytes, code: str
) -> None:
    """Or one whose body is another."""
    answer = call(account, signed(key), body)

    assert answer.status == 403
    assert f"<Code>{code}</Code>".encode() in answer.body


def test_no_action_is_open_without_a_signature(account: Account) -> None:
    """AssumeRoleWithWebIdentity neither: nobody here can check who issued the token."""
    answer = call(account, [FORM], OPEN)

    assert answer.status == 403
    assert b"MissingAuthenticationToken" in answer.body


def checked(request: Request, body: bytes) -> Refusal | bytes:
    """Have a request checked; return why it is refused, or the body that goes on to MiniStack."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    scope = {
        "method": request.method,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in request.headers],
    }

    async def check() -> Refusal | bytes:
        found = await credentials.signed_by(OWN)(scope, receive)
        return found if isinstance(found, Refusal) else bytes((await found())["body"])

    return asyncio.run(check())


@pytest.mark.parametrize(
    ("request_", "body", "opened"),
    [
        (Request("POST", "/", "", (FORM,)), OPEN, True),
        (Request("GET", "/", "", (FORM,)), OPEN, False),
        (Request("POST", "/other", "", (FORM,)), OPEN, False),
        (Request("POST", "/", "Action=CreateStack", (FORM,)), OPEN, False),
        (Request("POST", "/", "", ()), OPEN, False),
        (Request("POST", "/", "", (FORM, ("x-amz-target", "ECS.RunTask"))), OPEN, False),
        (Request("POST", "/", "", (FORM,)), OPEN + b"&Action=CreateStack", False),
        (Request("POST", "/", "", (FORM,)), b"Action=CreateStack", False),
        (Request("POST", "/", "", (FORM, ("authorization", "Basic eDp4"))), OPEN, False),
    ],
)
def test_what_a_test_opens_is_that_action_alone(
    request_: Request,
    body: bytes,
    opened: bool,  # noqa: FBT001
) -> None:
    """No request that MiniStack could take for another call."""
    credentials.UNSIGNED_ACTIONS.add("AssumeRoleWithWebIdentity")

    answer = checked(request_, body)

    assert answer == body if opened else isinstance(answer, Refusal)
