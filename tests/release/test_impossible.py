"""Changes that cannot be made: found in two templates, and nothing else is refused."""

from typing import Any

import pytest

from slipway.errors import Refused
from slipway.release import data_types, impossible
from tests.stack import schemas

Body = dict[str, Any]
DATABASE = {"Engine": "postgres", "EngineVersion": "17", "DBName": "app", "StorageEncrypted": True}
SERVICE = {"ServiceName": "web", "Cluster": {"Ref": "Cluster"}, "LaunchType": "FARGATE"}
FORCED = {"ForceNewDeployment": {"Fn::If": ["IsNamed", {}, {"Ref": "AWS::NoValue"}]}}
SPOT = {"CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]}


def database(**changed: Any) -> Body:
    """Return a template with a database, with other properties; None leaves one out."""
    return body("AWS::RDS::DBInstance", {**DATABASE, **changed})


def service(**changed: Any) -> Body:
    """Return a template with a service, with other properties; None leaves one out."""
    return body("AWS::ECS::Service", {**SERVICE, **changed})


def body(kind: str, properties: Body, **attributes: Any) -> Body:
    """Return a template with one resource, whose parameter Name is declared."""
    known = {name: value for name, value in properties.items() if value is not None}
    resource = {"Type": kind, "Properties": known, **attributes}
    conditions = {"IsNamed": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]}}
    return {"Resources": {"Thing": resource}, "Conditions": conditions}


def problems(before: Body, after: Body, carried: str = "app", value: str = "app") -> str:
    """Return what is wrong with a change, with the parameter Name before and after it."""
    found = impossible.problems(before, after, {"Name": carried}, {"Name": value})
    return "\n".join(found)


NAMED = {"Ref": "Name"}
CHOSEN = {"Fn::If": ["IsNamed", "app", {"Ref": "AWS::NoValue"}]}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (database(), body("AWS::RDS::DBCluster", DATABASE), "would become AWS::RDS::DBCluster"),
        (body("AWS::SNS::Topic", {}), body("AWS::SQS::Queue", {}), "would become AWS::SQS::Queue"),
        (database(), {"Resources": {}}, "has data and would be removed"),
        (body("AWS::S3::Bucket", {}), {"Resources": {}}, "has data and would be removed"),
        (database(), database(DBName="shop"), "an empty one, by the change of DBName"),
        (database(), database(KmsKeyId="key"), "by the change of KmsKeyId"),
        (database(StorageEncrypted=None), database(), "by the change of StorageEncrypted"),
        (
            database(DBSubnetGroupName={"Ref": "One"}),
            database(DBSubnetGroupName={"Ref": "Two"}),
            "by the change of DBSubnetGroupName",
        ),
        (database(), database(EngineVersion="18"), "refuses that without AllowMajorVersionUpgrade"),
        (database(), database(EngineVersion="16.4"), "from 17 to 16: RDS cannot downgrade"),
        (
            database(AllocatedStorage=50),
            database(AllocatedStorage="20"),
            "would have 20 GiB after 50: RDS cannot shrink storage",
        ),
        (service(), service(Cluster={"Ref": "Other"}), "cannot have the name web"),
        (
            service(),
            service(LaunchType=None, **SPOT),
            "refuses that without ForceNewDeployment",
        ),
    ],
)
def test_a_change_that_aws_refuses_or_that_loses_data(
    before: Body, after: Body, words: str
) -> None:
    """Each is named with its resource."""
    found = problems(before, after)
    assert words in found
    assert "Thing" in found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (database(), database()),
        (database(), database(EngineVersion="17.5")),
        (database(), database(EngineVersion="18", AllowMajorVersionUpgrade=True)),
        (database(), database(MultiAZ=True)),
        (database(AllocatedStorage=20), database(AllocatedStorage="50")),
        (database(StorageEncrypted="true"), database()),
        (database(DBName=NAMED), database()),
        (database(DBName=CHOSEN), database(DBName=NAMED)),
        (database(DBName={"Fn::ImportValue": "name"}), database(DBName="shop")),
        (body("AWS::S3::Bucket", {}, DeletionPolicy="Retain"), {"Resources": {}}),
        (body("AWS::S3::Bucket", {}, DeletionPolicy="RetainExceptOnCreate"), {"Resources": {}}),
        (body("AWS::SNS::Topic", {}), {"Resources": {}}),
        (database(DBClusterIdentifier="cluster"), {"Resources": {}}),
        (service(ServiceName=None), service(ServiceName=None, Cluster="other")),
        (service(), service(LaunchType=None, **SPOT, **FORCED)),
        ({}, database()),
    ],
)
def test_a_change_that_can_be_made(before: Body, after: Body) -> None:
    """Nothing that works is refused; what only CloudFormation can decide is left to it."""
    assert problems(before, after) == ""


def test_parameters_count_with_their_values() -> None:
    """The same template with another value, or with one that is hidden."""
    same = database(DBName=NAMED)
    assert "DBName" in problems(same, same, "app", "shop")
    assert problems(same, same, "app", "app") == ""
    assert problems(same, same, "****", "shop") == ""


def test_conditions_count() -> None:
    """What a condition switches off is removed; what it had switched off never had data."""
    conditional = body("AWS::RDS::DBInstance", DATABASE, Condition="IsNamed")
    assert "would be removed" in problems(conditional, conditional, "app", "")
    assert problems(conditional, conditional, "", "app") == ""
    assert problems(conditional, {"Resources": {}}, "", "") == ""
    unknown = {**conditional, "Conditions": {}}
    region = {"IsNamed": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}
    assert "would be removed" in problems({**conditional, "Conditions": region}, {"Resources": {}})
    assert "would be removed" in problems(unknown, {"Resources": {}})
    assert problems(unknown, unknown) == ""


def test_all_problems_are_one_message() -> None:
    """With the stack, exit code 4, and the way out."""
    after = database(DBName="shop", EngineVersion="16")
    with pytest.raises(Refused, match="stack shop-staging cannot be changed") as caught:
        impossible.require_possible("shop-staging", database(), after, {}, {})
    assert "DBName" in caught.value.what
    assert "cannot downgrade" in caught.value.what
    assert "Changing your mind" in caught.value.hint


def schema(kind: str) -> set[str]:
    """Return the create-only properties of a type, from AWS's own schema."""
    return {path.split("/")[2] for path in schemas.of(kind).get("createOnlyProperties", [])}


@pytest.mark.parametrize("kind", data_types.CREATE_ONLY)
def test_the_table_is_that_of_the_schemas(kind: str) -> None:
    """A property that replaces what holds data, from the next schemas on, is a line to add."""
    assert data_types.CREATE_ONLY[kind] == schema(kind)


def test_the_properties_of_a_service_are_those_of_its_schema() -> None:
    """With its name, by which the others collide."""
    assert {*impossible.SERVICE_CREATE_ONLY, "ServiceName"} == schema(impossible.SERVICE)
