"""The task definitions: one image, started as the web server or as the migration."""

from dataclasses import dataclass
from typing import Any

from troposphere import AWS_REGION, AWS_STACK_NAME, If, Join, Output, Ref, Sub, Template, ecs

from stack.cluster import Cluster
from stack.parameters import DEPLOY, Parameters
from stack.roles import Roles

WEB = "web"
MIGRATE = "migrate"


@dataclass(frozen=True)
class Tasks:
    """What every task definition of the application shares."""

    parameters: Parameters
    cluster: Cluster
    roles: Roles


def add_web(template: Template, tasks: Tasks) -> ecs.TaskDefinition:
    """Add the web server's task definition; it exists when there is a revision."""
    port = ecs.PortMapping(ContainerPort=Ref(tasks.parameters.port))
    image = _image(tasks.parameters, Ref(tasks.parameters.revision))
    definition = _definition(tasks, "WebTaskDefinition", WEB, image, PortMappings=[port])
    definition.Condition = DEPLOY
    template.add_resource(definition)
    template.add_output(
        Output(
            "WebTaskDefinition",
            Condition=DEPLOY,
            Description="What the service is meant to run",
            Value=Ref(definition),
        )
    )
    return definition


def add_migration(template: Template, tasks: Tasks) -> ecs.TaskDefinition:
    """Add the migration's task definition: the mould of a one-off task of another image.

    It exists before there is a revision, so that the first image migrates before it serves.
    """
    tag = If(DEPLOY, Ref(tasks.parameters.revision), "none-yet")
    image = _image(tasks.parameters, tag)
    definition = template.add_resource(_definition(tasks, "MigrateTaskDefinition", MIGRATE, image))
    template.add_output(
        Output(
            "MigrateTaskDefinition",
            Description="What a migration is started from",
            Value=Ref(definition),
        )
    )
    return definition


def _definition(
    tasks: Tasks, title: str, entry: str, image: Join, **container: Any
) -> ecs.TaskDefinition:
    parameters = tasks.parameters
    return ecs.TaskDefinition(
        title,
        Family=Sub(f"${{{AWS_STACK_NAME}}}-{entry}"),
        RequiresCompatibilities=["FARGATE"],
        NetworkMode="awsvpc",
        Cpu=Ref(parameters.cpu),
        Memory=Ref(parameters.memory),
        ExecutionRoleArn=tasks.roles.execution.get_att("Arn"),
        TaskRoleArn=tasks.roles.task.get_att("Arn"),
        ContainerDefinitions=[
            ecs.ContainerDefinition(
                Name=entry,
                Image=image,
                Command=[f"entries/{entry}.sh"],
                Essential=True,
                Environment=[ecs.Environment(Name="WEB_PORT", Value=Ref(parameters.port))],
                Secrets=[ecs.Secret(Name="DATABASE_URL", ValueFrom=Ref(parameters.database_url))],
                LogConfiguration=_logs(tasks.cluster, entry),
                **container,
            )
        ],
    )


def _image(parameters: Parameters, tag: Ref | If) -> Join:
    """Name the image by its tag, which the repository never lets point elsewhere."""
    return Join(":", [Ref(parameters.repository), tag])


def _logs(cluster: Cluster, entry: str) -> ecs.LogConfiguration:
    return ecs.LogConfiguration(
        LogDriver="awslogs",
        Options={
            "awslogs-group": Ref(cluster.log_group),
            "awslogs-region": Ref(AWS_REGION),
            "awslogs-stream-prefix": entry,
        },
    )
