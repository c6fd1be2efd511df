"""The local account's stacks: the same functions, without what the emulator cannot hold."""

import pytest

from slipway.templates.checks.body import Body
from tests.stack.environments import FUNCTIONS, VARIABLES, body

# What a rehearsal says nothing about.
LACKS = {
    "application": [
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::CertificateManager::Certificate",
        "AWS::CloudFront::Distribution",
        "AWS::CloudFront::OriginAccessControl",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::EC2::EIP",
        "AWS::EC2::NatGateway",
        "AWS::EC2::VPCEndpoint",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::Events::Rule",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBClusterParameterGroup",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::Route53::RecordSet",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::Scheduler::Schedule",
        "AWS::Scheduler::ScheduleGroup",
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::WebACLAssociation",
    ],
    "delivery": [
        "AWS::IAM::AccessKey",
        "AWS::IAM::User",
        "AWS::SecretsManager::Secret",
    ],
}
# The emulator takes no template that has one of these, whatever else is in it.
REFUSED = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::EC2::EIP",
    "AWS::EC2::NatGateway",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::ECS::CapacityProvider",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::IAM::AccessKey",
    "AWS::IAM::OIDCProvider",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::WAFv2::WebACLAssociation",
}
both_stacks = pytest.mark.parametrize("stack", sorted(FUNCTIONS))


def types(found: Body) -> set[str]:
    """List the types of a template's resources."""
    return {each["Type"] for each in found["Resources"].values()}


@both_stacks
def test_what_the_local_stack_lacks_is_known(stack: str) -> None:
    """Nobody is fooled: the list above grows and shrinks by a diff, and by nothing else."""
    elsewhere = set[str]().union(*(types(body(each, stack)) for each in VARIABLES))
    lacks = sorted(elsewhere - types(body("local", stack)))
    print("\n".join([f"the local {stack} stack lacks", *lacks]))
    assert lacks == LACKS[stack]


@both_stacks
def test_the_local_stack_has_nothing_of_its_own(stack: str) -> None:
    """Each of its resources is one of staging's, by the same name and of the same type."""
    local, staging = (body(each, stack)["Resources"] for each in ("local", "staging"))
    assert {title: each["Type"] for title, each in local.items()}.items() <= {
        title: each["Type"] for title, each in staging.items()
    }.items()


@both_stacks
def test_the_local_stack_has_nothing_that_the_emulator_refuses(stack: str) -> None:
    """Not even with everything asked for that another environment has."""
    for name, variables in VARIABLES.items():
        wanted = {**variables, **VARIABLES["local"]}
        assert types(body("local", stack, **wanted)) & REFUSED == set(), name
