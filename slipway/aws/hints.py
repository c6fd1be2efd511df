"""What to do about an error of an AWS call, by the call and the credentials it was made with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

    from slipway.settings import Settings

PROVIDE = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


@dataclass(frozen=True)
class Call:
    """An AWS call: with which settings, which operation ("ecs DescribeTasks"), and where.

    `operation` is "" before the first call. `shape` is botocore's model of its answer.
    `has_id_token` says whether a GitLab job has a token for a role.
    """

    settings: Settings | None = None
    operation: str = ""
    endpoint: str = ""
    shape: Shape | None = field(default=None, repr=False)
    has_id_token: bool = False

    def __str__(self) -> str:
        return f"{self.operation} at {self.endpoint}" if self.endpoint else self.operation

    def has_field(self, name: object) -> bool:
        """Whether the call's answer may hold a field of this name, however deep."""
        return self.shape is not None and any(name == each for each in _fields(self.shape, set()))

    @property
    def environment(self) -> str:
        """The option that names the environment, with a space before it; "" when unknown."""
        return f" --env {self.settings.environment}" if self.settings else ""

    @property
    def source(self) -> str:
        """Where the credentials came from, in words."""
        if self.settings and self.settings.is_local:
            return "the local account's own key"
        if not (self.settings and self.settings.credentials_from):
            return "the default credentials that boto3 found"
        profile = f" ({self.settings.profile})" if self.settings.profile else ""
        return " and ".join(self.settings.credentials_from) + profile


def _fields(shape: Shape, known: set[str]) -> Iterator[str]:
    """List the names of all members of a shape of botocore's model."""
    if shape.name in known:
        return
    known.add(shape.name)
    for name, member in getattr(shape, "members", {}).items():
        yield name
        yield from _fields(member, known)
    for part in ("member", "key", "value"):
        if (inner := getattr(shape, part, None)) is not None:
            yield from _fields(inner, known)


def provide_credentials(call: Call, _text: str) -> str:
    """Name the variables to set, or for a job with a token the one that is missing."""
    if call.settings and call.settings.profile:
        return f"check profile {call.settings.profile} in ~/.aws/config; {_login(call)}"
    if call.settings and call.settings.credentials_from:
        return f"check {call.source}"
    if call.has_id_token:
        start = call.settings.environment.upper().replace("-", "_") if call.settings else "ENV"
        return (
            f"the job has AWS_ID_TOKEN but no role: set {start}_AWS_ROLE_ARN, which "
            f"invoke bootstrap{call.environment} prints"
        )
    return f"{PROVIDE} (or with the environment's prefix)"


def renew_credentials(call: Call, text: str) -> str:
    """Say how this kind of credentials is renewed."""
    settings = call.settings
    if settings and settings.is_local:
        return "invoke local.up"
    if settings and settings.id_token:
        return "run the job again: each job gets an AWS_ID_TOKEN of its own"
    if settings and settings.profile:
        return _login(call)
    if settings and settings.session_token:
        return f"get a new temporary key, and set {call.source}"
    return f"renew {call.source}" if settings and settings.credentials_from else _login(call, text)


def _login(call: Call, text: str = "") -> str:
    """Name the login of a profile, which version 1 of the AWS CLI does not have."""
    profile = call.settings.profile if call.settings else None
    command = "aws login" if "aws login" in text else "aws sso login"
    return f"{command}{f' --profile {profile}' if profile else ''} (AWS CLI version 2)"


def check_source(call: Call, _text: str) -> str:
    """Name the variables that hold what AWS does not accept."""
    if call.settings and call.settings.is_local:
        return "invoke local.up"
    return f"check the credentials, which are {call.source}, and the region of the call"


def trust_job(call: Call, _text: str) -> str:
    """Name what a role's trust compares."""
    return (
        "compare aud in .gitlab-ci.yml, the project and the branch with STACK_GITLAB_URL, "
        "STACK_GITLAB_PROJECT and STACK_GITLAB_BRANCHES, then: "
        f"invoke bootstrap{call.environment}"
    )


def allow_call(call: Call, text: str) -> str:
    """Say whose credentials they are, and how a deployment identity gets a new permission."""
    arn = re.search(r"arn:[\w-]+:(?:iam|sts)::\S+", text)
    identity = f"{arn[0]}, by {call.source}" if arn else call.source
    return (
        f"use other credentials than {identity}; if they are the deployment identity's, "
        f"bring its permissions up to date: invoke bootstrap{call.environment}"
    )


def set_clock(_call: Call, _text: str) -> str:
    """Name the clock."""
    return "set this machine's clock; AWS accepts a difference of at most 5 minutes"


def reach_endpoint(call: Call, _text: str) -> str:
    """Name who should answer: the local account, another endpoint, or AWS."""
    if call.settings and call.settings.is_local:
        return "invoke local.up, then the same command again"
    if call.settings and call.settings.endpoint_url:
        return "check AWS_ENDPOINT_URL and what answers there, then the same command again"
    return "check the network and AWS_REGION, then the same command again"


def trust_certificate(_call: Call, _text: str) -> str:
    """Name where certificates are configured."""
    return "if a proxy or an endpoint uses a certificate of its own, set AWS_CA_BUNDLE"


def check_proxy(_call: Call, _text: str) -> str:
    """Name where a proxy is configured."""
    return "check HTTPS_PROXY and NO_PROXY"


def find_who_answers(call: Call, text: str) -> str:
    """Name who may have answered in AWS's place."""
    if call.settings and (call.settings.is_local or call.settings.endpoint_url):
        return reach_endpoint(call, text)
    return "find out what answers in place of AWS: a proxy (HTTPS_PROXY), or a login page"


def wait_and_repeat(_call: Call, _text: str) -> str:
    """Say that the same command goes on."""
    return "wait a minute, then run the same command again; it continues where this one stopped"


def change_request(call: Call, _text: str) -> str:
    """Say that the same request is refused again."""
    return (
        "correct what the message names (a parameter, an option or the template) before the next "
        f"try; invoke status{call.environment}"
    )


def raise_quota(_call: Call, _text: str) -> str:
    """Name where quotas are raised; the console has another address in each partition."""
    return "delete what is unused, or request an increase in the AWS console, under Service Quotas"


def look_at_state(call: Call, _text: str) -> str:
    """Name the task that shows what the environment is doing."""
    return f"invoke status{call.environment}"


def check_place(call: Call, _text: str) -> str:
    """Name where it was looked for."""
    region = f" in {call.settings.region}" if call.settings else ""
    return f"check the account and the region{region}: invoke status{call.environment}"


def check_settings(call: Call, _text: str) -> str:
    """Name the settings that a client is made of."""
    region = call.settings.region if call.settings else ""
    return f"check AWS_REGION ({region}), AWS_ENDPOINT_URL and ~/.aws/config"
