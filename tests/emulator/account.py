"""The local account's server in the process of a test, asked as its clients ask it.

Nothing listens: a request goes from botocore's signer to the ASGI application, and the answer
from there to botocore's parser.
"""

import asyncio
import io
import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.session import Session
from ministack import app

from slipway.local_key import AccessKey

HOST = "localhost:4566"
OWN = AccessKey("LOCALKEY", "the account's secret")
REGION = "us-east-1"
PATIENCE_SECONDS = 20
# By its digest, so that nobody asks a registry for it.
IMAGE = f"localhost:4566/web@sha256:{'1' * 64}"


@dataclass(frozen=True)
class Answer:
    """An answer of the server."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Body(io.BytesIO):
    """A body, as botocore reads it."""

    def stream(self) -> list[bytes]:
        """Return it in pieces."""
        return [self.read()]


@cache
def session() -> Session:
    """Make botocore's session, which reads the services' descriptions once."""
    return Session()


@dataclass
class Account:
    """The server, with a thread of its own for its event loop."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """End the event loop when nothing is on its way in it."""
        until(lambda: not asyncio.all_tasks(self.loop))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def client(self, service: str, key: AccessKey = OWN, token: str | None = None) -> Any:
        """Return botocore's client of a service, whose calls are signed with this key."""
        client = session().create_client(
            service,
            region_name=REGION,
            endpoint_url=f"http://{HOST}",
            aws_access_key_id=key.key_id,
            aws_secret_access_key=key.secret,
            aws_session_token=token,
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register("before-send", self._send)
        return client

    def ask(
        self,
        method: str,
        url: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        pieces: int = 1,
    ) -> Answer:
        """Send a request as it is, its body in so many pieces."""
        listed = [("host", urlsplit(url).netloc), *headers]
        size = len(body) // pieces + 1
        bodies = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
        asked = asyncio.run_coroutine_threadsafe(_ask(method, url, listed, bodies), self.loop)
        return asked.result(PATIENCE_SECONDS)

    def _send(self, request: Any, **_: Any) -> Any:
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        headers = [(name.lower(), _text(value)) for name, value in request.headers.items()]
        answer = self.ask(request.method, request.url, headers, body)
        sent: Any = dict(answer.headers)
        return AWSResponse(request.url, answer.status, sent, Body(answer.body))


async def _ask(
    method: str, url: str, headers: list[tuple[str, str]], bodies: list[bytes]
) -> Answer:
    parts, sent, left = urlsplit(url), list[dict[str, Any]](), list(bodies)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.Event().wait()  # the caller stays for the answer
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": unquote(parts.path) or "/",
        "raw_path": (parts.path or "/").encode(),
        "query_string": parts.query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": ("127.0.0.1", 4711),
    }
    await app.app(scope, receive, send)
    raw = [(name.decode(), value.decode()) for name, value in sent[0].get("headers", [])]
    return Answer(sent[0]["status"], raw, b"".join(each.get("body", b"") for each in sent))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def until(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait for what another thread brings about, and return it."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.01)
    return found


def definition(**container: Any) -> dict[str, Any]:
    """Return a task definition of Fargate as the ECS API takes it, of one container."""
    size = {"networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    containers = [{"name": "web", "image": IMAGE, **container}]
    return {"family": "web", **size, "containerDefinitions": containers}


def template(container: dict[str, Any] | None = None, **service: Any) -> dict[str, Any]:
    """Return a template of a cluster, a task definition and a service of one task."""
    size = {"NetworkMode": "awsvpc", "Cpu": "256", "Memory": "512", "Family": "web"}
    containers = [{"Name": "web", "Image": IMAGE, **(container or {})}]
    place = {"Cluster": {"Ref": "Cluster"}, "TaskDefinition": {"Ref": "Definition"}}
    properties = {
        "Cluster": {"ClusterName": "c"},
        "Definition": {**size, "ContainerDefinitions": containers},
        "Service": {"ServiceName": "web", "LaunchType": "FARGATE", **place, **service},
    }
    kinds = {"Cluster": "Cluster", "Definition": "TaskDefinition", "Service": "Service"}
    resources = {
        name: {"Type": f"AWS::ECS::{kinds[name]}", "Properties": given}
        for name, given in properties.items()
    }
    return {"Resources": resources}


@dataclass
class Stack:
    """The stack "shop" of an account."""

    account: Account

    def __post_init__(self) -> None:
        self.client = self.account.client("cloudformation")

    def create(self, body: dict[str, Any]) -> None:
        """Begin to create it."""
        self.client.create_stack(StackName="shop", TemplateBody=json.dumps(body))

    def update(self, body: dict[str, Any]) -> None:
        """Begin to update it."""
        self.client.update_stack(StackName="shop", TemplateBody=json.dumps(body))

    def status(self) -> str:
        """Ask for its status."""
        (found,) = self.client.describe_stacks(StackName="shop")["Stacks"]
        return str(found["StackStatus"])

    def becomes(self, status: str) -> None:
        """Wait until it has a status."""
        until(lambda: self.status() == status)

    def events(self) -> list[dict[str, Any]]:
        """List its events, the latest one first."""
        return list(self.client.describe_stack_events(StackName="shop")["StackEvents"])

    def reasons(self) -> str:
        """Return the reasons of all its events."""
        return " ".join(each.get("ResourceStatusReason", "") for each in self.events())


def service(account: Account) -> dict[str, Any]:
    """Describe the service "web" of the cluster "c"."""
    found = account.client("ecs").describe_services(cluster="c", services=["web"])
    return dict(found["services"][0])


def tasks(account: Account, status: str = "RUNNING") -> list[dict[str, Any]]:
    """Describe the tasks of the cluster "c" that are to be in this state."""
    ecs = account.client("ecs")
    if arns := ecs.list_tasks(cluster="c", desiredStatus=status)["taskArns"]:
        return list(ecs.describe_tasks(cluster="c", tasks=arns)["tasks"])
    return []
