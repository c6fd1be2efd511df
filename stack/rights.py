"""What a deploy needs to be allowed, call by call, on one environment's own things."""

from awacs.aws import ArnLike, PolicyDocument, Statement, StringEquals
from troposphere import GetAtt, Parameter, ecr, iam, s3

from stack import buckets
from stack.policies import Resource, allow, arn, document, pass_role, role_arn

PULL = ("BatchCheckLayerAvailability", "BatchGetImage", "DescribeImages", "GetDownloadUrlForLayer")
PUSH = ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage")
LOOK = ("DescribeStacks", "DescribeStackEvents", "DescribeChangeSet", "GetTemplate")
CHANGE = ("ExecuteChangeSet", "DeleteChangeSet", "ContinueUpdateRollback", "RollbackStack")
DEFINITIONS = ("DescribeTaskDefinition", "RegisterTaskDefinition", "DeregisterTaskDefinition")


def of_a_deploy(
    stack: Parameter, repository: ecr.Repository, bucket: s3.Bucket, service_role: iam.Role
) -> PolicyDocument:
    """Make the policy of the deployment identity; `stack` names the application stack.

    What has `*` knows no resource: a login to ECR, task definitions, the lists of tasks (bound
    by their cluster instead) and the health of targets.
    https://docs.aws.amazon.com/service-authorization/latest/reference/
    """
    name, role = f"${{{stack.title}}}", GetAtt(service_role, "Arn")
    return document(
        allow("Login", ["ecr:GetAuthorizationToken"], "*"),
        allow("Images", [f"ecr:{each}" for each in (*PULL, *PUSH)], GetAtt(repository, "Arn")),
        *_on_stacks(name, role),
        allow("Templates", ["s3:PutObject", "s3:GetObject"], buckets.arn(bucket, f"/{name}/*")),
        *_on_tasks(name),
        *_to_look(name),
    )


def _on_stacks(name: str, role: Resource) -> list[Statement]:
    """Allow changes of the one stack, which CloudFormation makes with the rights of its role."""
    own = arn("cloudformation", f"stack/{name}/*")
    delivery = arn("cloudformation", "stack/${AWS::StackName}/*")
    with_role = StringEquals("cloudformation:RoleArn", role)
    changes = [f"cloudformation:{each}" for each in (*CHANGE, "DeleteStack")]
    return [
        allow("LookAtStack", [f"cloudformation:{each}" for each in LOOK], own),
        allow("LookAtDelivery", ["cloudformation:DescribeStacks"], delivery),
        allow("Propose", ["cloudformation:CreateChangeSet"], own, when=with_role),
        allow("Change", changes, own),
        pass_role("PassServiceRole", "cloudformation", role),
    ]


def _on_tasks(name: str) -> list[Statement]:
    """Allow one-off tasks of the migration's family, in the stack's own cluster."""
    here = ArnLike("ecs:cluster", arn("ecs", f"cluster/{name}-*"))
    family, tasks = arn("ecs", f"task-definition/{name}-migrate:*"), arn("ecs", f"task/{name}-*/*")
    return [
        allow("Definitions", [f"ecs:{each}" for each in DEFINITIONS], "*"),
        allow("Migrate", ["ecs:RunTask"], family, when=here),
        pass_role("PassTaskRoles", "ecs-tasks", role_arn(f"{name}-*")),
        allow("ListTasks", ["ecs:ListTasks"], "*", when=here),
        allow("LookAtTasks", ["ecs:DescribeTasks", "ecs:StopTask"], tasks),
    ]


def _to_look(name: str) -> list[Statement]:
    """Allow what a proof and a report read."""
    read = ["logs:GetLogEvents", "logs:FilterLogEvents"]
    return [
        allow("LookAtService", ["ecs:DescribeServices"], arn("ecs", f"service/{name}-*/*")),
        allow("LookAtTargets", ["elasticloadbalancing:DescribeTargetHealth"], "*"),
        allow("Logs", read, arn("logs", f"log-group:/slipway/{name}/*")),
    ]
