"""What an application template must have, so that a deploy can work with it: one contract.

docs/stack.md lists the same parameters and outputs.
"""

import json
from dataclasses import dataclass, field, fields

from slipway.aws.stack import Stack
from slipway.errors import ConfigurationError, Failed
from slipway.settings import Settings

REVISION, REPOSITORY, NONCE = "WebAppRevision", "RepositoryURL", "DeploymentNonce"
# Name -> what it is for.
PARAMETERS = {
    REVISION: "the image's tag; empty: everything but the services",
    REPOSITORY: "the repository of the image, HOST/NAME",
}


def _output(name: str, meaning: str, *, optional: bool = False) -> str:
    """Declare a field of Outputs; an `optional` one is used if a template has it."""
    known = {"name": name, "meaning": meaning, "optional": optional}
    return field(default="", metadata=known)


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """The outputs of an application stack; "" for one that it does not have.

    Several ids or ARNs are comma-separated, as in the stack.
    """

    cluster: str = _output("ClusterName", "the ECS cluster")
    migrate_task_definition: str = _output(
        "MigrateTaskDefinition", "the task definition that migrations are started from"
    )
    task_subnets: str = _output("TaskSubnets", "the subnets of a one-off task, comma-separated ids")
    task_security_group: str = _output("TaskSecurityGroup", "the security group of a one-off task")
    task_public_address: str = _output(
        "TaskPublicAddress", "whether a one-off task gets a public address, ENABLED or DISABLED"
    )
    web_service: str = _output("WebServiceName", "the ECS service that answers requests")
    web_task_definition: str = _output(
        "WebTaskDefinition", "the task definition that this service should run"
    )
    web_target_groups: str = _output("WebTargetGroups", "its target groups, comma-separated ARNs")
    log_group: str = _output("WebLogsGroup", "the log group of all tasks")
    url: str = _output("WebURL", "the address of the load balancer, or of the domain")
    balancer_host: str = _output("LoadBalancerDNSName", "the load balancer's own DNS name")
    health_path: str = _output(
        "WebHealthPath",
        "the path of the load balancer's health check, for failure messages",
        optional=True,
    )
    ready_path: str = _output(
        "WebReadyPath",
        "the path that has to answer 200 at the front door; without it /health/ready",
        optional=True,
    )
    worker_service: str = _output(
        "WorkerServiceName",
        "the ECS service of the worker, which is watched and proven as well",
        optional=True,
    )
    worker_task_definition: str = _output(
        "WorkerTaskDefinition",
        "the task definition that the worker's service should run",
        optional=True,
    )
    scheduled_task_definition: str = _output(
        "ScheduledTaskDefinition",
        "the task definition that the schedule starts",
        optional=True,
    )


DECLARED = tuple(fields(Outputs))
OUTPUTS = {
    each.metadata["name"]: each.metadata["meaning"]
    for each in DECLARED
    if not each.metadata["optional"]
}
# What is used if a template has it.
OPTIONAL = {
    NONCE: "what `invoke restart` sets to force a new deployment of the services",
    **{
        each.metadata["name"]: each.metadata["meaning"]
        for each in DECLARED
        if each.metadata["optional"]
    },
}


def require(body: str) -> None:
    """Raise ConfigurationError that lists every parameter and output that a template lacks."""
    template = json.loads(body)
    sections = {"Parameters": PARAMETERS, "Outputs": OUTPUTS}
    missing = [
        f"{section[:-1].lower()} {name}: {meaning}"
        for section, names in sections.items()
        for name, meaning in names.items()
        if name not in template.get(section, {})
    ]
    if missing:
        raise ConfigurationError(
            "\n  ".join(["the template lacks parts that a deploy needs:", *missing]),
            hint="add them to the template; docs/stack.md explains each",
        )


def outputs(stack: Stack, *needed: str) -> Outputs:
    """Read a stack's outputs, of which some are `needed`, by the names of their fields.

    Raises Failed that lists those that it lacks: its template is of an earlier version, or was
    changed by hand.
    """
    names = [each.metadata["name"] for each in DECLARED if each.name in needed]
    if missing := [name for name in names if name not in stack.outputs]:
        raise Failed(
            f"stack {stack.name} has no output {', '.join(missing)}",
            hint="add what is missing to the template, then deploy it; docs/stack.md explains each",
        )
    return Outputs(**{each.name: stack.outputs.get(each.metadata["name"], "") for each in DECLARED})


def revision_of(stack: Stack) -> str:
    """Return the revision that a stack is deployed with, an image's tag; "" for none yet."""
    return stack.parameters.get(REVISION, "")


def decided(settings: Settings, tag: str) -> dict[str, str]:
    """Return the parameters that settings and image decide; the stack carries the others over."""
    return {REVISION: tag, REPOSITORY: settings.ecr_repository}
