"""Permissions that a handler declares and no template of ours brings it to ask for.

Each row names the property that it is for; a template that has the property needs the permission.
Without a property, the row says where it is known from.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Never:
    """A pattern of actions, the property (as a path) that they are for, and what that is."""

    actions: str
    property: str
    why: str


WAF_ELSEWHERE = "the firewall is of a load balancer, and of no other service"
TABLES = "metadata tables of a bucket"
RDS_JAVA = "https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-rds"
ROLES = "roles by which a database reaches other services"
RESTORE = "a snapshot of another database is another's data"
NEVER: dict[str, tuple[Never, ...]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        Never("iam:PassRole", "RoleARN", "a role for services that have no linked one"),
        Never("lambda:*", "", "the target is an ECS service: ServiceNamespace"),
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (
        Never("cloudwatch:GetMetricData", "PredictiveScalingPolicyConfiguration", "forecasts"),
    ),
    "AWS::CertificateManager::Certificate": (
        Never("acm-pca:*", "CertificateAuthorityArn", "a private authority"),
    ),
    "AWS::CloudFront::Distribution": (
        Never("cloudfront:*ConnectionGroup", "DistributionConfig.TenantConfig", "many tenants"),
        Never("cloudfront:GetVpcOrigin", "DistributionConfig.Origins.VpcOriginConfig", "a VPC"),
    ),
    "AWS::EC2::EIP": (
        Never("ec2:AcceptAddressTransfer", "TransferAddress", "an address of another account"),
    ),
    "AWS::EC2::NatGateway": (
        Never("ec2:*ssociateNatGatewayAddress", "SecondaryAllocationIds", "more addresses"),
        Never("ec2:*ssignPrivateNatGatewayAddress", "SecondaryPrivateIpAddresses", "more of them"),
    ),
    "AWS::EC2::Subnet": (Never("ec2:*ssociateSubnetCidrBlock", "Ipv6CidrBlock", "IPv6"),),
    "AWS::EC2::VPC": (
        Never("ec2:CreateVpcEncryptionControl", "VpcEncryptionControl", "encryption controls"),
        Never("ec2:ModifyVpcTenancy", "InstanceTenancy", "hardware of one's own"),
    ),
    "AWS::EC2::VPCEndpoint": (
        Never("vpc-lattice:*", "ServiceNetworkArn", "networks of services"),
        Never("vpce:AllowMultiRegion", "ServiceRegion", "an endpoint of another region"),
    ),
    "AWS::EC2::VPCGatewayAttachment": (
        Never("ec2:*tachVpnGateway", "VpnGatewayId", "a private network elsewhere"),
    ),
    "AWS::ElasticLoadBalancingV2::Listener": (
        Never("cognito-idp:*", "DefaultActions.AuthenticateCognitoConfig", "a login"),
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (
        Never("cognito-idp:*", "Actions.AuthenticateCognitoConfig", "a login"),
    ),
    "AWS::Events::Rule": (
        Never("iam:PassRole", "Targets.RoleArn", "a topic is published to by its own policy"),
    ),
    "AWS::IAM::Role": (
        Never(
            "iam:DeleteRolePermissionsBoundary", "", "every role has it: tests/stack/test_delivery"
        ),
    ),
    "AWS::Logs::LogGroup": (
        Never("firehose:*", "DataProtectionPolicy", "findings to a stream"),
        Never("s3:REST.PUT.OBJECT", "DataProtectionPolicy", "findings to a bucket"),
        Never("logs:CreateLogDelivery", "DataProtectionPolicy", "findings to another group"),
        Never("logs:*ResourcePolicy", "ResourcePolicyDocument", "a policy of the group's own"),
        Never("logs:*IndexPolicy", "FieldIndexPolicies", "indexed fields"),
    ),
    "AWS::RDS::DBCluster": (
        Never("iam:PassRole", "MonitoringRoleArn", "enhanced monitoring"),
        Never("rds:*RoleToDBCluster", "AssociatedRoles", ROLES),
        Never("rds:*RoleFromDBCluster", "AssociatedRoles", ROLES),
        Never("rds:*ableHttpEndpoint", "EnableHttpEndpoint", "the data API"),
        Never("rds:RemoveFromGlobalCluster", "GlobalClusterIdentifier", "a global database"),
        Never("rds:RestoreDBClusterFromSnapshot", "SnapshotIdentifier", RESTORE),
        Never("rds:RestoreDBClusterToPointInTime", "SourceDBClusterIdentifier", RESTORE),
    ),
    "AWS::RDS::DBInstance": (
        Never("iam:ListRoles", "", f"declared, and not called in {RDS_JAVA}"),
        Never("iam:PassRole", "MonitoringRoleArn", "enhanced monitoring"),
        Never("rds:*RoleToDBInstance", "AssociatedRoles", ROLES),
        Never("rds:*RoleFromDBInstance", "AssociatedRoles", ROLES),
        Never("rds:PromoteReadReplica", "SourceDBInstanceIdentifier", "a replica"),
        Never("rds:RestoreDBInstanceFromDBSnapshot", "DBSnapshotIdentifier", RESTORE),
        Never("rds:RestoreDBInstanceToPointInTime", "SourceDBInstanceAutomatedBackupsArn", RESTORE),
        Never(
            "rds:*DBInstanceAutomatedBackupsReplication",
            "AutomaticBackupReplicationRegion",
            "a copy",
        ),
    ),
    "AWS::S3::Bucket": (
        Never("iam:PassRole", "ReplicationConfiguration", "copies elsewhere"),
        Never("s3tables:*", "MetadataConfiguration", TABLES),
    ),
    "AWS::SNS::Topic": (Never("iam:PassRole", "DeliveryStatusLogging", "logs of deliveries"),),
    "AWS::WAFv2::WebACL": (
        Never("payments:GetConnectedAccount", "MonetizationConfig", "bots that pay"),
    ),
    "AWS::WAFv2::WebACLAssociation": tuple(
        Never(each, "", WAF_ELSEWHERE)
        for each in (
            *("amplify:*", "apigateway:*", "apprunner:*", "appsync:*", "bedrock-agentcore:*"),
            *("cognito-idp:*", "ec2:*VerifiedAccessInstanceWebAcl"),
        )
    ),
}
