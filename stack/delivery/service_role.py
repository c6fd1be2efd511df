"""The role that CloudFormation works with: what the application stack is made of, and no more.

It does not follow the options: one that is switched on in a commit would else need an
administrator before its deploy, and CloudFormation would say so in the middle of it.
"""

from awacs.aws import (
    Bool,
    Null,
    PolicyDocument,
    Statement,
    StringEquals,
    StringEqualsIfExists,
    StringNotEquals,
)
from troposphere import AWS_ACCOUNT_ID, GetAtt, Output, Parameter, Ref, Sub, Template, iam

from stack.checkov_skips import accept
from stack.delivery import footprint
from stack.policies import allow, arn, deny, document, pass_role, role_arn, trust

# What gives rights, and so is allowed within the boundary alone.
GIVING_ACTIONS = ("CreateRole", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary")
ROLE_ACTIONS = (
    *("DeleteRole", "GetRole", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy"),
    *("DetachRolePolicy", "DeleteRolePolicy", "TagRole", "UntagRole"),
    *("GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies"),
)
PASSED_TO = {"Tasks": "ecs-tasks", "Service": "ecs", "Schedule": "scheduler"}
# invoke bootstrap creates these service-linked roles; a service creates one again that somebody
# deleted, with the permissions of who asks it for something.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
LINKED = ("ecs", "ecs.application-autoscaling", "elasticloadbalancing", "rds")
CERTIFICATE_ACTIONS = (
    *("RequestCertificate", "DescribeCertificate", "DeleteCertificate"),
    *("AddTagsToCertificate", "ListTagsForCertificate", "RemoveTagsFromCertificate"),
    "UpdateCertificateOptions",
)
RECORD_ACTIONS = ("ChangeResourceRecordSets", "ListResourceRecordSets", "GetHostedZone")
SECRET_ACTIONS = ("CreateSecret", "TagResource", "RotateSecret", "DescribeSecret")
STACK_TAG = "aws:ResourceTag/aws:cloudformation:stack-name"


def add_service_role(template: Template, stack: Parameter, boundary: iam.ManagedPolicy) -> iam.Role:
    """Add the role; what roles it makes have the stack's name and its boundary, and no other.

    A role can be passed within its account alone, so the condition says that once more. It is
    IfExists, since AWS's page promises the key for registered types, and not for stacks.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    account = StringEqualsIfExists("aws:SourceAccount", Ref(AWS_ACCOUNT_ID))
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
    name = f"${{{stack.title}}}"
    return document(
        _deny_other_stacks(stack),
        *footprint.rights(name),
        *_roles(name, boundary),
        allow("Buckets", ["s3:*"], Sub(f"arn:${{AWS::Partition}}:s3:::{name}-*")),
        allow("Certificates", _of("acm", CERTIFICATE_ACTIONS), "*"),
        allow("Records", _of("route53", RECORD_ACTIONS), _dns("hostedzone")),
        allow("RecordChanges", ["route53:GetChange"], _dns("change")),
        *_secrets(),
    )


def _deny_other_stacks(stack: Parameter) -> Statement:
    """Refuse touching what another stack made, by the tag that CloudFormation gives it.

    What has no such tag, because it is new or its kind has none, is not meant. A template
    could else name another environment's listener, route table or security group.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
    """
    return deny(
        "DenyOtherStacks", when=[Null(STACK_TAG, "false"), StringNotEquals(STACK_TAG, Ref(stack))]
    )


def _roles(name: str, boundary: iam.ManagedPolicy) -> list[Statement]:
    """Allow the stack's roles, within the boundary, each for the service that takes it."""
    own = role_arn(f"{name}-*")
    bounded = StringEquals("iam:PermissionsBoundary", Ref(boundary))
    linked = StringEquals("iam:AWSServiceName", [f"{each}.amazonaws.com" for each in LINKED])
    return [
        allow("GiveRights", _of("iam", GIVING_ACTIONS), own, when=bounded),
        allow("Roles", _of("iam", ROLE_ACTIONS), own),
        *(pass_role(f"Pass{who}", service, own) for who, service in PASSED_TO.items()),
        allow(
            "LinkedRoles",
            ["iam:CreateServiceLinkedRole"],
            role_arn("aws-service-role/*"),
            when=linked,
        ),
    ]


def _secrets() -> list[Statement]:
    """Allow RDS the secret in which it keeps a password, and AWS's own keys for it.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    """
    kept = arn("secretsmanager", "secret:rds!*")
    for_aws = Bool("kms:GrantIsForAWSResource", "true")
    return [
        allow("Secrets", _of("secretsmanager", SECRET_ACTIONS), kept),
        allow("KeyGrants", ["kms:CreateGrant"], "*", when=for_aws),
        allow("Keys", ["kms:DescribeKey"], "*"),
    ]


def _dns(kind: str) -> Sub:
    return Sub(f"arn:${{AWS::Partition}}:route53:::{kind}/*")


def _of(service: str, actions: tuple[str, ...]) -> list[str]:
    return [f"{service}:{each}" for each in actions]
