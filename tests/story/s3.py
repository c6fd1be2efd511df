"""S3: objects by bucket and key; its protocol is the request's own method and path."""

from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse

from tests.story import wire


class Buckets:
    """Objects: (bucket, key) -> content."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}

    def read(self, url: str) -> str:
        """Return the text of an object that a URL names, as CloudFormation reads a template."""
        return self.objects[_place(url)].decode()

    def answer(self, request: Any) -> AWSResponse:
        """Answer PutObject."""
        assert request.method == "PUT", f"the fake S3 has no {request.method}"
        body = request.body.read() if hasattr(request.body, "read") else request.body
        is_chunked = "aws-chunked" in str(request.headers.get("Content-Encoding", ""))
        self.objects[_place(request.url)] = _joined(body) if is_chunked else body
        return wire.answer(request.url, 200, b"", ETag='"of the story"')


def _place(url: str) -> tuple[str, str]:
    """Return bucket and key of an address whose host begins with the bucket's name."""
    parts = urlsplit(url)
    bucket = str(parts.hostname).partition(".s3.")[0]
    return bucket, parts.path.removeprefix("/")


def _joined(body: bytes) -> bytes:
    """Return the content of a body in chunks, each after its length in hexadecimal.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    """
    content = b""
    while True:
        length, _, body = body.partition(b"\r\n")
        size = int(length, 16)
        if size == 0:
            return content
        content, body = content + body[:size], body[size + 2 :]
