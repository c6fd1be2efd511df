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
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from slipway.emulator.claim import INCOMPLETE, Claim, Problem, Request, moment

SKEW, S3_SKEW = timedelta(minutes=5), timedelta(minutes=15)
LONGEST_PRESIGNED = timedelta(days=7)
S3_BODY_WORDS = re.compile(r"UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+")


class _Recomputed(SigV4Auth):
    """botocore's signer, for the headers and the body hash that were signed, and no others."""

    def __init__(self, claim: Claim, secret: str) -> None:
        super().__init__(Credentials(claim.key_id, secret), claim.service, claim.region)
        self._claim = claim

    def headers_to_sign(self, request: Any) -> Any:
        return request.headers

    def payload(self, _request: Any) -> str:
        return self._claim.body_hash

    def _normalize_url_path(self, path: str) -> str:
        if self._claim.service == "s3":  # it signs a path as it is sent
            return path
        return str(super()._normalize_url_path(path))  # type: ignore[misc] # not in the stubs


def problem(
    request: Request, claim: Claim, secret: str, body_hash: str, now: datetime
) -> Problem | None:
    """Decide what is wrong with a signature; None where it is good.

    `body_hash` is the SHA-256 of the body, in hexadecimal digits.
    """
    if unsigned := unsigned_headers(request, claim):
        words = "headers that were not signed are refused"
        return Problem("AccessDenied", f"There were {words}: {', '.join(unsigned)}.")
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


def unsigned_headers(request: Request, claim: Claim) -> list[str]:
    """List the headers that change what a request means, and that nobody signed.

    MiniStack chooses the service by X-Amz-Target: with it, an S3 link could be any other call.
    https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
    """
    names = {name for name, _ in request.headers if name.startswith("x-amz-")}
    if claim.service == "s3" and "x-amz-target" in names:
        return ["x-amz-target"]
    # The hash of a body means nothing but that hash, which is compared or left open.
    return sorted(names - {*claim.signed_headers, "x-amz-content-sha256"})


def _late(claim: Claim, now: datetime) -> Problem | None:
    signed_at = moment(claim.timestamp) or datetime.min.replace(tzinfo=UTC)
    skew = S3_SKEW if claim.service == "s3" else SKEW
    lasts = skew if claim.expires is None else timedelta(seconds=claim.expires)
    if lasts > LONGEST_PRESIGNED:
        return Problem(INCOMPLETE, "X-Amz-Expires is longer than seven days.")
    # A difference, because a sum may be out of the range of dates.
    if -skew <= now - signed_at <= lasts:
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


def sha256(body: bytes) -> str:
    """Return the SHA-256 of a body, in hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()
