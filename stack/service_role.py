"""The role that CloudFormation works with: what the application stack is made of, and no more."""

from awacs.aws import PolicyDocument, StringEquals
from troposphere import AWS_ACCOUNT_ID, GetAtt, Output, Parameter, Ref, Sub, Template, iam

from stack.accepted import accept
from stack.policies import allow, arn, document, pass_role, role_arn, trust

# What a stack makes has names that AWS chooses, so it cannot be listed before it is there.
# None of these services gives rights to anybody, which is why each may be whole.
SERVICES = (
    "application-autoscaling",
    "cloudfront",
    "cloudwatch",
    "ec2",
    "ecs",
    "elasticloadbalancing",
    "logs",
    "rds",
    "scheduler",
    "sns",
    "sqs",
    "wafv2",
)
# What gives rights, and so is allowed within the boundary alone.
GIVING_ACTIONS = ("CreateRole", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary")
ROLE_ACTIONS = (
    *("DeleteRole", "GetRole", "UpdateRole", "UpdateAssumeRolePolicy"),
    *("DetachRolePolicy", "DeleteRolePolicy", "TagRole", "UntagRole"),
    *("GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies"),
)
PASSED_TO = ("ecs-tasks", "ecs", "scheduler")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
LINKED = ("ecs", "ecs.application-autoscaling", "elasticloadbalancing", "rds")
RECORD_ACTIONS = ("ChangeResourceRecordSets", "ListResourceRecordSets", "GetHostedZone")
CERTIFICATE_ACTIONS = ("RequestCertificate", "DescribeCertificate", "DeleteCertificate")
SECRET_ACTIONS = ("CreateSecret", "TagResource", "RotateSecret", "DescribeSecret")


def add(template: Template, stack: Parameter, boundary: iam.ManagedPolicy) -> iam.Role:
    """Add the role; what roles it makes have the stack's name and its boundary, and no other."""
    account = StringEquals("aws:SourceAccount", Ref(AWS_ACCOUNT_ID))
    role = template.add_resource(
        iam.Role(
            "DeliveryServiceRole",
            AssumeRolePolicyDocument=trust("cloudformation", when=account),
            Policies=[iam.Policy(PolicyName="make", PolicyDocument=_rights(stack, boundary))],
        )
    )
    checks = ("CKV_AWS_107", "CKV_AWS_109", "CKV_AWS_111")
    accept(role, **dict.fromkeys(checks, "it makes what the stack is made of, within a boundary"))
    template.add_output(
        Output(
            "DeliveryServiceRole",
            Description="Whose rights CloudFormation has",
            Value=GetAtt(role, "Arn"),
        )
    )
    return role


def _rights(stack: Parameter, boundary: iam.ManagedPolicy) -> PolicyDocument:
    own = f"${{{stack.title}}}-*"
    records = Sub("arn:${AWS::Partition}:route53:::hostedzone/*")
    changes = Sub("arn:${AWS::Partition}:route53:::change/*")
    linked = StringEquals("iam:AWSServiceName", [f"{each}.amazonaws.com" for each in LINKED])
    return document(
        allow("Services", [f"{each}:*" for each in SERVICES], "*"),
        allow(
            "GiveRights",
            _of("iam", GIVING_ACTIONS),
            role_arn(own),
            when=StringEquals("iam:PermissionsBoundary", Ref(boundary)),
        ),
        allow("Roles", _of("iam", ROLE_ACTIONS), role_arn(own)),
        *(pass_role(f"Pass{n}", each, role_arn(own)) for n, each in enumerate(PASSED_TO)),
        allow(
            "LinkedRoles",
            ["iam:CreateServiceLinkedRole"],
            role_arn("aws-service-role/*"),
            when=linked,
        ),
        allow("Buckets", ["s3:*"], Sub(f"arn:${{AWS::Partition}}:s3:::{own}")),
        allow("Certificates", _of("acm", CERTIFICATE_ACTIONS), "*"),
        allow("Records", _of("route53", RECORD_ACTIONS), records),
        allow("RecordChanges", ["route53:GetChange"], changes),
        allow(
            "Secrets", _of("secretsmanager", SECRET_ACTIONS), arn("secretsmanager", "secret:rds!*")
        ),
        allow("Keys", ["kms:DescribeKey", "kms:CreateGrant"], "*"),
    )


def _of(service: str, actions: tuple[str, ...]) -> list[str]:
    return [f"{service}:{each}" for each in actions]
