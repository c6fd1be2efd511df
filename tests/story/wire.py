"""HTTP requests and answers by botocore's own models, from the side of AWS.

botocore serializes requests and parses answers; this parses the requests and serializes the
answers. The answers are checked against the model, so that a fake that answers what AWS cannot
answer fails: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html, aws-json-1_1-protocol
"""

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import NoCredentialsError
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from tests.story.refusals import Refusal

REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8e00000000"
SIGNING_NAMES = {"elasticloadbalancing": "elbv2", "servicequotas": "service-quotas"}
# The protocols whose answers have a name of each member's own, and no element around them.
BARE = {"ec2", "rest-xml"}
# Who waits asks for the same thing again and again: answers, by what they say.
_written: dict[tuple[str, str, str], bytes] = {}


@cache
def model(service: str) -> ServiceModel:
    """Load botocore's model of a service, such as "ecs"."""
    return botocore.session.get_session().get_service_model(service)


class Body:
    """The body of an answer, as urllib3 would stream it."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self) -> Iterator[bytes]:
        """Yield the whole body."""
        yield self.content


def answer(url: str, status: int, content: bytes, **headers: str) -> AWSResponse:
    """Return an answer as botocore's HTTP session returns it."""
    named = HTTPHeaders.from_dict({"x-amzn-requestid": REQUEST_ID, **headers})
    return AWSResponse(url, status, named, Body(content))


def sign(signer: SigV4Auth, request: Any) -> None:
    """Name the key and the service as a signature does; its digest takes long, and nobody reads it.

    Raises NoCredentialsError as botocore does.
    """
    if signer.credentials is None:
        raise NoCredentialsError
    request.context["timestamp"] = "20260101T000000Z"
    del request.headers["Authorization"]
    request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}"


def service_of(request: Any) -> str:
    """Return the botocore name of the service that a request is signed for."""
    signature = _text(request.headers.get("Authorization", ""))
    name = signature.split("/")[3] if "Credential=" in signature else "sts"
    return SIGNING_NAMES.get(name, name)


def parse(service: str, request: Any) -> tuple[OperationModel, dict[str, Any]]:
    """Return the operation that a request asks for and its parameters by name."""
    if service == "route53":
        zone = urlsplit(request.url).path.rpartition("/")[2]
        return model(service).operation_model("GetHostedZone"), {"Id": zone}
    body = _text(request.body or b"")
    if model(service).resolved_protocol == "json":
        name = _text(request.headers["X-Amz-Target"]).rpartition(".")[2]
        return model(service).operation_model(name), json.loads(body)
    words = dict(_words(body))
    operation = model(service).operation_model(words["Action"])
    shape = operation.input_shape
    return operation, _from_query(shape, words, "") if shape else {}


@lru_cache(maxsize=500)
def _words(body: str) -> list[tuple[str, str]]:
    return parse_qsl(body, keep_blank_values=True)


def serialize(url: str, operation: OperationModel, result: dict[str, Any]) -> AWSResponse:
    """Return the answer to an operation, in its service's protocol."""
    key = (operation.service_model.service_name, operation.name, repr(result))
    if key not in _written:
        _written[key] = _write(operation, result).encode()
    return answer(url, 200, _written[key])


def _write(operation: OperationModel, result: dict[str, Any]) -> str:
    shape = operation.output_shape
    if shape:
        report = ParamValidator().validate(result, shape)
        assert not report.has_errors(), f"{operation.name}: {report.generate_report()}"
    if operation.service_model.resolved_protocol == "json":
        return json.dumps(_to_json(result))
    name = operation.name
    if operation.service_model.resolved_protocol in BARE and shape:
        return f"<{name}Response>{_bare(shape, result)}</{name}Response>"
    inner = _to_xml(shape, result) if shape else ""
    return f"<{name}Response><{name}Result>{inner}</{name}Result></{name}Response>"


def refuse(url: str, service: str, refusal: Refusal) -> AWSResponse:
    """Return an error answer, in the service's protocol."""
    if model(service).resolved_protocol == "json":
        content = json.dumps({"__type": refusal.code, "message": refusal.message})
    else:
        code, message = escape(refusal.code), escape(refusal.message)
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        content = f"<ErrorResponse>{error}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    return answer(url, refusal.status, content.encode())


def _from_query(shape: Shape, words: dict[str, str], prefix: str) -> Any:
    """Read one value of the query protocol, whose names are paths such as A.member.1.B."""
    if isinstance(shape, StructureShape):
        start = f"{prefix}." if prefix else ""
        return {
            name: _from_query(member, words, f"{start}{name}")
            for name, member in shape.members.items()
            if any(_within(word, f"{start}{name}") for word in words)
        }
    if isinstance(shape, ListShape):
        count = 1
        items = []
        while any(_within(word, f"{prefix}.member.{count}") for word in words):
            items.append(_from_query(shape.member, words, f"{prefix}.member.{count}"))
            count += 1
        return items
    text = words[prefix]
    if shape.type_name == "boolean":
        return text == "true"
    return int(text) if shape.type_name in {"integer", "long"} else text


def _within(word: str, path: str) -> bool:
    return word == path or word.startswith(f"{path}.")


def _to_xml(shape: Shape, value: Any) -> str:
    if isinstance(shape, StructureShape):
        parts = ((name, shape.members[name], each) for name, each in value.items())
        return "".join(f"<{name}>{_to_xml(member, each)}</{name}>" for name, member, each in parts)
    if isinstance(shape, ListShape):
        return "".join(f"<member>{_to_xml(shape.member, each)}</member>" for each in value)
    if shape.type_name == "boolean":
        return "true" if value else "false"
    return escape(value.isoformat() if shape.type_name == "timestamp" else str(value))


def _bare(shape: Shape, value: Any) -> str:
    """Write XML whose elements have the names that the model gives to each member."""
    if isinstance(shape, StructureShape):
        members = [(shape.members[name], name, each) for name, each in value.items()]
        names = [(member, member.serialization.get("name", name), e) for member, name, e in members]
        return "".join(f"<{name}>{_bare(member, each)}</{name}>" for member, name, each in names)
    if isinstance(shape, ListShape):
        name = shape.member.serialization.get("name", "member")
        return "".join(f"<{name}>{_bare(shape.member, each)}</{name}>" for each in value)
    return _to_xml(shape, value)


def _to_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _to_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(each) for each in value]
    return value.timestamp() if hasattr(value, "timestamp") else value


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
