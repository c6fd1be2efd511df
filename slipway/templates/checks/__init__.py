"""The checks that no linter makes: each reads a rendered template and says what is wrong in it."""

import json
from collections.abc import Callable, Iterator

from slipway.templates.checks import names, permissions, services
from slipway.templates.checks.body import Body

CHECKS: tuple[Callable[[Body], Iterator[str]], ...] = (
    names.dangling,
    names.tags,
    services.switches,
    services.capacity,
    services.targets,
    services.containers,
    permissions.stars,
    permissions.tokens,
    permissions.secrets,
)
# What CloudFormation takes in a call:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
BODY_BYTES = 51_200


def problems(body: Body) -> list[str]:
    """List what is wrong with a template, a sentence for each thing."""
    return [problem for check in CHECKS for problem in check(body)]


def notes(body: Body) -> list[str]:
    """List what one should know of a template, and is no fault."""
    size = len(json.dumps(body, separators=(",", ":")).encode())
    if size <= BODY_BYTES:
        return []
    return [f"{size} bytes: above {BODY_BYTES} it goes through the delivery stack's bucket"]
