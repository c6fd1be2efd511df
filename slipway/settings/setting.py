"""How one setting is declared, and how its text is read."""

import re
from collections.abc import Callable
from dataclasses import field
from typing import Any
from urllib.parse import urlsplit


def setting(  # noqa: PLR0913 - what there is to say of a setting, each by name
    name: str,
    meaning: str,
    *,
    parse: Callable[[str], Any] = str,
    default: str | None = None,
    optional: bool = False,
    secret: bool = False,
) -> Any:
    """Declare a field of Settings that is read from the variable `name`."""
    known = {"name": name, "meaning": meaning, "parse": parse, "default": default}
    return field(repr=not secret, metadata={**known, "optional": optional, "secret": secret})


def matching(pattern: str, allowed: str) -> Callable[[str], str]:
    """Make a parser that takes a text of this pattern and says what is `allowed` otherwise."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(allowed)
        return text

    return parse


def parse_port(text: str) -> int:
    """Read a TCP port that an ordinary user may open."""
    if not (re.fullmatch(r"[0-9]{4,5}", text) and 1024 <= int(text) <= 65535):  # noqa: PLR2004
        raise ValueError("a port from 1024 to 65535")
    return int(text)


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


def parse_yes_no(text: str) -> bool:
    """Read yes or no, in the spellings that people use."""
    words = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if text.lower() not in words:
        raise ValueError("yes or no")
    return words[text.lower()]


REGION = matching(r"[a-z]{2}(-[a-z]+)+-\d", "a region such as eu-west-1")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
# AWS takes more; but it cuts a longer one off in the names of roles and buckets, by which rights
# are given, and writes buckets in lower case.
STACK_NAME = matching(r"[a-z][a-z0-9-]{0,31}", "lower-case letters, digits and hyphens, at most 32")
NAME = r"[\w.-]+(/[\w.-]+)*"
HOST = r"[\w.-]+(:\w+)?"
IMAGE_REPOSITORY = matching(f"({HOST}/)?{NAME}", "NAME or HOST/NAME, without a scheme or a tag")
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
ECR_NAME = r"[a-z0-9]+([._/-][a-z0-9]+)*"
ECR_REPOSITORY = matching(f"{HOST}/{ECR_NAME}", "HOST/NAME in lower case, without scheme or tag")
TEMPLATE = matching(r"\w+(\.\w+)+", "a dotted path such as stack.services.application.template")
