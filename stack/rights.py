"""What a deploy needs to be allowed, call by call, on one environment's own things."""

from awacs.aws import ArnLike, PolicyDocument, StringEquals
from troposphere import GetAtt, Parameter, ecr, iam, s3

from stack import buckets
from stack.policies import allow, arn, document, pass_role, role_arn

PULL = ("BatchCheckLayerAvailability", "BatchGetImage", "DescribeImages", "GetDownloadUrlForLayer")
PUSH = ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage")
LOOK = ("DescribeStacks", "DescribeStackEvents", "DescribeChangeSet", "GetTemplate")
CHANGE = ("ExecuteChangeSet", "DeleteChangeSet", "ContinueUpdateRollback", "RollbackStack")
DEFINITIONS = ("DescribeTaskDefinition", "RegisterTaskDefinition", "DeregisterTaskDefinition")


def of_a_deploy(
    stack: Parameter,
    repository: ecr.Repository,
    bucket: s3.Bucket,
    service_role: iam.Role,
) -> PolicyDocument:
    """Make the policy of the deployment identity; `stack` names the application stack.

    What has `*` knows no resource: a login to ECR, task definitions, the lists of tasks (bound
    by their cluster instead) and the health of targets.
    https://docs.aws.amazon.com/service-authorization/latest/reference/
    """
    name = f"${{{stack.title}}}"
    stacks = arn("cloudformation", f"stack/{name}/*")
    cluster = arn("ecs", f"cluster/{name}-*")
    role = GetAtt(service_role, "Arn")
    return document(
        allow("Login", ["ecr:GetAuthorizationToken"], "*"),
        allow("Images", [f"ecr:{each}" for each in (*PULL, *PUSH)], GetAtt(repository, "Arn")),
        allow("LookAtStack", [f"cloudformation:{each}" for each in LOOK], stacks),
        allow(
            "LookAtDelivery",
            ["cloudformation:DescribeStacks"],
            arn("cloudformation", "stack/${AWS::StackName}/*"),
        ),
        allow(
            "Propose",
            ["cloudformation:CreateChangeSet"],
            stacks,
            when=StringEquals("cloudformation:RoleArn", role),
        ),
        allow("Change", [f"cloudformation:{each}" for each in (*CHANGE, "DeleteStack")], stacks),
        pass_role("PassServiceRole", "cloudformation", role),
        allow("Templates", ["s3:PutObject", "s3:GetObject"], buckets.arn(bucket, f"/{name}/*")),
        allow("Definitions", [f"ecs:{each}" for each in DEFINITIONS], "*"),
        allow(
            "Migrate",
            ["ecs:RunTask"],
            arn("ecs", f"task-definition/{name}-migrate:*"),
            when=ArnLike("ecs:cluster", cluster),
        ),
        pass_role("PassTaskRoles", "ecs-tasks", role_arn(f"{name}-*")),
        allow("ListTasks", ["ecs:ListTasks"], "*", when=ArnLike("ecs:cluster", cluster)),
        allow("LookAtTasks", ["ecs:DescribeTasks", "ecs:StopTask"], arn("ecs", f"task/{name}-*/*")),
        allow("LookAtService", ["ecs:DescribeServices"], arn("ecs", f"service/{name}-*/*")),
        allow("LookAtTargets", ["elasticloadbalancing:DescribeTargetHealth"], "*"),
        allow(
            "Logs",
            ["logs:GetLogEvents", "logs:FilterLogEvents"],
            arn("logs", f"log-group:/slipway/{name}/*"),
        ),
    )
