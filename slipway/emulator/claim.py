"""Part of the local account's server: what a request says of its signature.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

ALGORITHM = "AWS4-HMAC-SHA256"
INCOMPLETE = "IncompleteSignature"


@dataclass(frozen=True)
class Request:
    """A request as it was sent: `path` and `query` percent-encoded, header names in lower case."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str:
        """Return the value of a header; "" if there is none, or more than one."""
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


def read(request: Request) -> Claim | Problem:
    """Read what a request says of its signature, in its headers or in its query."""
    authorization = request.header("authorization")
    if authorization.startswith(f"{ALGORITHM} "):
        return _of_header(request, authorization.removeprefix(f"{ALGORITHM} "))
    pairs = parse_qsl(request.query, keep_blank_values=True)
    query = dict(pairs)
    has_header = any(name == "authorization" for name, _ in request.headers)
    if not has_header and query.get("X-Amz-Algorithm") == ALGORITHM:
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
    if not re.fullmatch(r"[0-9]{1,6}", expires):
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
    if scope[1] != timestamp[:8] or moment(timestamp) is None:
        return Problem(INCOMPLETE, "The date of the signature is missing, or is not the scope's.")
    names = tuple(signed_headers.split(";"))
    if "host" not in names:
        return Problem(INCOMPLETE, "The Host header is not signed.")
    key_id, _, region, service, _ = scope
    return Claim(key_id, region, service, names, timestamp=timestamp, **rest)


def moment(timestamp: str) -> datetime | None:
    """Read the time of a signature, such as 20260101T000000Z; None where it is none."""
    try:
        return datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
