"""The type of each AWS service's client, for the type checker alone: nothing here runs.

The stubs are needed to work on Slipway, not to use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, overload

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ec2 import EC2Client
    from types_boto3_ecr import ECRClient
    from types_boto3_ecs import ECSClient
    from types_boto3_elbv2 import ElasticLoadBalancingv2Client
    from types_boto3_iam import IAMClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_route53 import Route53Client
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_service_quotas import ServiceQuotasClient
    from types_boto3_ssm import SSMClient
    from types_boto3_sts import STSClient

    from slipway.settings import Settings


class MakeClient(Protocol):
    """Make the client of the service that a literal names; a new service has its line here."""

    @overload
    def __call__(
        self, settings: Settings, service: Literal["cloudformation"]
    ) -> CloudFormationClient: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["ec2"]) -> EC2Client: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["ecr"]) -> ECRClient: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["ecs"]) -> ECSClient: ...
    @overload
    def __call__(
        self, settings: Settings, service: Literal["elbv2"]
    ) -> ElasticLoadBalancingv2Client: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["iam"]) -> IAMClient: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["logs"]) -> CloudWatchLogsClient: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["route53"]) -> Route53Client: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["s3"]) -> S3Client: ...
    @overload
    def __call__(
        self, settings: Settings, service: Literal["secretsmanager"]
    ) -> SecretsManagerClient: ...
    @overload
    def __call__(
        self, settings: Settings, service: Literal["service-quotas"]
    ) -> ServiceQuotasClient: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["ssm"]) -> SSMClient: ...
    @overload
    def __call__(self, settings: Settings, service: Literal["sts"]) -> STSClient: ...
