"""A shell in a running task: ECS Exec begins a session, and AWS's own plugin shows it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
"""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.errors import ConfigurationError, Failed
from slipway.shell import attach, run

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import ContainerTypeDef, TaskTypeDef

    from slipway.settings import Settings

PLUGIN = "session-manager-plugin"
INSTALL = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "session-manager-working-with-install-plugin.html"
)
# The plugin reads the session from the variable of this name when it is given in its place, so
# that the session's token stands in no argument list. As the AWS CLI does, since the version below:
# https://github.com/aws/aws-cli/blob/develop/awscli/customizations/sessionmanager.py
VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"
LAST_VERSION_WITHOUT = (1, 2, 497, 0)


def require_plugin() -> None:
    """Raise ConfigurationError unless a plugin is installed that takes the session unseen."""
    if shutil.which(PLUGIN) is None:
        raise ConfigurationError(f"{PLUGIN} is not installed", hint=INSTALL)
    version = run([PLUGIN, "--version"]).stdout.strip()
    numbers = tuple(map(int, re.findall(r"\d+", version)))
    if numbers <= LAST_VERSION_WITHOUT:
        raise ConfigurationError(f"{PLUGIN} {version} is too old", hint=f"update it: {INSTALL}")


def open_shell(settings: Settings, cluster: str, task: TaskTypeDef) -> None:
    """Open a shell in a task, as DescribeTasks returns it, and wait for its end.

    Raises Failed when the plugin ends with an error.
    """
    ecs = session.client(settings, "ecs")
    container = application_container(task, settings.ecr_repository)
    answer = ecs.execute_command(
        cluster=cluster,
        task=task["taskArn"],
        container=container["name"],
        command="/bin/sh",
        interactive=True,
    )
    environment = {**session.child_environment(settings), VARIABLE: json.dumps(answer["session"])}
    region, endpoint = ecs.meta.region_name, ecs.meta.endpoint_url
    code = attach(command(cluster, task, container, region, endpoint), env=environment)
    if code:
        raise Failed(
            f"{PLUGIN} ended with exit code {code}",
            hint=f"invoke status --env {settings.environment}",
        )


def application_container(task: TaskTypeDef, repository: str) -> ContainerTypeDef:
    """Return the container that runs the repository's image, or the first; not a side-car's."""
    containers = task["containers"]
    own = (f"{repository}:", f"{repository}@")
    return next(
        (each for each in containers if each.get("image", "").startswith(own)), containers[0]
    )


def command(
    cluster: str, task: TaskTypeDef, container: ContainerTypeDef, region: str, endpoint: str
) -> list[str]:
    """Return the plugin's argument list: session, region, operation, profile, target, endpoint."""
    names = [arn.rpartition("/")[2] for arn in (cluster, task["taskArn"])]
    target = "ecs:" + "_".join([*names, container.get("runtimeId", "")])
    return [PLUGIN, VARIABLE, region, "StartSession", "", json.dumps({"Target": target}), endpoint]
