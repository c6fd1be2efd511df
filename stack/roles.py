"""The two roles of a task: what ECS may do to start it, and what its code may do."""

from dataclasses import dataclass
from typing import Any

from awacs.aws import Statement
from troposphere import GetAtt, Template, iam, logs

from stack import boundary, buckets
from stack.assets import Assets
from stack.database import Database
from stack.options import Options
from stack.policies import allow, arn, document, trust


@dataclass(frozen=True)
class Roles:
    """`execution` starts the task; `task` is what its code runs as."""

    execution: iam.Role
    task: iam.Role


def add(
    template: Template,
    options: Options,
    database: Database,
    group: logs.LogGroup,
    assets: Assets | None,
) -> Roles:
    """Add both roles: the first reads the task's secrets, the second does what is asked for."""
    start = document(*_start(options, database, group))
    execution = iam.Role(
        "ExecutionRole",
        AssumeRolePolicyDocument=trust("ecs-tasks"),
        PermissionsBoundary=boundary.arn(),
        Policies=[iam.Policy(PolicyName="start", PolicyDocument=start)],
    )
    task = iam.Role(
        "TaskRole",
        AssumeRolePolicyDocument=trust("ecs-tasks"),
        PermissionsBoundary=boundary.arn(),
    )
    if rights := [*([_exec()] if options.exec else []), *_assets(assets)]:
        task.Policies = [iam.Policy(PolicyName="work", PolicyDocument=document(*rights))]
    return Roles(template.add_resource(execution), template.add_resource(task))


def _start(options: Options, database: Database, group: logs.LogGroup) -> list[Statement]:
    """Allow what Fargate does before a container runs.

    It is AWS's AmazonECSTaskExecutionRolePolicy, bound to this stack's log group; the
    repository is that of the delivery stack, whose name this stack does not know.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    write = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return [
        allow("Login", ["ecr:GetAuthorizationToken"], "*"),  # it has no resource
        allow("Pull", pull, arn("ecr", "repository/*")),
        allow("Log", write, GetAtt(group, "Arn")),
        *_read([*database.readable, *arns(options)]),
    ]


def arns(options: Options) -> list[str]:
    """List the ARNs of the application's own secrets."""
    return [each.partition("=")[2] for each in options.secrets or ()]


def _read(readable: list[Any]) -> list[Statement]:
    """Allow reading these secrets and parameters, and no other."""
    parameters = [each for each in readable if isinstance(each, str) and ":ssm:" in each]
    secrets = [each for each in readable if each not in parameters]
    made = []
    if secrets:
        made.append(allow("Secrets", ["secretsmanager:GetSecretValue"], *secrets))
    if parameters:
        made.append(allow("Parameters", ["ssm:GetParameters"], *parameters))
    return made


def _assets(assets: Assets | None) -> list[Statement]:
    """Allow what an application does with its own files."""
    if assets is None:
        return []
    verbs = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    return [
        allow("Assets", verbs, buckets.arn(assets.bucket, "/*")),
        allow("AssetsList", ["s3:ListBucket"], buckets.arn(assets.bucket)),
    ]


def _exec() -> Statement:
    """Allow the channels of a shell; they have no ARN.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
    """
    verbs = ("CreateControl", "CreateData", "OpenControl", "OpenData")
    return allow("Exec", [f"ssmmessages:{verb}Channel" for verb in verbs], "*")
