"""What the application stack is made of, in the words of IAM."""

from awacs.aws import Statement
from troposphere import Sub

from stack.policies import allow, arn

TAGS = ("TagResource", "UntagResource")
# What AWS itself names, so that it cannot be listed before it is there: of each service, the
# actions for what our template has. `DenyOtherStacks` keeps them from what other stacks made.
UNNAMED = {
    "application-autoscaling": (
        *("*ScalableTarget*", "*ScalingPolic*", "*ScheduledAction*", "*TagsForResource", *TAGS),
    ),
    "cloudfront": ("*Distribution*", "*OriginAccessControl*", "*TagsForResource", *TAGS),
    "ec2": (
        *("CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "*VpcEndpoint", "DeleteVpcEndpoints"),
        *("CreateSubnet", "DeleteSubnet", "ModifySubnetAttribute", "*InternetGateway"),
        *("CreateRoute", "DeleteRoute", "ReplaceRoute", "*RouteTable", "*RouteTableAssociation"),
        *("AllocateAddress", "AssociateAddress", "DisassociateAddress", "ReleaseAddress"),
        *("CreateNatGateway", "DeleteNatGateway"),
        *("CreateSecurityGroup", "DeleteSecurityGroup", "*SecurityGroupIngress"),
        *("*SecurityGroupEgress", "*SecurityGroupRule*", "CreateTags", "DeleteTags", "Describe*"),
        # The load balancer asks for this with the rights of who creates it.
        "GetSecurityGroupsForVpc",
    ),
    "elasticloadbalancing": ("*",),
    # No Restore: a snapshot of another database is another's data.
    "rds": (
        *("*TagsForResource", "*TagsToResource", "*TagsFromResource", "CreateDB*", "DeleteDB*"),
        *("Describe*", "ModifyDB*", "RebootDB*", "ResetDB*"),
    ),
    "scheduler": ("*Schedule", "*ScheduleGroup", "*TagsForResource", *TAGS),
    # For the private name of an endpoint, in a zone of AWS's own; a list knows no zone.
    "route53": ("AssociateVPCWithHostedZone", "ListHostedZones"),
    "wafv2": ("*",),
}
# What bears the stack's name, by what its ARN has after the account: all of it is allowed,
# and besides what knows no name.
NAMED = {
    "cloudwatch": ("alarm:{}-*", "alarm:TargetTracking-service/{}-Cluster-*"),
    "ecs": (
        *("cluster/{}-Cluster-*", "service/{}-Cluster-*/*", "task-definition/{}-*:*"),
        "service-deployment/{}-Cluster-*/*",
    ),
    "events": ("rule/{}-*",),
    "logs": ("log-group:/slipway/{}/*",),
    "sns": ("{}-*",),
}
UNBOUND = (
    *("cloudwatch:Describe*", "ecs:Describe*", "ecs:List*", "ecs:DeregisterTaskDefinition"),
    *("logs:Describe*", "sns:List*"),
    # AWS's pages differ on whether these know a resource: tests/stack/differing.py. A task
    # definition is harmless by itself: its roles must be passed, and a task of it be run.
    *("ecs:RegisterTaskDefinition", "ecs:CreateCluster", "sns:Unsubscribe"),
    # Declared for the update of a cluster; no template can ask for an account's settings.
    *("ecs:PutAccountSetting", "ecs:PutAccountSettingDefault"),
)
DASHBOARD = (
    *("PutDashboard", "GetDashboard", "DeleteDashboards"),
    *("ListTagsForResource", *TAGS),
)


def rights(stack: str) -> list[Statement]:
    """Allow making, changing and deleting it; `stack` is the name, as a template refers to it."""
    unnamed = [f"{service}:{each}" for service, actions in UNNAMED.items() for each in actions]
    named = [arn(service, each.format(stack)) for service, rest in NAMED.items() for each in rest]
    # It is of no region.
    dashboard = Sub(f"arn:${{AWS::Partition}}:cloudwatch::${{AWS::AccountId}}:dashboard/{stack}")
    return [
        allow("Services", [*unnamed, *UNBOUND], "*"),
        allow("Named", [f"{service}:*" for service in NAMED], *named),
        allow("Dashboard", [f"cloudwatch:{each}" for each in DASHBOARD], dashboard),
    ]
