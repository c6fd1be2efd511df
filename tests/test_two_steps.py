"""An update in two steps: what the first one brings, and what it leaves as it is deployed."""

import copy
import json
from typing import Any

import pytest

from pipeline.two_steps import first_step, migration_inputs
from stack.checks import names
from tests.stack.environments import VARIABLES, body

Body = dict[str, Any]


@pytest.fixture
def deployed() -> Body:
    """The template of a production environment, with a worker, a schedule and alarms."""
    return copy.deepcopy(body("production", "application"))


def containers(template: Body, title: str) -> list[Body]:
    """List the containers of a task definition."""
    return list(template["Resources"][title]["Properties"]["ContainerDefinitions"])


def with_variable(template: Body) -> Body:
    """Add a variable to every container that the template starts, as a commit would."""
    new = copy.deepcopy(template)
    for title, each in new["Resources"].items():
        if each["Type"] == "AWS::ECS::TaskDefinition":
            containers(new, title)[0]["Environment"].append({"Name": "NEEDED", "Value": "1"})
    return new


def serving(template: Body) -> Body:
    """Take the services, the schedule and the task definitions of both, without the migration's."""
    kinds = ("AWS::ECS::", "AWS::Scheduler::", "AWS::ElasticLoadBalancingV2::")
    resources = template["Resources"].items()
    return {
        title: each
        for title, each in resources
        if each["Type"].startswith(kinds) and title not in {"MigrateTaskDefinition", "Cluster"}
    }


@pytest.mark.parametrize("environment", VARIABLES)
def test_a_new_revision_of_the_same_template_is_one_step(environment: str) -> None:
    """An image's tag is a parameter, so most releases need no first step."""
    same = body(environment, "application")
    assert migration_inputs(same)
    assert first_step(copy.deepcopy(same), same) is None


def test_the_migration_gets_a_new_variable_and_what_serves_does_not(deployed: Body) -> None:
    """The service rolls once, in the second step."""
    new = with_variable(deployed)
    step = first_step(new, deployed)
    assert step
    assert containers(step, "MigrateTaskDefinition") == containers(new, "MigrateTaskDefinition")
    assert serving(step) == serving(deployed)
    assert list(names.dangling(step)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"title": "ExecutionRole", "Properties": {"Policies": []}},
        {"title": "TaskRole", "Properties": {"Description": "may do more"}},
        {
            "title": "More",
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"Roles": [{"Ref": "TaskRole"}]},
        },
    ],
    ids=lambda change: change["title"],
)
def test_permissions_come_before_the_migration(deployed: Body, change: Body) -> None:
    """In the role itself, or in a policy that is attached to it."""
    new, title = copy.deepcopy(deployed), change["title"]
    before = new["Resources"].get(title, {})
    properties = {**before.get("Properties", {}), **change["Properties"]}
    new["Resources"][title] = {"Type": change.get("Type"), **before, "Properties": properties}
    step = first_step(new, deployed)
    assert step
    assert step["Resources"][title] == new["Resources"][title]


def test_what_only_serves_needs_no_first_step(deployed: Body) -> None:
    """A service's own properties are nothing that a migration runs with."""
    new = copy.deepcopy(deployed)
    new["Resources"]["WebService"]["Properties"]["HealthCheckGracePeriodSeconds"] = 90
    assert first_step(new, deployed) is None


def test_nothing_is_removed_before_the_migration(deployed: Body) -> None:
    """The running revision may still use it; the parameter that it refers to stays declared."""
    new = with_variable(deployed)
    del new["Resources"]["WebScaling"], new["Parameters"]["MaxScale"]
    new["Resources"] = {
        title: each for title, each in new["Resources"].items() if "WebScaling" not in str(each)
    }
    step = first_step(new, deployed)
    assert step
    assert step["Resources"]["WebScaling"] == deployed["Resources"]["WebScaling"]
    assert "MaxScale" in step["Parameters"]


def test_what_refers_to_a_new_service_waits_for_it(deployed: Body) -> None:
    """An alarm of a worker that is new comes with the worker, and so does its output."""
    new = with_variable(deployed)
    new["Resources"]["Second"] = {"Type": "AWS::ECS::Service", "Properties": {}}
    name = {"Fn::GetAtt": ["Second", "Name"]}
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": name}}
    new["Resources"]["SecondAlarm"] = alarm
    new["Resources"]["Vpc"]["Properties"]["Tags"] = [{"Key": "second", "Value": name}]
    new["Outputs"]["Second"] = {"Value": name}
    step = first_step(new, deployed)
    assert step
    assert not {"Second", "SecondAlarm"} & set(step["Resources"])
    assert "Second" not in step["Outputs"]
    assert step["Resources"]["Vpc"] == deployed["Resources"]["Vpc"]
    assert list(names.dangling(step)) == []


def test_every_output_that_a_deploy_reads_is_there_in_between(deployed: Body) -> None:
    """The migration finds its cluster, its network and its definition."""
    step = first_step(with_variable(deployed), deployed)
    assert step
    assert set(step["Outputs"]) == set(deployed["Outputs"])


def test_a_template_without_a_migration_s_output_is_one_step(deployed: Body) -> None:
    """Where nothing names the definition, there is nothing to bring before it."""
    new = json.loads(json.dumps(with_variable(deployed)))
    for each in (deployed, new):
        del each["Outputs"]["MigrateTaskDefinition"]
    assert first_step(new, deployed) is None
