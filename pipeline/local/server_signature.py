"""Part of the local account's server: whether a call is signed by a key of this account.

The signature is computed again by botocore, with the secret that belongs to the key id, and
compared. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

- A call signed in its headers counts for five minutes, as on AWS; one to S3 for fifteen.
- A presigned URL counts for X-Amz-Expires seconds, at most seven days:
  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
- The body must have the hash that was signed. S3 lets a caller sign a word in its place
  (UNSIGNED-PAYLOAD, STREAMING-...); then it is not compared.
- Signature versions 2 and 4a are refused. Nothing is open to a call without a signature.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW, S3_SKEW = timedelta(minutes=5), timedelta(minutes=15)
LONGEST_PRESIGNED = timedelta(days=7)
S3_BODY_WORDS = re.compile(r"UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+")
INCOMPLETE = "IncompleteSignature"


@dataclass(frozen=True)
class Request:
    """A request as it was sent: `path` and `query` percent-encoded, header names in lower case."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """Return the value of a header; "" where there is none, or more than one."""
        values = [value for key, value in self.headers if key == name]
        return values[0].strip() if len(values) == 1 else ""


@dataclass(frozen=True)
class Claim:
    """What a request says of its signature; `expires` is None unless it is a presigned URL."""

    key_id: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    token: str
    body_hash: str
    expires: int | None = None


@dataclass(frozen=True)
class Problem:
    """Why a signature does not count: AWS's error code and a sentence."""

    code: str
    message: str


class _Recomputed(SigV4Auth):  # type: ignore[misc]
    """botocore's signer, for the headers and the body hash that were signed, and no others."""

    def __init__(self, claim: Claim, secret: str) -> None:
        super().__init__(Credentials(claim.key_id, secret), claim.service, claim.region)
        self._claim = claim

    def headers_to_sign(self, request: Any) -> Any:
        return request.headers

    def payload(self, _request: Any) -> str:
        return self._claim.body_hash

    def _normalize_url_path(self, path: str) -> str:
        # S3 signs a path as it is sent.
        return path if self._claim.service == "s3" else str(super()._normalize_url_path(path))


def read(request: Request) -> Claim | Problem:
    """Read what a request says of its signature, in its headers or in its query."""
    authorization = request.header("authorization")
    if authorization.startswith(f"{ALGORITHM} "):
        return _of_header(request, authorization.removeprefix(f"{ALGORITHM} "))
    pairs = parse_qsl(request.query, keep_blank_values=True)
    query = dict(pairs)
    if not authorization and query.get("X-Amz-Algorithm") == ALGORITHM:
        if len(query) != len(pairs):
            return Problem(INCOMPLETE, "A query parameter is there twice.")
        return _of_query(query)
    return Problem("MissingAuthenticationToken", "The request has no signature of version 4.")


def _of_header(request: Request, text: str) -> Claim | Problem:
    fields = dict(part.strip().partition("=")[::2] for part in text.split(","))
    return _claim(
        fields.get("Credential", ""),
        signed_headers=fields.get("SignedHeaders", ""),
        signature=fields.get("Signature", ""),
        timestamp=request.header("x-amz-date"),
        token=request.header("x-amz-security-token"),
        body_hash=request.header("x-amz-content-sha256"),
    )


def _of_query(query: dict[str, str]) -> Claim | Problem:
    expires = query.get("X-Amz-Expires", "")
    if not (expires.isascii() and expires.isdecimal()):
        return Problem(INCOMPLETE, "X-Amz-Expires is not a number of seconds.")
    is_s3 = query.get("X-Amz-Credential", "").split("/")[3:4] == ["s3"]
    return _claim(
        query.get("X-Amz-Credential", ""),
        signed_headers=query.get("X-Amz-SignedHeaders", ""),
        signature=query.get("X-Amz-Signature", ""),
        timestamp=query.get("X-Amz-Date", ""),
        token=query.get("X-Amz-Security-Token", ""),
        body_hash="UNSIGNED-PAYLOAD" if is_s3 else "",
        expires=int(expires),
    )


def _claim(credential: str, *, signed_headers: str, timestamp: str, **rest: Any) -> Claim | Problem:
    """Put the parts of a signature together, where each is there and they agree."""
    scope = credential.split("/")
    if len(scope) != 5 or scope[4] != "aws4_request" or not all(scope):  # noqa: PLR2004 - key, date, region, service, end
        return Problem(INCOMPLETE, "The credential is not KEY/DATE/REGION/SERVICE/aws4_request.")
    if scope[1] != timestamp[:8] or _moment(timestamp) is None:
        return Problem(INCOMPLETE, "The date of the signature is missing, or is not the scope's.")
    names = tuple(signed_headers.split(";"))
    if "host" not in names:
        return Problem(INCOMPLETE, "The Host header is not signed.")
    key_id, _, region, service, _ = scope
    return Claim(key_id, region, service, names, timestamp=timestamp, **rest)


def problem(
    request: Request, claim: Claim, secret: str, body_hash: str, now: datetime
) -> Problem | None:
    """Decide what is wrong with a signature; None where it is good.

    `body_hash` is the SHA-256 of the body, in hexadecimal digits.
    """
    if late := _late(claim, now):
        return late
    signed = claim.body_hash or body_hash
    is_word = claim.service == "s3" and S3_BODY_WORDS.fullmatch(signed)
    if not is_word and not hmac.compare_digest(signed.encode(), body_hash.encode()):
        return Problem("SignatureDoesNotMatch", "The body is not the one that was signed.")
    if not hmac.compare_digest(
        _compute(request, claim, secret, signed).encode(), claim.signature.encode()
    ):
        return Problem(
            "SignatureDoesNotMatch", "The signature is not of this account's secret key."
        )
    return None


def _late(claim: Claim, now: datetime) -> Problem | None:
    signed_at = _moment(claim.timestamp) or datetime.min.replace(tzinfo=UTC)
    skew = S3_SKEW if claim.service == "s3" else SKEW
    until = signed_at + (skew if claim.expires is None else timedelta(seconds=claim.expires))
    if claim.expires is not None and timedelta(seconds=claim.expires) > LONGEST_PRESIGNED:
        return Problem(INCOMPLETE, "X-Amz-Expires is longer than seven days.")
    if signed_at - skew <= now <= until:
        return None
    return Problem("RequestExpired", "The signature is too old, or of a later time than this.")


def _compute(request: Request, claim: Claim, secret: str, body_hash: str) -> str:
    """Compute the signature that `secret` makes of this request."""
    headers = HTTPHeaders()
    for name, value in request.headers:
        if name in claim.signed_headers:
            headers.add_header(name, value)
    query = [pair for pair in request.query.split("&") if not pair.startswith("X-Amz-Signature=")]
    url = f"http://signed{request.path}?{'&'.join(query)}"
    again = AWSRequest(method=request.method, url=url)
    again.headers = headers
    again.context["timestamp"] = claim.timestamp
    signer = _Recomputed(replace(claim, body_hash=body_hash), secret)
    text = signer.string_to_sign(again, signer.canonical_request(again))
    return str(signer.signature(text, again))


def _moment(timestamp: str) -> datetime | None:
    try:
        return datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def sha256(body: bytes) -> str:
    """Return the SHA-256 of a body, in hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()
