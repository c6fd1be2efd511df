"""How one setting is declared, and what its text may be."""

import re
from dataclasses import field
from typing import Any
from urllib.parse import urlsplit

from slipway.settings.loader import Kind


def setting(  # noqa: PLR0913 - what there is to say of a setting, each by name
    name: str,
    meaning: str,
    *,
    kind: Kind = str,
    allowed: str = "",
    default: str = "",
    optional: bool = False,
    secret: bool = False,
) -> Any:
    """Declare a field of Settings that is read from the variable `name`; the loader says how."""
    known = {"name": name, "meaning": meaning, "kind": kind, "allowed": allowed, "many": False}
    other = {"default": default, "optional": optional, "secret": secret, "local": None}
    return field(repr=not secret, metadata={**known, **other})


def parse_url(text: str) -> str:
    """Read the address of an AWS endpoint: a scheme, a host, perhaps a port and a path."""
    allowed = "a URL such as https://vpce-1.example or http://localhost:4566"
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError as error:
        raise ValueError(allowed) from error
    if not is_good or re.search(r"[\s\x00-\x1f@?#]", text):
        raise ValueError(allowed)
    return text.rstrip("/")


# The local stack is PROJECT-local, and an application stack has 32 characters at most.
PROJECT = r"[a-z][a-z0-9-]{0,23}"
# Those that an ordinary user may open.
PORTS = range(1024, 65_536)
REGION = r"[a-z]{2}(-[a-z]+)+-\d"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
# AWS takes more; but it cuts a longer one off in the names of roles and buckets, by which rights
# are given, and writes buckets in lower case.
STACK_NAME = r"[a-z][a-z0-9-]{0,31}"
NAME = r"[\w.-]+(/[\w.-]+)*"
HOST = r"[\w.-]+(:\w+)?"
IMAGE_REPOSITORY = f"({HOST}/)?{NAME}"
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
ECR_NAME = r"[a-z0-9]+([._/-][a-z0-9]+)*"
# No absolute path, and none that leaves the repository.
RELATIVE = r"(?!/)(?!(.*/)?\.\.(/|$))[\w./-]+"
# https://docs.docker.com/build/building/multi-stage/#name-your-build-stages
STAGE = r"[A-Za-z][\w.-]*"
ECR_REPOSITORY = f"{HOST}/{ECR_NAME}"
TEMPLATE = r"\w+(\.\w+)+"
