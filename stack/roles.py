"""The two roles of a task: what ECS may do to start it, and what its code may do."""

from dataclasses import dataclass

from awacs.aws import Statement
from troposphere import GetAtt, Sub, Template, iam, logs

from stack import buckets, permissions_boundary, secret_arns
from stack.assets import Assets
from stack.cluster import Cluster
from stack.database import Database
from stack.options import Options
from stack.policies import allow, arn, document, trust

# GuardDuty adds its agent to tasks, from an account of AWS's for each region:
# https://docs.aws.amazon.com/guardduty/latest/ug/ecs-runtime-agent-ecr-image-uri.html
GUARDDUTY = "arn:${AWS::Partition}:ecr:${AWS::Region}:*:repository/aws-guardduty-agent-fargate"


@dataclass(frozen=True)
class Roles:
    """`execution` starts the task; `task` is what its code runs as."""

    execution: iam.Role
    task: iam.Role


def add_roles(
    template: Template,
    options: Options,
    database: Database,
    cluster: Cluster,
    assets: Assets | None,
) -> Roles:
    """Add both roles: the first reads the task's secrets, the second does what is asked for."""
    start = document(*_start(options, database, cluster.log_group))
    execution = iam.Role(
        "ExecutionRole",
        AssumeRolePolicyDocument=trust("ecs-tasks"),
        PermissionsBoundary=permissions_boundary.arn(),
        Policies=[iam.Policy(PolicyName="start", PolicyDocument=start)],
    )
    task = iam.Role(
        "TaskRole",
        AssumeRolePolicyDocument=trust("ecs-tasks"),
        PermissionsBoundary=permissions_boundary.arn(),
    )
    if rights := [*_exec(cluster.shells), *_assets(assets)]:
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
        allow("Pull", pull, arn("ecr", "repository/*"), Sub(GUARDDUTY)),
        allow("Log", write, GetAtt(group, "Arn")),
        *_read(options, database),
    ]


def _read(options: Options, database: Database) -> list[Statement]:
    """Allow reading the database's and the application's secrets, and no other."""
    own = [secret_arns.value_from(each) for each in options.secrets or ()]
    parameters = [each for each in own if isinstance(each, str) and ":ssm:" in each]
    secrets = [form for each in own if each not in parameters for form in secret_arns.of(each)]
    keys = list(options.secrets_keys or ())
    rights = {
        ("Secrets", "secretsmanager:GetSecretValue"): [*database.readable, *secrets],
        ("Parameters", "ssm:GetParameters"): parameters,
        ("Keys", "kms:Decrypt"): keys,
    }
    return [
        allow(sid, [action], *dict.fromkeys(resources))
        for (sid, action), resources in rights.items()
        if resources
    ]


def _assets(assets: Assets | None) -> list[Statement]:
    """Allow what an application does with its own files."""
    if assets is None:
        return []
    verbs = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    return [
        allow("Assets", verbs, buckets.arn(assets.bucket, "/*")),
        allow("AssetsList", ["s3:ListBucket"], buckets.arn(assets.bucket)),
    ]


def _exec(shells: logs.LogGroup | None) -> list[Statement]:
    """Allow the channels of a shell, which have no ARN, and the log of what is typed.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging
    """
    if shells is None:
        return []
    verbs = ("CreateControl", "CreateData", "OpenControl", "OpenData")
    write = ("CreateLogStream", "DescribeLogStreams", "PutLogEvents")
    return [
        allow("Exec", [f"ssmmessages:{verb}Channel" for verb in verbs], "*"),
        allow("ExecGroups", ["logs:DescribeLogGroups"], "*"),
        allow("ExecLog", [f"logs:{verb}" for verb in write], GetAtt(shells, "Arn")),
    ]
