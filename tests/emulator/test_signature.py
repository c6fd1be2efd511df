"""A call counts when botocore signed it with the account's secret, and not otherwise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from slipway.emulator import claim as claims
from slipway.emulator import signature
from slipway.emulator.claim import Claim, Problem, Request
from slipway.emulator.signature import sha256

SECRET = "the account's secret"
KEY = Credentials("LOCALKEY", SECRET)
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Host": "localhost:4566"}
BODY = b"Action=ListStacks&Version=2010-05-15"


def sent(signer: Any, method: str, url: str, body: bytes = b"", **headers: str) -> Request:
    """Sign a request as boto3 does, and return what the server gets of it."""
    request = AWSRequest(method, url, headers={"Host": "localhost:4566", **headers}, data=body)
    request.context["payload_signing_enabled"] = True
    signer.add_auth(request)
    parts = urlsplit(str(request.url))
    names = tuple((name.lower(), value) for name, value in request.headers.items())
    return Request(method, parts.path or "/", parts.query, names)


def signed(service: str = "ecs", credentials: Credentials = KEY) -> Any:
    """Return the signer of a service's calls."""
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    return kind(credentials, service, "us-east-1")


def problem(request: Request, body: bytes = b"", secret: str = SECRET, **late: Any) -> str:
    """Return the code of what is wrong with a request; "" where it is good."""
    claim = claims.read(request)
    if isinstance(claim, Problem):
        return claim.code
    now = datetime.now(UTC) + timedelta(**late)
    found = signature.problem(request, claim, secret, sha256(body), now)
    return found.code if found else ""


def with_header(request: Request, name: str, value: str) -> Request:
    """Change one header of a request that was signed."""
    rest = tuple(each for each in request.headers if each[0] != name)
    return replace(request, headers=(*rest, (name, value)))


@pytest.mark.parametrize("service", ["ecs", "s3", "cloudformation"])
@pytest.mark.parametrize(
    "path", ["/", "/a%20b/c%2Bd~", "/bucket//key", "/a/../b", "/%C3%BC?prefix=a%2Fb&z=&a=1&a=0"]
)
def test_what_the_account_s_key_signed_counts(service: str, path: str) -> None:
    """Each kind of path and query that an SDK sends."""
    request = sent(signed(service), "POST", f"http://localhost:4566{path}", BODY)

    assert problem(request, BODY) == ""
    assert problem(request, BODY, secret="x") == "SignatureDoesNotMatch"


@given(
    st.lists(st.text(min_size=1, max_size=8), max_size=4),
    st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=6), max_size=4),
    st.binary(max_size=64),
    st.sampled_from(["ecs", "s3", "sts"]),
)
def test_any_request_counts_with_the_right_secret_alone(
    path: list[str], query: dict[str, str], body: bytes, service: str
) -> None:
    """Whatever its path, query and body; with another body it does not."""
    where = "/".join(quote(part, safe="") for part in path)
    pairs = "&".join(f"{quote(key, safe='')}={quote(query[key], safe='')}" for key in query)
    request = sent(signed(service), "PUT", f"http://localhost:4566/{where}?{pairs}", body)

    assert problem(request, body) == ""
    assert problem(request, body, secret=f"{SECRET} ") == "SignatureDoesNotMatch"
    assert problem(request, body + b"x") == "SignatureDoesNotMatch"


CHANGES: dict[str, Callable[[Request], Request]] = {
    "method": lambda it: replace(it, method="DELETE"),
    "path": lambda it: replace(it, path="/other"),
    "query": lambda it: replace(it, query="Action=DeleteStack"),
    "host": lambda it: with_header(it, "host", "127.0.0.1:4566"),
    "token": lambda it: with_header(it, "x-amz-security-token", "another"),
    "content type": lambda it: with_header(it, "content-type", "text/plain"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_that_was_signed_can_be_changed(change: str) -> None:
    """Method, path, query, and each header that was signed."""
    signer = signed("cloudformation", Credentials("LOCALKEY", SECRET, "token"))
    request = sent(signer, "POST", "http://localhost:4566/", BODY, **FORM)
    assert problem(request, BODY) == ""

    assert problem(CHANGES[change](request), BODY) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("service", "minutes", "expected"),
    [
        ("ecs", 4, ""),
        ("ecs", 6, "RequestExpired"),
        ("ecs", -6, "RequestExpired"),
        ("s3", 14, ""),
        ("s3", 16, "RequestExpired"),
    ],
)
def test_a_signature_counts_for_minutes(service: str, minutes: int, expected: str) -> None:
    """Before and after the time at which it was made."""
    request = sent(signed(service), "GET", "http://localhost:4566/")
    assert problem(request, minutes=minutes) == expected


@pytest.mark.parametrize("kind", [SigV4QueryAuth, S3SigV4QueryAuth])
def test_a_presigned_url_counts_until_it_expires(kind: Any) -> None:
    """A URL of a minute; its parts cannot be changed."""
    service = "s3" if kind is S3SigV4QueryAuth else "sts"
    request = sent(
        kind(KEY, service, "us-east-1", expires=60), "GET", "http://localhost:4566/a?b=c"
    )

    assert problem(request) == ""
    assert problem(request, seconds=70) == "RequestExpired"
    assert problem(request, secret="x") == "SignatureDoesNotMatch"
    longer = replace(request, query=request.query.replace("Expires=60", "Expires=6000"))
    assert problem(longer) == "SignatureDoesNotMatch"
    assert problem(replace(request, query=f"{request.query}&d=e")) == "SignatureDoesNotMatch"
    for_ever = replace(request, query=request.query.replace("Expires=60", "Expires=6000000"))
    assert problem(for_ever) == "IncompleteSignature"


def test_only_s3_may_leave_its_body_unsigned() -> None:
    """The word in place of a hash is S3's."""
    word = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    for service, expected in (("s3", ""), ("ecs", "SignatureDoesNotMatch")):
        signer = SigV4Auth(KEY, service, "us-east-1")
        request = sent(signer, "PUT", "http://localhost:4566/a", b"body", **word)
        assert problem(request, b"another") == expected


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "AWS LOCALKEY:signature"},
        {"authorization": "Basic eDp4"},
        {"authorization": "AWS4-ECDSA-P256-SHA256 Credential=LOCALKEY/d/s/aws4_request"},
    ],
    ids=["none", "version 2", "basic", "version 4a"],
)
def test_a_call_without_a_signature_of_version_4_is_refused(headers: dict[str, str]) -> None:
    """There is no anonymous call."""
    request = Request("GET", "/", "", tuple(headers.items()))
    assert problem(request) == "MissingAuthenticationToken"


GOOD = "Credential=K/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    "text",
    [
        "Signature=0",
        "Credential=, SignedHeaders=, Signature=",
        GOOD.replace("SignedHeaders=host", "SignedHeaders=x-amz-date"),
        GOOD.replace("20260101", "20250101"),
        GOOD.replace("/aws4_request", ""),
        GOOD.replace("K/", "/"),
    ],
)
def test_a_signature_that_lacks_a_part_is_refused(text: str) -> None:
    """By name, and without a crash; the Host header is always signed."""
    headers = (("authorization", f"AWS4-HMAC-SHA256 {text}"), ("x-amz-date", "20260101T000000Z"))
    assert problem(Request("GET", "/", "", headers)) == "IncompleteSignature"
    good = (("authorization", f"AWS4-HMAC-SHA256 {GOOD}"), ("x-amz-date", "20260101T000000Z"))
    assert isinstance(claims.read(Request("GET", "/", "", good)), Claim)


@given(st.text(st.characters(codec="latin-1"), max_size=80), st.text(max_size=80))
def test_garbage_is_refused_without_a_crash(authorization: str, query: str) -> None:
    """Whatever a header or a query holds."""
    request = Request("GET", "/", query, (("authorization", authorization), ("host", "localhost")))
    assert problem(request) != ""


def test_a_header_that_nobody_signed_is_refused() -> None:
    """Otherwise the owner of a link to one object could make any other call with it."""
    url = "http://localhost:4566/bucket/key"
    link = sent(S3SigV4QueryAuth(KEY, "s3", "us-east-1", expires=60), "GET", url)
    assert problem(link) == ""
    for name in ("x-amz-target", "x-amz-copy-source", "x-amz-acl"):
        assert problem(with_header(link, name, "secretsmanager.GetSecretValue")) == "AccessDenied"
    header = sent(
        signed("s3"), "GET", url, b"", **{"X-Amz-Target": "secretsmanager.GetSecretValue"}
    )
    assert problem(header) == "AccessDenied"


def test_a_link_with_two_other_signatures_is_refused() -> None:
    """Which of them the server looks at is not for the caller to choose."""
    url = "http://localhost:4566/bucket/key"
    link = sent(S3SigV4QueryAuth(KEY, "s3", "us-east-1", expires=60), "GET", url)
    two = (("authorization", "Basic a"), ("authorization", "Basic b"))
    twice = replace(link, headers=(*link.headers, *two))
    assert problem(twice) == "MissingAuthenticationToken"


@pytest.mark.parametrize("expires", ["9" * 20, "9" * 5000, "604801", "-1", ""])
def test_a_link_that_lasts_for_ever_is_refused(expires: str) -> None:
    """By name, however long the number is; and a date at the end of time is no crash either."""
    scope = "X-Amz-Credential=K/20260101/us-east-1/s3/aws4_request&X-Amz-Date=20260101T000000Z"
    query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&{scope}&X-Amz-SignedHeaders=host&X-Amz-Signature=0"
    request = Request("GET", "/", f"{query}&X-Amz-Expires={expires}", (("host", "localhost"),))
    assert problem(request) == "IncompleteSignature"
    early = replace(request, query=f"{query}&X-Amz-Expires=60".replace("20260101", "00010101"))
    assert problem(early) == "RequestExpired"
