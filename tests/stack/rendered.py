"""Templates as CloudFormation gets them, and the names in them."""

import json
from collections.abc import Iterator
from typing import Any

from troposphere import Template

from stack.services import application, delivery

Body = dict[str, Any]

TEMPLATES = {"application": application.template, "delivery": delivery.template}


def rendered(template: Template) -> Body:
    """Read a template's own JSON."""
    return dict(json.loads(template.to_json()))


def walk(node: object) -> Iterator[object]:
    """Visit every part of a template, from the top down."""
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from walk(child)
