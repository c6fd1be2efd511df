"""What Slipway knows of an environment: one frozen object, read once."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigurationError
from pipeline.setting import (
    ECR_REPOSITORY,
    IMAGE_REPOSITORY,
    REGION,
    STACK_NAME,
    TEMPLATE,
    parse_port,
    parse_switch,
    setting,
)

LOCAL = "local"
LOCAL_REGION = "us-east-1"
LOCAL_ACCOUNT = "000000000000"
# What stack/options.py reads.
STACK_OPTION = re.compile(r"STACK_[A-Z_]+|DATABASE_SECRET_ARN")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that differs between environments; `name` in the metadata is the variable.

    `stack_options` has the names and texts that are the stack's own business, by name.
    """

    environment: str
    stack_options: tuple[tuple[str, str], ...] = ()
    region: str = setting("AWS_REGION", "the AWS region", parse=REGION)
    stack_name: str = setting("AWS_STACKNAME", "the application stack", parse=STACK_NAME)
    ecr_repository: str = setting(
        "ECR_REPOSITORY", "the repository to push to, HOST/NAME", parse=ECR_REPOSITORY
    )
    access_key_id: str | None = setting(
        "AWS_ACCESS_KEY_ID", "an access key, where no other credentials are", optional=True
    )
    secret_access_key: str | None = setting(
        "AWS_SECRET_ACCESS_KEY", "the secret half of it", optional=True, secret=True
    )
    session_token: str | None = setting(
        "AWS_SESSION_TOKEN", "the token of a temporary key", optional=True, secret=True
    )
    profile: str | None = setting("AWS_PROFILE", "a profile of ~/.aws/config", optional=True)
    role_arn: str | None = setting(
        "AWS_ROLE_ARN", "the role that a GitLab job takes by its AWS_ID_TOKEN", optional=True
    )
    id_token: str | None = setting(
        "AWS_ID_TOKEN",
        "the job's token, from id_tokens of .gitlab-ci.yml",
        optional=True,
        secret=True,
    )
    gitlab_token: str | None = setting(
        "GITLAB_TOKEN",
        "a GitLab token that may set a project's variables",
        optional=True,
        secret=True,
    )
    endpoint_url: str | None = setting(
        "AWS_ENDPOINT_URL", "another address than AWS's own", optional=True
    )
    stack_template: str = setting(
        "STACK_TEMPLATE",
        "the function that makes the application template",
        parse=TEMPLATE,
        default="stack.services.application.template",
    )
    image_repository: str = setting(
        "IMAGE_REPOSITORY",
        "where a commit's image is kept until it is pushed: a name in this machine's engine, "
        "or HOST/NAME of a registry that all jobs share",
        parse=IMAGE_REPOSITORY,
        default="slipway/app",
    )
    registry: str | None = setting(
        "CI_REGISTRY", "the registry host that the next two are for, and no other", optional=True
    )
    registry_user: str | None = setting(
        "CI_REGISTRY_USER", "the user of that registry", optional=True
    )
    registry_password: str | None = setting(
        "CI_REGISTRY_PASSWORD", "the password of that user", optional=True, secret=True
    )
    python_image: str = setting(
        "PYTHON_IMAGE", "the base image of the application", default="python:3.14-slim"
    )
    postgres_image: str = setting(
        "POSTGRES_IMAGE", "Postgres for the suite and the local account", default="postgres:17"
    )
    local_port: int = setting(
        "LOCAL_PORT", "the port of the local AWS account", parse=parse_port, default="4566"
    )
    local_stack_waits: bool = setting(
        "LOCAL_STACK_WAITS",
        "whether a local stack waits for its service, as AWS's does",
        parse=parse_switch,
        default="yes",
    )

    @property
    def is_local(self) -> bool:
        """Whether this is the account on this machine."""
        return self.environment == LOCAL

    @property
    def delivery_stack_name(self) -> str:
        """The stack that holds the repository, and who deploys.

        It does not begin with the application stack's name: what may touch `NAME-*` may not
        touch this.
        """
        return f"delivery-{self.stack_name}"


def load(environment: str, folder: Path = Path()) -> Settings:
    """Read the settings of `environment` from the process environment, then `.env`.

    Raises ConfigurationError that lists every missing or malformed setting at once,
    or the known environments when this is none of them.
    """
    from dotenv import dotenv_values

    written = {name: value for name, value in dotenv_values(folder / ".env").items() if value}
    return resolve(environment, {**written, **os.environ})


def resolve(environment: str, variables: Mapping[str, str]) -> Settings:
    """Decide the settings of `environment` from `variables` alone."""
    known = known_environments(variables)
    if environment not in known:
        raise ConfigurationError(
            f"unknown environment {environment!r}; known: {', '.join(known)}",
            hint=f"set {prefix(environment)}AWS_STACKNAME to make it known",
        )
    chosen = _local_variables(variables) if environment == LOCAL else variables
    values: dict[str, Any] = {}
    problems = list(_read_all(environment, chosen, values))
    if problems:
        raise ConfigurationError(
            "\n  ".join([f"{len(problems)} settings of {environment!r} are wrong:", *problems]),
            hint="set them in the environment or in .env; .env.example explains each",
        )
    given = tuple(sorted(stack_options(environment, chosen).items()))
    return Settings(environment=environment, stack_options=given, **values)


def stack_options(environment: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Collect what stack/options.py reads, without the environment's prefix."""
    start, own = prefix(environment), {each.metadata["name"] for each in _declared()}
    found: dict[str, str] = {}
    for name in sorted(variables, key=lambda name: name.startswith(start)):
        plain = name.removeprefix(start)
        if STACK_OPTION.fullmatch(plain) and variables[name] and not own & {name, plain}:
            found[plain] = variables[name]
    return found


def known_environments(variables: Mapping[str, str]) -> list[str]:
    """List `local` and each environment whose stack has a name (STAGING_AWS_STACKNAME)."""
    found = (re.fullmatch(r"([A-Z][A-Z0-9_]*)_AWS_STACKNAME", name) for name in variables)
    named = {match[1].lower().replace("_", "-") for match in found if match}
    return [LOCAL, *sorted(named - {LOCAL})]


def _declared() -> list[Field[Any]]:
    return [each for each in fields(Settings) if each.metadata]


def prefix(environment: str) -> str:
    """Make what stands before the names of an environment's own variables, such as STAGING_."""
    return environment.upper().replace("-", "_") + "_"


def _read_all(
    environment: str, variables: Mapping[str, str], values: dict[str, Any]
) -> Iterator[str]:
    for each in _declared():
        name, prefixed = each.metadata["name"], prefix(environment) + each.metadata["name"]
        text = variables.get(prefixed) or variables.get(name) or each.metadata["default"]
        if text is None and not each.metadata["optional"]:
            yield f"{prefixed} (or {name}) is missing: {each.metadata['meaning']}"
            continue
        try:
            values[each.name] = None if text is None else each.metadata["parse"](text)
        except ValueError as error:
            shown = "its value" if each.metadata["secret"] else repr(text)
            given = prefixed if variables.get(prefixed) else name
            yield f"{given}: {shown} is not {error}"


def _local_variables(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Replace all that could reach a real account: `local` never leaves this machine."""
    kept = {name: text for name, text in variables.items() if "AWS_" not in name}
    port = variables.get("LOCAL_PORT") or "4566"
    return {
        **kept,
        "AWS_REGION": LOCAL_REGION,
        "AWS_STACKNAME": "slipway-local",
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "LOCAL_ECR_REPOSITORY": f"localhost:{port}/slipway",
        "LOCAL_DATABASE_SECRET_ARN": f"arn:aws:secretsmanager:{LOCAL_REGION}:{LOCAL_ACCOUNT}"
        ":secret:slipway/local/database-url",
    }
