"""The task definitions: one image, started as whatever one of its entries is."""

from dataclasses import dataclass
from typing import Any

from troposphere import (
    AWS_REGION,
    AWS_STACK_NAME,
    GetAtt,
    If,
    Join,
    Output,
    Ref,
    Sub,
    Template,
    ecs,
)

from stack import secret_arns
from stack.assets import Assets
from stack.cluster import Cluster
from stack.database import Database
from stack.database_url import with_url
from stack.options import Options
from stack.parameters import DEPLOY, Parameters
from stack.roles import Roles

# gunicorn and uvicorn then believe X-Forwarded-Proto, which the load balancer sets, so that the
# application sees https. Their security group lets nobody but the load balancer in.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
# https://docs.gunicorn.org/en/stable/settings.html#forwarded-allow-ips
# https://www.uvicorn.org/settings/#http
TRUST_BALANCER = ecs.Environment(Name="FORWARDED_ALLOW_IPS", Value="*")
WEB, MIGRATE, WORKER, SCHEDULED = "web", "migrate", "worker", "scheduled"


@dataclass(frozen=True)
class Tasks:
    """What every task definition of the application shares."""

    options: Options
    parameters: Parameters
    cluster: Cluster
    roles: Roles
    database: Database
    assets: Assets | None


def add_web_task(template: Template, tasks: Tasks) -> ecs.TaskDefinition:
    """Add the web server's task definition."""
    port = ecs.PortMapping(ContainerPort=Ref(tasks.parameters.port))
    definition = add_deployed(template, tasks, "WebTaskDefinition", WEB, PortMappings=[port])
    template.add_output(
        Output(
            "WebTaskDefinition",
            Condition=DEPLOY,
            Description="What the service is meant to run",
            Value=Ref(definition),
        )
    )
    return definition


def add_deployed(
    template: Template, tasks: Tasks, title: str, entry: str, **container: Any
) -> ecs.TaskDefinition:
    """Add a task definition of the deployed revision; it exists when there is one."""
    tag = Ref(tasks.parameters.revision)
    definition = _definition(tasks, title, entry, tag, **container)
    definition.Condition = DEPLOY
    return template.add_resource(definition)


def add_migration(template: Template, tasks: Tasks) -> ecs.TaskDefinition:
    """Add the migration's task definition: the base task definition of one-off tasks.

    It exists before there is a revision, so that the first image migrates before it serves.
    """
    tag = If(DEPLOY, Ref(tasks.parameters.revision), "none-yet")
    definition = _definition(tasks, "MigrateTaskDefinition", MIGRATE, tag)
    template.add_resource(definition)
    template.add_output(
        Output(
            "MigrateTaskDefinition",
            Description="What a migration is started from",
            Value=Ref(definition),
        )
    )
    return definition


def _definition(
    tasks: Tasks, title: str, entry: str, tag: Ref | If, **container: Any
) -> ecs.TaskDefinition:
    parameters = tasks.parameters
    architecture = tasks.options.architecture.upper()
    return ecs.TaskDefinition(
        title,
        Family=Sub(f"${{{AWS_STACK_NAME}}}-{entry}"),
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        RuntimePlatform=ecs.RuntimePlatform(
            CpuArchitecture=architecture, OperatingSystemFamily="LINUX"
        ),
        Cpu=Ref(parameters.cpu),
        Memory=Ref(parameters.memory),
        ExecutionRoleArn=tasks.roles.execution.get_att("Arn"),
        TaskRoleArn=tasks.roles.task.get_att("Arn"),
        Volumes=[ecs.Volume(Name=SCRATCH)],
        ContainerDefinitions=[_container(tasks, entry, tag, **container)],
    )


SCRATCH = "scratch"


def _container(tasks: Tasks, entry: str, tag: Ref | If, **more: Any) -> ecs.ContainerDefinition:
    """Make the container: not root, nothing added to its rights, and a disk that it cannot write.

    The tag is one which the repository never lets point elsewhere. /tmp alone is writable.
    """
    options, parameters, database = tasks.options, tasks.parameters, tasks.database
    command = {
        WEB: options.web_command,
        MIGRATE: options.migrate_command,
        WORKER: options.worker_command,
        SCHEDULED: options.scheduled_command,
    }[entry]
    port = ecs.Environment(Name="WEB_PORT", Value=Ref(parameters.port))
    proxies = [TRUST_BALANCER] if entry == WEB else []
    return ecs.ContainerDefinition(
        Name=entry,
        Image=Join(":", [Ref(parameters.repository), tag]),
        Command=with_url(command) if database.environment else list(command),
        Essential=True,
        User=options.user,
        # ECS Exec writes to it: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
        ReadonlyRootFilesystem=not tasks.options.exec,
        LinuxParameters=ecs.LinuxParameters(
            Capabilities=ecs.KernelCapabilities(Drop=["ALL"]), InitProcessEnabled=True
        ),
        MountPoints=[ecs.MountPoint(ContainerPath="/tmp", SourceVolume=SCRATCH)],  # noqa: S108
        Environment=[
            port,
            *proxies,
            *database.environment,
            *_assets(tasks.assets),
            *_own(tasks.options),
        ],
        Secrets=[*database.secrets, *_own_secrets(tasks.options)],
        LogConfiguration=_logs(tasks.cluster, entry),
        **more,
    )


def _assets(assets: Assets | None) -> list[ecs.Environment]:
    """Return the variables with the bucket of the assets, and their address for visitors."""
    if assets is None:
        return []
    url = Join("", ["https://", GetAtt(assets.distribution, "DomainName"), "/"])
    values = {"ASSETS_BUCKET": Ref(assets.bucket), "ASSETS_URL": url}
    return [ecs.Environment(Name=name, Value=value) for name, value in values.items()]


def _own(options: Options) -> list[ecs.Environment]:
    """Return the application's own variables."""
    return [ecs.Environment(Name=name, Value=text) for name, text in options.variables]


def _own_secrets(options: Options) -> list[ecs.Secret]:
    """Name the application's own secrets, each by its variable."""
    return [
        ecs.Secret(Name=each.partition("=")[0], ValueFrom=secret_arns.value_from(each))
        for each in options.secrets or ()
    ]


def _logs(cluster: Cluster, entry: str) -> ecs.LogConfiguration:
    """Log without waiting: a slow log loses lines, and not the service.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
    """
    return ecs.LogConfiguration(
        LogDriver="awslogs",
        Options={
            "awslogs-group": Ref(cluster.log_group),
            "awslogs-region": Ref(AWS_REGION),
            "awslogs-stream-prefix": entry,
            "mode": "non-blocking",
            "max-buffer-size": "25m",
        },
    )
