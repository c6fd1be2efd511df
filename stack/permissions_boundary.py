"""The boundary: what no role of the application can be given, whatever a template says.

CloudFormation makes the application's roles, and the deployment identity writes the template.
Without a boundary, it could write a role that may do everything, and start a task with it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from troposphere import Parameter, Sub, Template, iam

from stack.checkov_skips import accept
from stack.policies import Resource, allow, document, role_arn

# Where an application keeps and sends things. A team whose application needs another service
# adds it here, and an administrator runs invoke bootstrap.
SERVICES = (
    "bedrock",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "elasticloadbalancing",
    "events",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "ses",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "states",
    "xray",
)


def add_permissions_boundary(template: Template, stack: Parameter) -> iam.ManagedPolicy:
    """Add the boundary, by a name that the application's template knows."""
    own = role_arn(f"${{{stack.title}}}-*")
    within = document(
        allow("Within", [f"{each}:*" for each in SERVICES], "*"),
        allow("Pass", ["iam:PassRole"], own),
    )
    boundary = iam.ManagedPolicy(
        "ApplicationBoundary",
        ManagedPolicyName=Sub(f"${{{stack.title}}}-boundary"),
        Description="What roles of the application may have at most",
        PolicyDocument=within,
    )
    checks = ("CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_111")
    accept(boundary, **dict.fromkeys(checks, "a boundary gives nothing, it is a limit"))
    return template.add_resource(boundary)


def arn() -> Resource:
    """Name the boundary of the stack that asks."""
    return Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${AWS::StackName}-boundary")
