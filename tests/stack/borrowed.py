"""What a service asks of another one with the rights of its caller, and no schema says.

(type of the resource, action) -> the resource that is asked about, and who says so.
"""

from tests.stack import handlers
from tests.stack.handlers import KEY, SECRET, TRACKING
from tests.story.identities import ACCOUNT, REGION

SERVICE = f"{handlers.ECS_ARN}:service/{handlers.SERVICE}"
ALARM = f"{TRACKING}{handlers.SERVICE}-AlarmHigh-1"
AUTOSCALING = (
    "https://docs.aws.amazon.com/autoscaling/application/userguide/"
    "security_iam_id-based-policy-examples.html"
)
ZONES = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "intrinsic-function-reference-getavailabilityzones.html"
)
# A managed password: both pages list these, and `kms:CreateGrant` with its condition is asked for
# by the handlers as well.
RDS = {
    "AWS::RDS::DBInstance": "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
    "AWS::RDS::DBCluster": "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html",
}
SECRET_VERBS = ("CreateSecret", "DescribeSecret", "RotateSecret", "TagResource")
BORROWED: dict[tuple[str, str], tuple[str, str]] = {
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "ec2:GetSecurityGroupsForVpc"): (
        f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1",
        "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3917",
    ),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "iam:CreateServiceLinkedRole"): (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/elasticloadbalancing.amazonaws.com/linked",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-service-linked-roles.html",
    ),
    ("AWS::WAFv2::WebACLAssociation", "elasticloadbalancing:SetWebACL"): (
        f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/1/2",
        "https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html",
    ),
    # Fn::GetAZs, of which CloudFormation makes each subnet's zone.
    **{
        ("AWS::EC2::Subnet", f"ec2:Describe{what}"): (
            "*",
            ZONES,
        )
        for what in ("AvailabilityZones", "AccountAttributes", "Subnets")
    },
    ("AWS::EC2::VPCEndpoint", "route53:AssociateVPCWithHostedZone"): (
        "*",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-iam.html",
    ),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "ecs:DescribeServices"): (SERVICE, AUTOSCALING),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "ecs:UpdateService"): (SERVICE, AUTOSCALING),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "cloudwatch:DescribeAlarms"): ("*", AUTOSCALING),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "cloudwatch:PutMetricAlarm"): (
        ALARM,
        AUTOSCALING,
    ),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "cloudwatch:DeleteAlarms"): (ALARM, AUTOSCALING),
    **{
        (kind, action): (resource, source)
        for kind, source in RDS.items()
        for action, resource in {
            **{f"secretsmanager:{verb}": SECRET for verb in SECRET_VERBS},
            "kms:DescribeKey": KEY,
        }.items()
    },
}
