"""The CI/CD variables of an environment that GitLab's jobs need, printed or set."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from slipway.aws import session
from slipway.docker.names import is_remote
from slipway.errors import ConfigurationError, Failed
from slipway.settings.loader import prefix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitlab import GitlabError
    from gitlab.v4 import objects

    from slipway.settings import Settings

TIMEOUT_SECONDS = 30
MISSING = 404
REFUSALS = {401, 403, MISSING}
KEY_NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


class Project(Protocol):
    """A project of GitLab, as the options of a stack name it: https://HOST and GROUP/NAME."""

    @property
    def gitlab_url(self) -> str:
        """The address of the GitLab server."""

    @property
    def gitlab_project(self) -> str | None:
        """The project, GROUP/NAME; None if the options name none."""


@dataclass(frozen=True)
class Variable:
    """A CI/CD variable; GitLab masks a `hidden` one in logs and never shows it again."""

    key: str
    value: str
    hidden: bool = False


def needed(settings: Settings, outputs: Mapping[str, str]) -> list[Variable]:
    """List an environment's variables, from its settings and the delivery stack's outputs.

    They are all that makes a job's deploy the same as this machine's, credentials aside.
    """
    known = {
        "AWS_REGION": settings.region,
        "AWS_STACKNAME": settings.stack_name,
        "ECR_REPOSITORY": outputs.get("RepositoryURL", ""),
        "AWS_ROLE_ARN": outputs.get("DeploymentRole", ""),
        "AWS_ENDPOINT_URL": settings.endpoint_url or "",
        "STACK_TEMPLATE": settings.stack_template or "",
        # An image that only this machine's engine holds would be of no use to a job.
        "PYTHON_IMAGE": settings.python_image if is_remote(settings.python_image) else "",
        **dict(settings.stack_options),
    }
    start = prefix(settings.environment)
    return [Variable(start + name, value) for name, value in known.items() if value]


def lines(settings: Settings, outputs: Mapping[str, str]) -> list[str]:
    """Write them for a person; of an access key, only where it is kept."""
    text = [f"{each.key}={each.value}" for each in needed(settings, outputs)]
    if secret := outputs.get("DeploymentKeySecret"):
        names = " and ".join(prefix(settings.environment) + name for name in KEY_NAMES)
        text.append(f"{names}: in the secret {secret}; set them masked and protected")
    return text


def set_all(settings: Settings, options: Project, outputs: Mapping[str, str]) -> list[str]:
    """Set them in the project that the options name; return their names.

    They are protected, and for jobs of this environment alone. Raises ConfigurationError
    without a token or a project, and where GitLab refuses them, Failed on any other answer.
    """
    variables = [*needed(settings, outputs), *_key(settings, outputs)]
    with _of_project(settings, options) as project:
        for each in variables:
            _set(project.variables, each, settings.environment)
    return [each.key for each in variables]


def read_all(settings: Settings, options: Project) -> dict[str, str]:
    """Return the project's variables for this environment, by name; a hidden one is "".

    Raises as `set_all` does.
    """
    with _of_project(settings, options) as project:
        every = project.variables.list(iterator=True)
        own = [each for each in every if each.environment_scope in {settings.environment, "*"}]
        # A variable of the environment itself beats one of all.
        own.sort(key=lambda each: each.environment_scope == settings.environment)
        return {each.key: each.value or "" for each in own}


@contextmanager
def _of_project(settings: Settings, options: Project) -> Iterator[objects.Project]:
    """Reach the project that the options name, and explain what GitLab refuses."""
    import gitlab

    url, project = options.gitlab_url, options.gitlab_project
    if not (settings.gitlab_token and project):
        hint = "a project access token with the scope api and the role Maintainer, and GROUP/NAME"
        raise ConfigurationError("GITLAB_TOKEN and STACK_GITLAB_PROJECT are needed", hint=hint)
    server = gitlab.Gitlab(url, private_token=settings.gitlab_token, timeout=TIMEOUT_SECONDS)
    try:
        yield server.projects.get(project, lazy=True)
    except gitlab.GitlabError as error:
        raise _explain(error, url, project) from error
    except OSError as error:
        raise Failed(
            f"{url} does not answer: {error}", hint="check the network, then again"
        ) from error


def _explain(error: GitlabError, url: str, project: str) -> ConfigurationError | Failed:
    """Return the error for GitLab's answer: a wrong token or name, or one to try again."""
    if error.response_code in REFUSALS:
        hint = "check GITLAB_TOKEN, STACK_GITLAB_URL and STACK_GITLAB_PROJECT"
        return ConfigurationError(f"{url} refuses {project}: {error}", hint=hint)
    return Failed(f"{url}: {error}", hint="type the same command again")


def _set(variables: objects.ProjectVariableManager, variable: Variable, environment: str) -> None:
    """Create a variable, or bring the one of this name and environment to its value."""
    import gitlab

    data = {
        "key": variable.key,
        "value": variable.value,
        "protected": True,
        "masked": variable.hidden,
        "raw": True,
        "environment_scope": environment,
    }
    scope = {"filter": {"environment_scope": environment}}
    try:
        variables.update(variable.key, data, **scope)
    except gitlab.GitlabUpdateError as error:
        if error.response_code != MISSING:
            raise
        variables.create(data)


def _key(settings: Settings, outputs: Mapping[str, str]) -> list[Variable]:
    """Read the access key of the deployment user from its secret.

    Raises Failed when the secret holds something else.
    """
    if not (secret := outputs.get("DeploymentKeySecret")):
        return []
    answer = session.client(settings, "secretsmanager").get_secret_value(SecretId=secret)
    start = prefix(settings.environment)
    try:
        key = json.loads(answer.get("SecretString", ""))
        return [Variable(start + name, key[name], hidden=True) for name in KEY_NAMES]
    except (ValueError, KeyError, TypeError):
        # The error itself could quote the secret.
        raise Failed(
            f"the secret {secret} holds no access key",
            hint=f"invoke bootstrap --env {settings.environment}, which writes it",
        ) from None
