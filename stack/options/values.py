"""How the text of an option is read: each parser says what is allowed."""

import re
from collections.abc import Callable


def one_of(*words: str) -> Callable[[str], str]:
    """Make a parser that takes one of these words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text

    return parse


def matching(pattern: str, allowed: str) -> Callable[[str], str]:
    """Make a parser that takes a text of this pattern, and says what is `allowed` otherwise."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(allowed)
        return text

    return parse


def comma_separated(pattern: str, allowed: str) -> Callable[[str], tuple[str, ...]]:
    """Return a parser of comma-separated texts that each match this pattern."""
    one = matching(pattern, allowed)
    return lambda text: tuple(one(each.strip()) for each in text.split(","))


def int_between(least: int, most: int) -> Callable[[str], int]:
    """Make a parser that takes a whole number within these bounds."""

    def parse(text: str) -> int:
        if not (text.isdecimal() and least <= int(text) <= most):
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return parse


def yes_no(text: str) -> bool:
    """Read yes or no, in the spellings that the settings take, too."""
    words = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    if text.lower() not in words:
        raise ValueError("yes or no")
    return words[text.lower()]


# A secret with or without its six random letters, and a key of its JSON with a stage or a version;
# or a parameter. ECS takes a parameter's name, too, which could as well be the secret itself.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
_PART = r"[^\s,:]*"
SECRET_ARN = (
    r"arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[^\s,:]+"
    rf"(:{_PART}:({_PART}:|:{_PART}))?"
)
_OF_PARAMETER_STORE = r"arn:aws[\w-]*:ssm:[\w-]+:\d{12}:parameter/[^\s,:]+"
# What the task definitions set themselves.
OWN_VARIABLES = (
    *("ASSETS_BUCKET", "ASSETS_URL", "DATABASE_HOST", "DATABASE_NAME", "DATABASE_PASSWORD"),
    *("DATABASE_PORT", "DATABASE_URL", "DATABASE_USER", "WEB_PORT"),
)
_NAMES = comma_separated(
    rf"[A-Z_][A-Z0-9_]*=({SECRET_ARN}|{_OF_PARAMETER_STORE})",
    "NAME=ARN, comma-separated: the ARN of a parameter, or of a secret, which may end in :KEY::",
)


def names_of_secrets(text: str) -> tuple[str, ...]:
    """Read NAME=ARN, and more of them after commas; a container takes each name once.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
    """
    pairs = _NAMES(text)
    names = [pair.partition("=")[0] for pair in pairs]
    if len(set(names)) < len(names) or set(names) & set(OWN_VARIABLES):
        own = ", ".join(OWN_VARIABLES)
        raise ValueError(f"NAME=ARN, comma-separated, with each NAME once and none of {own}")
    return pairs


# A policy for an alias allows nothing:
# https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
KEYS = comma_separated(
    r"arn:aws[\w-]*:kms:[\w-]+:\d{12}:key/[\w-]+",
    "ARNs of KMS keys, arn:...:key/ID, comma-separated; an alias is none",
)
DOMAIN = matching(
    r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}", "a domain such as shop.example.com"
)
HOSTED_ZONE = matching(r"Z[A-Z0-9]{5,31}", "the ID of a hosted zone such as Z0123456789ABC")
SECRET = matching(SECRET_ARN, "the ARN of a Secrets Manager secret")
EMAIL = matching(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+", "an e-mail address")
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
SCHEDULE = matching(r"(rate|cron)\([^()]+\)", "such as rate(1 day) or cron(0 3 * * ? *)")
GITLAB = matching(r"https://[a-z0-9.-]+", "an address such as https://gitlab.example.com")
PROJECT = matching(r"[\w.-]+(/[\w.-]+)+", "the path of a project such as group/shop")
BRANCHES = comma_separated(r"[\w./*-]+", "comma-separated branch names")
