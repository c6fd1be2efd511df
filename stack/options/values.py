"""What the text of an option may be: patterns, and one parser."""

import re

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
    *("DATABASE_PORT", "DATABASE_URL", "DATABASE_USER", "FORWARDED_ALLOW_IPS", "WEB_PORT"),
)
_NAMED = rf"[A-Z_][A-Z0-9_]*(=({SECRET_ARN}|{_OF_PARAMETER_STORE}))?"


def names_of_secrets(text: str) -> tuple[str, ...]:
    """Read NAME or NAME=ARN, and more of them after commas; a container takes each name once.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
    """
    pairs = tuple(each.strip() for each in text.split(","))
    if not all(re.fullmatch(_NAMED, each) for each in pairs):
        what = "the ARN of a parameter, or of a secret, which may end in :KEY::"
        raise ValueError(f"NAME or NAME=ARN, comma-separated: {what}")
    names = [pair.partition("=")[0] for pair in pairs]
    if len(set(names)) < len(names) or set(names) & set(OWN_VARIABLES):
        own = ", ".join(OWN_VARIABLES)
        raise ValueError(
            f"NAME or NAME=ARN, comma-separated, with each NAME once and none of {own}"
        )
    return pairs


# A policy for an alias allows nothing:
# https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
KEY = r"arn:aws[\w-]*:kms:[\w-]+:\d{12}:key/[\w-]+"
PATH = r"/[\w./~-]*"
DOMAIN = r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}"
HOSTED_ZONE = r"Z[A-Z0-9]{5,31}"
EMAIL = r"[^@\s,]+@[^@\s,]+\.[^@\s,]+"
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
SCHEDULE = r"(rate|cron)\([^()]+\)"
GITLAB = r"https://[a-z0-9.-]+"
PROJECT = r"[\w.-]+(/[\w.-]+)+"
BRANCH = r"[\w./*-]+"
