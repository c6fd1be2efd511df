"""The two roles of a task: what ECS may do to start it, and what its code may do."""

from dataclasses import dataclass
from typing import Any

import awacs.ecr
import awacs.logs
import awacs.secretsmanager
import awacs.ssm
import awacs.ssmmessages
from awacs.aws import Allow, PolicyDocument, Principal, Statement
from awacs.sts import AssumeRole
from troposphere import GetAtt, Sub, Template, iam, logs

from stack.database import Database
from stack.options import Options


@dataclass(frozen=True)
class Roles:
    """`execution` starts the task; `task` is what its code runs as."""

    execution: iam.Role
    task: iam.Role


def add(template: Template, options: Options, database: Database, group: logs.LogGroup) -> Roles:
    """Add both roles: the first reads the task's secrets, the second does what is asked for."""
    start = document(*_start(options, database, group))
    execution = iam.Role(
        "ExecutionRole",
        AssumeRolePolicyDocument=trust("ecs-tasks"),
        Policies=[iam.Policy(PolicyName="start", PolicyDocument=start)],
    )
    task = iam.Role("TaskRole", AssumeRolePolicyDocument=trust("ecs-tasks"))
    if options.exec:
        task.Policies = [iam.Policy(PolicyName="exec", PolicyDocument=document(_exec()))]
    return Roles(template.add_resource(execution), template.add_resource(task))


def document(*statements: Statement) -> PolicyDocument:
    """Make a policy of these statements."""
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def trust(service: str) -> PolicyDocument:
    """Let an AWS service, such as "ecs-tasks", take a role."""
    principal = Principal("Service", f"{service}.amazonaws.com")
    return document(Statement(Effect=Allow, Principal=principal, Action=[AssumeRole]))


def _start(options: Options, database: Database, group: logs.LogGroup) -> list[Statement]:
    """Allow what Fargate does before a container runs.

    It is AWS's AmazonECSTaskExecutionRolePolicy, bound to this stack's log group; the
    repository is that of the delivery stack, whose name this stack does not know.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    pull = [awacs.ecr.BatchCheckLayerAvailability, awacs.ecr.BatchGetImage]
    repositories = Sub("arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*")
    return [
        # It has no resource: https://docs.aws.amazon.com/AmazonECR/latest/userguide/security-iam-awsmanpol.html
        Statement(Effect=Allow, Action=[awacs.ecr.GetAuthorizationToken], Resource=["*"]),
        Statement(
            Effect=Allow,
            Action=[*pull, awacs.ecr.GetDownloadUrlForLayer],
            Resource=[repositories],
        ),
        Statement(
            Effect=Allow,
            Action=[awacs.logs.CreateLogStream, awacs.logs.PutLogEvents],
            Resource=[GetAtt(group, "Arn")],
        ),
        *_read([*database.readable, *arns(options)]),
    ]


def arns(options: Options) -> list[str]:
    """List the ARNs of the application's own secrets."""
    return [each.partition("=")[2] for each in options.secrets or ()]


def _read(readable: list[Any]) -> list[Statement]:
    """Allow reading these secrets and parameters, and no other."""
    parameters = [each for each in readable if isinstance(each, str) and ":ssm:" in each]
    secrets = [each for each in readable if each not in parameters]
    both = ((awacs.secretsmanager.GetSecretValue, secrets), (awacs.ssm.GetParameters, parameters))
    return [
        Statement(Effect=Allow, Action=[action], Resource=resources)
        for action, resources in both
        if resources
    ]


def _exec() -> Statement:
    """Allow the channel of a shell.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    messages = awacs.ssmmessages
    return Statement(
        Effect=Allow,
        Action=[
            messages.CreateControlChannel,
            messages.CreateDataChannel,
            messages.OpenControlChannel,
            messages.OpenDataChannel,
        ],
        Resource=["*"],  # channels have no ARN
    )
