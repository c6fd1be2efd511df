"""A stand-in for a running container engine, at its HTTP API.

No engine can be reached here, so nothing runs in a container. All of docker's SDK is real: what
it sends comes here as an engine would get it, and what it reads is what an engine answers.
https://docs.docker.com/reference/api/engine/
"""

import json
import re
import threading
import uuid
from dataclasses import dataclass, field
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import docker  # type: ignore[import-untyped]
import requests
from requests.adapters import BaseAdapter

URL = "http://engine:2375"
DIGEST = f"sha256:{'1' * 64}"


@dataclass(frozen=True)
class Asked:
    """A request that the engine got."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Container:
    """A container as the engine describes it."""

    name: str
    config: dict[str, Any]
    address: str
    status: str = "created"
    code: int = 0
    killed: bool = False

    def described(self, own: str) -> dict[str, Any]:
        """Return what inspecting it answers."""
        state = {"Status": self.status, "ExitCode": self.code, "OOMKilled": self.killed}
        networks = {"neighbours": {"IPAddress": self.address}}
        return {
            "Id": own,
            "Name": f"/{self.name}",
            "Config": self.config,
            "State": state,
            "NetworkSettings": {"Networks": networks},
        }


@dataclass
class Engine(BaseAdapter):
    """An engine, and the way of docker's SDK to it.

    A container runs until a test ends it; one with the command `exit N` ends at once. `volumes`
    are those that every image declares; without `has_image`, none is there. `pulling` holds
    every pull until it is set. While `hangs`, no request is answered.
    """

    address: str = "172.20.0.2"
    volumes: dict[str, Any] | None = None
    has_image: bool = True
    hangs: bool = False
    pulling: threading.Event = field(default_factory=threading.Event)
    containers: dict[str, Container] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.pulling.set()

    def client(self) -> Any:
        """Return docker's SDK, which reaches this engine and nothing else."""
        client = docker.DockerClient(base_url=URL, version="1.43")
        client.api.mount(URL, self)
        return client

    def created(self, name: str = "") -> list[dict[str, Any]]:
        """List what containers were created with, as it was sent; those named so alone."""
        creations = [each for each in self.asked if each.path == "/containers/create"]
        return [each.body for each in creations if each.query["name"][0].endswith(name)]

    def run(self, name: str = "a", status: str = "running", **state: Any) -> str:
        """Have a container, and return its id."""
        own = uuid.uuid4().hex
        self.containers[own] = Container(name, {}, self.address, status, **state)
        return own

    def end(self, own: str, code: int) -> None:
        """End a container's process."""
        self.containers[own].status, self.containers[own].code = "exited", code

    def ended_requests(self, own: str) -> list[str]:
        """List how a container was stopped and removed: STOP and its seconds, DELETE."""
        about = [each for each in self.asked if each.path.startswith(f"/containers/{own}")]
        stops = {"POST": "stop", "DELETE": "remove"}
        return [
            f"{stops[each.method]} {each.query.get('t', [''])[0]}".strip()
            for each in about
            if each.path.endswith("/stop") or each.method == "DELETE"
        ]

    def send(self, request: Any, **_: Any) -> requests.Response:  # type: ignore[override]
        """Answer a request of the SDK."""
        if self.hangs:
            raise requests.exceptions.ConnectionError
        parts = urlsplit(request.url)
        path = unquote(re.sub(r"^/v[0-9.]+", "", parts.path))
        body = json.loads(request.body) if request.body else {}
        headers = dict(request.headers)
        asked = Asked(request.method, path, parse_qs(parts.query), headers, body)
        self.asked.append(asked)
        return _response(request, *self._answer(asked))

    def close(self) -> None:
        """Leave it as it is."""

    def _answer(self, asked: Asked) -> tuple[HTTPStatus, Any]:
        kind, _, rest = asked.path.removeprefix("/").partition("/")
        if kind == "containers":
            return self._of_containers(asked, *rest.partition("/")[::2])
        if kind == "distribution":
            return HTTPStatus.OK, {"Descriptor": {"digest": DIGEST}}
        if kind == "images" and asked.method == "POST":
            self.pulling.wait()
            return HTTPStatus.OK, {}
        if kind == "images" and not self.has_image:
            return HTTPStatus.NOT_FOUND, {"message": "No such image"}
        if kind == "images":
            config = {"Volumes": self.volumes}
            return HTTPStatus.OK, {"Id": DIGEST, "RepoTags": [], "Config": config}
        raise AssertionError(f"MiniStack asks an engine for what no test expects: {asked}")

    def _of_containers(self, asked: Asked, own: str, action: str) -> tuple[HTTPStatus, Any]:
        if own == "json":
            return HTTPStatus.OK, []
        if own == "create":
            made = self.run(asked.query["name"][0], "created")
            self.containers[made].config = asked.body
            return HTTPStatus.CREATED, {"Id": made, "Warnings": []}
        found = {each.name: key for key, each in self.containers.items()}.get(own, own)
        if found not in self.containers:
            return HTTPStatus.NOT_FOUND, {"message": f"No such container: {own}"}
        if asked.method == "DELETE":
            del self.containers[found]
        if action == "start":
            self.containers[found].status = "running"
            command = self.containers[found].config.get("Cmd") or []
            if command[:1] == ["exit"]:
                self.end(found, int(command[1]))
        if action == "stop":
            self.end(found, 143)
        if action == "json":
            return HTTPStatus.OK, self.containers[found].described(found)
        return HTTPStatus.NO_CONTENT, None


def _response(request: Any, status: HTTPStatus, content: Any) -> requests.Response:
    """Make what requests hands to the SDK."""
    response = requests.Response()
    response.status_code, response.reason = int(status), status.phrase
    response.request, response.url = request, request.url
    response._content = b"" if content is None else json.dumps(content).encode()  # noqa: SLF001
    response.raw = SimpleNamespace(_fp=SimpleNamespace(chunked=False))
    return response
