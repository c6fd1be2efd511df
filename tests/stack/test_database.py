"""The database: who reaches it, how a task logs in, and what happens to its data."""

import json
from typing import Any

import pytest

from slipway.templates.checks.body import Body, of_type, statements
from tests.stack.environments import EXTERNAL, body

KINDS = ["postgres", "aurora"]
SECRET = {"Fn::GetAtt": ["Database", "MasterUserSecret.SecretArn"]}
own_database = pytest.mark.parametrize("kind", KINDS)


def made(kind: str, **variables: str) -> Body:
    """Make staging's stack with this kind of database."""
    return body("staging", "application", STACK_DATABASE=kind, **variables)


def properties(found: Body, title: str) -> dict[str, Any]:
    """Find a resource's properties."""
    return dict(found["Resources"][title]["Properties"])


def containers(found: Body) -> list[dict[str, Any]]:
    """List the containers of all task definitions."""
    definitions = of_type(found, "AWS::ECS::TaskDefinition")
    return [each for _, definition in definitions for each in definition["ContainerDefinitions"]]


@own_database
def test_user_and_password_come_from_the_managed_secret(kind: str) -> None:
    """RDS makes the password and renews it; the template has the place where it is, by key."""
    found = made(kind)
    assert properties(found, "Database")["ManageMasterUserPassword"] is True
    expected = {
        "DATABASE_USER": {"Fn::Join": ["", [SECRET, ":username::"]]},
        "DATABASE_PASSWORD": {"Fn::Join": ["", [SECRET, ":password::"]]},
    }
    for container in containers(found):
        assert {each["Name"]: each["ValueFrom"] for each in container["Secrets"]} == expected


@own_database
def test_a_task_is_variables_where_the_database_is(kind: str) -> None:
    """Host, port and name are no secrets."""
    for container in containers(made(kind)):
        variables = {each["Name"]: each["Value"] for each in container["Environment"]}
        assert variables["DATABASE_HOST"] == {"Fn::GetAtt": ["Database", "Endpoint.Address"]}
        assert variables["DATABASE_PORT"] == {"Fn::GetAtt": ["Database", "Endpoint.Port"]}
        assert variables["DATABASE_NAME"] == "app"


@own_database
def test_who_starts_tasks_reads_that_secret_and_no_other(kind: str) -> None:
    """The execution role's right ends at the ARN."""
    read = [each for _, each in statements(made(kind)) if "Secret" in str(each["Action"])]
    assert [each["Resource"] for each in read] == [[SECRET]]


@own_database
def test_only_tasks_reach_it_at_one_port(kind: str) -> None:
    """It stands in private subnets, and its group lets in the tasks' group."""
    found = made(kind)
    (rule,) = properties(found, "DatabaseSecurityGroup")["SecurityGroupIngress"]
    assert rule["SourceSecurityGroupId"] == {"Ref": "TaskSecurityGroup"}
    assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)
    subnets = [each["Ref"] for each in properties(found, "DatabaseSubnets")["SubnetIds"]]
    assert subnets == ["PrivateSubnet1", "PrivateSubnet2"]
    for _, instance in of_type(found, "AWS::RDS::DBInstance"):
        assert instance["PubliclyAccessible"] is False


@own_database
def test_nobody_connects_without_encryption(kind: str) -> None:
    """The server refuses it, whatever a client asks for."""
    assert properties(made(kind), "DatabaseParameters")["Parameters"]["rds.force_ssl"] == "1"


def test_storage_has_room_to_grow() -> None:
    """Both sizes are parameters: RDS refuses a limit below what there is."""
    found = made("postgres")
    database = properties(found, "Database")
    assert database["AllocatedStorage"] == {"Ref": "DatabaseStorage"}
    assert database["MaxAllocatedStorage"] == {"Ref": "DatabaseMaxStorage"}
    least, most = (found["Parameters"][f"Database{each}"] for each in ("Storage", "MaxStorage"))
    assert most["Default"] >= 1.1 * least["Default"]


def test_a_database_that_may_not_sleep_has_no_time_to_sleep_after() -> None:
    """RDS refuses the two together."""
    found = made("aurora")
    scaling = properties(found, "Database")["ServerlessV2ScalingConfiguration"]
    assert scaling["SecondsUntilAutoPause"] == {
        "Fn::If": ["DatabaseSleeps", 1800, {"Ref": "AWS::NoValue"}]
    }
    assert found["Conditions"]["DatabaseSleeps"] == {
        "Fn::Equals": [{"Ref": "DatabaseMinCapacity"}, "0"]
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("postgres", ["DatabaseCPUUtilizationAlarm", "DatabaseFreeStorageSpaceAlarm"]),
        ("aurora", ["DatabaseACUUtilizationAlarm"]),
    ],
)
def test_its_limits_wake_somebody_where_alarms_are_wanted(kind: str, expected: list[str]) -> None:
    """They notify the topic, and stop no rollout."""
    alarms = dict(of_type(made(kind), "AWS::CloudWatch::Alarm"))
    found = sorted(title for title in alarms if title.startswith("Database"))
    assert found == expected
    assert all(alarms[title]["AlarmActions"] == [{"Ref": "AlarmTopic"}] for title in found)
    assert not list(of_type(made(kind, STACK_ALARMS="no"), "AWS::CloudWatch::Alarm"))


def test_an_external_database_leaves_nothing_of_rds_in_the_stack() -> None:
    """It is one parameter: the secret that holds its URL."""
    found = body("staging", "application", **EXTERNAL)
    assert "AWS::RDS::" not in json.dumps(found)
    for container in containers(found):
        (secret,) = container["Secrets"]
        assert secret == {"Name": "DATABASE_URL", "ValueFrom": {"Ref": "DatabaseUrl"}}
