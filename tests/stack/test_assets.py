"""Assets: a bucket that nobody but CloudFront and the application reads."""

from typing import Any

import pytest

from slipway.templates.checks.body import Body, of_type, statements
from tests.stack.environments import body


@pytest.fixture
def found() -> Body:
    """Staging's stack with assets."""
    return body("staging", "application", STACK_ASSETS="yes")


def properties(found: Body, title: str) -> dict[str, Any]:
    """Find a resource's properties."""
    return dict(found["Resources"][title]["Properties"])


def rights(found: Body) -> list[dict[str, Any]]:
    """List what the application's code may do, without who may be it."""
    of_role = [each for owner, each in statements(found) if owner == "TaskRole"]
    return [dict(each) for each in of_role if "Resource" in each]


def test_the_bucket_is_private_and_outlives_the_stack(found: Body) -> None:
    """Nothing of it is public, and what was overwritten can be restored for a while."""
    bucket = properties(found, "AssetsBucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert found["Resources"]["AssetsBucket"]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_this_distribution_reads_it_and_no_other(found: Body) -> None:
    """CloudFront serves everybody's distributions: the condition names the one."""
    policy = properties(found, "AssetsPolicy")["PolicyDocument"]["Statement"]
    (read,) = [each for each in policy if each["Effect"] == "Allow"]
    assert read["Action"] == ["s3:GetObject"]
    assert read["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    (source,) = read["Condition"]["StringEquals"].values()
    assert source["Fn::Sub"].endswith(":distribution/${AssetsDistribution}")


def test_assets_are_served_over_https_alone(found: Body) -> None:
    """Signed to the bucket, encrypted to the visitor, cached, with the headers of safety."""
    served = properties(found, "AssetsDistribution")["DistributionConfig"]
    assert served["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert {"CachePolicyId", "ResponseHeadersPolicyId"} <= set(served["DefaultCacheBehavior"])
    (origin,) = served["Origins"]
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": ["AssetsAccess", "Id"]}
    access = properties(found, "AssetsAccess")["OriginAccessControlConfig"]
    assert access["SigningBehavior"] == "always"


def test_the_application_writes_there_and_knows_where(found: Body) -> None:
    """Its role has rights over the objects of this bucket; its containers have both names."""
    assert [each["Resource"] for each in rights(found)] == [
        [{"Fn::Sub": "arn:${AWS::Partition}:s3:::${AssetsBucket}/*"}],
        [{"Fn::Sub": "arn:${AWS::Partition}:s3:::${AssetsBucket}"}],
    ]
    for _, definition in of_type(found, "AWS::ECS::TaskDefinition"):
        (container,) = definition["ContainerDefinitions"]
        variables = {each["Name"] for each in container["Environment"]}
        assert {"ASSETS_BUCKET", "ASSETS_URL"} <= variables


def test_both_names_are_outputs(found: Body) -> None:
    """An upload from elsewhere finds them."""
    assert {"AssetsBucketName", "AssetsDomainName"} <= set(found["Outputs"])


def test_without_the_option_there_is_nothing_of_it() -> None:
    """No bucket, no distribution, no variable, and a role without rights."""
    found = body("staging", "application")
    assert "Assets" not in str(found)
    assert "ASSETS" not in str(found)
    assert rights(found) == []
