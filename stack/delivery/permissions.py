"""What a deploy needs to be allowed, call by call, on one environment's own things."""

from awacs.aws import ArnLike, Null, PolicyDocument, Statement, StringEquals
from troposphere import GetAtt, Parameter, ecr, iam, s3

from stack import buckets
from stack.policies import allow, arn, document, pass_role, role_arn
from stack.tasks import MIGRATE

PULL = ("BatchCheckLayerAvailability", "BatchGetImage", "DescribeImages", "GetDownloadUrlForLayer")
PUSH = ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage")
LOOK = (
    "DescribeStacks",
    "DescribeStackEvents",
    "DescribeChangeSet",
    "DescribeEvents",
    "GetTemplate",
)
CHANGE = (
    "CancelUpdateStack",
    "ContinueUpdateRollback",
    "DeleteChangeSet",
    "DeleteStack",
    "ExecuteChangeSet",
    "RollbackStack",
)
TARGETS = ("DescribeRules", "DescribeTargetHealth")
# AWS's pages differ on whether RegisterTaskDefinition knows a resource, so it has `*`. What it
# registers is harmless: its roles have to be passed, and Migrate alone runs a task.
DEFINITIONS = (
    *("ListTaskDefinitions", "DescribeTaskDefinition", "DeregisterTaskDefinition"),
    "RegisterTaskDefinition",
)
# What the application's template calls its cluster, and the roles of a task. CloudFormation
# puts the stack's name before it. With less of it, as in `shop-*`, the rights of one
# environment would hold in another whose name goes on, as in `shop-production`.
CLUSTER = "Cluster"
TASK_ROLES = ("ExecutionRole", "TaskRole")


def of_a_deploy(
    stack: Parameter,
    repository: ecr.Repository,
    bucket: s3.Bucket,
    service_role: iam.Role,
) -> PolicyDocument:
    """Make the policy of the deployment identity; `stack` names the application stack.

    What has `*` knows no resource: a login to ECR, task definitions that are there, the lists
    of tasks (bound by their cluster instead), the health of targets and the rules of listeners.
    https://docs.aws.amazon.com/service-authorization/latest/reference/
    """
    name = f"${{{stack.title}}}"
    return document(
        allow("Login", ["ecr:GetAuthorizationToken"], "*"),
        allow("Images", [f"ecr:{each}" for each in (*PULL, *PUSH)], GetAtt(repository, "Arn")),
        *_of_stacks(name, GetAtt(service_role, "Arn")),
        allow("Templates", ["s3:PutObject", "s3:GetObject"], buckets.arn(bucket, f"/{name}/*")),
        *_of_tasks(name),
        allow("LookAtTargets", [f"elasticloadbalancing:{each}" for each in TARGETS], "*"),
        allow(
            "Logs",
            ["logs:GetLogEvents", "logs:FilterLogEvents"],
            arn("logs", f"log-group:/slipway/{name}/*"),
        ),
    )


def _of_stacks(name: str, service_role: GetAtt) -> list[Statement]:
    """Allow changing the application stack, with CloudFormation's role alone.

    What other stacks made cannot be taken into it: an import makes a resource the stack's own,
    which then may change and delete it.
    """
    stacks = arn("cloudformation", f"stack/{name}/*")
    change_sets = arn("cloudformation", "changeSet/slipway-*/*")
    with_role = StringEquals("cloudformation:RoleArn", service_role)
    no_import = Null("cloudformation:ImportResourceTypes", "true")
    return [
        allow("LookAtStack", [f"cloudformation:{each}" for each in LOOK], stacks, change_sets),
        allow(
            "LookAtDelivery",
            ["cloudformation:DescribeStacks"],
            arn("cloudformation", "stack/${AWS::StackName}/*"),
        ),
        allow("Propose", ["cloudformation:CreateChangeSet"], stacks, when=[with_role, no_import]),
        allow("Change", [f"cloudformation:{each}" for each in CHANGE], stacks),
        pass_role("PassServiceRole", "cloudformation", service_role),
    ]


def _of_tasks(name: str) -> list[Statement]:
    """Allow one kind of task, the migration, and looking at what else runs in the cluster."""
    cluster = f"{name}-{CLUSTER}-*"
    family = arn("ecs", f"task-definition/{name}-{MIGRATE}:*")
    here = ArnLike("ecs:cluster", arn("ecs", f"cluster/{cluster}"))
    there = [f"ecs:{verb}" for verb in DEFINITIONS]
    roles = [role_arn(f"{name}-{each}-*") for each in TASK_ROLES]
    return [
        allow("Definitions", there, "*"),
        pass_role("PassTaskRoles", "ecs-tasks", *roles),
        allow("Migrate", ["ecs:RunTask"], family, when=here),
        allow("ListTasks", ["ecs:ListTasks"], "*", when=here),
        allow(
            "LookAtTasks", ["ecs:DescribeTasks", "ecs:StopTask"], arn("ecs", f"task/{cluster}/*")
        ),
        allow("LookAtService", ["ecs:DescribeServices"], arn("ecs", f"service/{cluster}/*")),
    ]
