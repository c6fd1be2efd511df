"""The local account's stack: the same functions, without what the emulator cannot hold."""

from stack.checks.body import Body
from tests.stack.environments import body

LACKS = [
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::EC2::EIP",
    "AWS::EC2::NatGateway",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Topic",
]


def types(found: Body) -> set[str]:
    """List the types of a template's resources."""
    return {each["Type"] for each in found["Resources"].values()}


def test_what_the_local_stack_lacks_is_known() -> None:
    """Nobody is fooled: this list is what a rehearsal says nothing about. It grows by a diff."""
    lacks = sorted(types(body("staging", "application")) - types(body("local", "application")))
    print("\n".join(lacks))
    assert lacks == LACKS


def test_the_local_stack_has_nothing_of_its_own() -> None:
    """Each of its resources is one of staging's, made by the same function."""
    local, staging = (body(each, "application") for each in ("local", "staging"))
    assert set(local["Resources"]) <= set(staging["Resources"])


def test_the_local_account_has_no_identity_of_gitlab_s() -> None:
    """The emulator takes any credentials, and refuses an OIDC provider."""
    made = types(body("local", "delivery"))
    assert not made & {"AWS::IAM::OIDCProvider", "AWS::IAM::AccessKey", "AWS::IAM::User"}
