"""Templates of a user's own: the product's, changed as a commit may change them."""

from collections.abc import Iterator
from typing import Any

from stack.options import Options
from stack.services import application

SIDECAR = {"Name": "proxy", "Image": "public.example/proxy:1", "Essential": True}
# With it, a template does not fit into a call.
BYTES = 52_000


def with_variable(options: Options) -> dict[str, Any]:
    """Return a template whose containers find one more variable: NEEDED."""
    body = _body(options)
    for containers in _containers(body):
        containers[0]["Environment"].append({"Name": "NEEDED", "Value": "1"})
    return body


def with_sidecar(options: Options) -> dict[str, Any]:
    """Return a template whose tasks have a container of another image, before their own."""
    body = _body(options)
    for containers in _containers(body):
        logs = containers[0]["LogConfiguration"]
        containers.insert(0, {**SIDECAR, "LogConfiguration": logs})
    return body


def too_long(options: Options) -> dict[str, Any]:
    """Return a template that goes through S3."""
    return {**_body(options), "Metadata": {"Padding": "x" * BYTES}}


def _body(options: Options) -> dict[str, Any]:
    body: dict[str, Any] = application.template(options).to_dict()
    return body


def _containers(body: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::ECS::TaskDefinition":
            yield resource["Properties"]["ContainerDefinitions"]
