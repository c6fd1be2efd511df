"""What an application template must have, so that a deploy can work with it."""

import json

from slipway.errors import ConfigurationError
from slipway.settings import Settings

REVISION, REPOSITORY, NONCE = "WebAppRevision", "RepositoryURL", "DeploymentNonce"
# Name -> what it is for. docs/stack.md lists the same.
PARAMETERS = {
    REVISION: "the image's tag; empty: everything but what serves",
    REPOSITORY: "the repository of the image, HOST/NAME",
}
OUTPUTS = {
    "ClusterName": "the ECS cluster",
    "MigrateTaskDefinition": "the task definition that migrations are started from",
    "TaskSubnets": "the subnets of a one-off task, comma-separated ids",
    "TaskSecurityGroup": "the security group of a one-off task",
    "TaskPublicAddress": "whether a one-off task gets a public address, ENABLED or DISABLED",
    "WebServiceName": "the ECS service that answers requests",
    "WebTaskDefinition": "the task definition that this service is to run",
    "WebTargetGroups": "its target groups, comma-separated ARNs",
    "WebLogsGroup": "the log group of all tasks",
    "WebURL": "the address of the load balancer, or of the domain",
    "LoadBalancerDNSName": "the load balancer's own DNS name",
}
# What is used if a template has it.
OPTIONAL = {
    NONCE: "what `invoke restart` sets to force a new deployment of the services",
    "WebHealthPath": "the path that the load balancer asks a task, for the words of a failure",
    "WorkerServiceName": "the ECS service of the worker, which is watched and proven, too",
    "WorkerTaskDefinition": "the task definition that the worker's service is to run",
    "ScheduledTaskDefinition": "the task definition that the schedule starts",
}


def decided(settings: Settings, tag: str) -> dict[str, str]:
    """Return the parameters that settings and image decide; the stack carries the others over."""
    return {REVISION: tag, REPOSITORY: settings.ecr_repository}


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
            "\n  ".join(["the template lacks what a deploy works with:", *missing]),
            hint="add it to the template; docs/stack.md explains each",
        )
