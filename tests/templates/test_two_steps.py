"""An update in two steps: what the first one brings, and what it leaves as it is deployed."""

import copy
import json
from typing import Any

import pytest

from slipway.templates import held, two_steps
from slipway.templates.checks import names
from slipway.templates.two_steps import migration_inputs
from tests.stack.environments import VARIABLES, body

Body = dict[str, Any]


def first_step(new: Body, deployed: Body) -> Body | None:
    """Return the first step of an update that changes no parameter."""
    step = two_steps.first_step(new, deployed, {}, {})
    assert not (step and step[1])
    return step[0] if step else None


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
        {
            "title": "ExecutionRole",
            "Properties": {"Policies": [{"PolicyName": "more", "PolicyDocument": {}}]},
        },
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
    joined = step["Resources"][title]["Properties"]
    for name, value in change["Properties"].items():
        assert (joined[name][: len(value)] if isinstance(value, list) else joined[name]) == value


def test_no_permission_is_taken_from_what_serves(deployed: Body) -> None:
    """A task of the deployed revision that starts meanwhile still reads its own secret."""
    new = copy.deepcopy(deployed)
    role = new["Resources"]["ExecutionRole"]["Properties"]
    lost = copy.deepcopy(role["Policies"])
    role["Policies"][0]["PolicyDocument"]["Statement"] = []
    step = first_step(new, deployed)
    assert step
    policies = step["Resources"]["ExecutionRole"]["Properties"]["Policies"]
    documents = [each["PolicyDocument"] for each in policies]
    assert all(each["PolicyDocument"] in documents for each in lost)
    assert len({each["PolicyName"] for each in policies}) == len(policies)


def test_a_condition_means_for_what_serves_what_it_meant(deployed: Body) -> None:
    """Otherwise the service would roll before the migration, and once more after it."""
    new = with_variable(deployed)
    new["Conditions"]["Deploy"] = {"Fn::Equals": ["a", "a"]}
    step = first_step(new, deployed)
    assert step
    assert step["Conditions"]["DeployDeployed"] == deployed["Conditions"]["Deploy"]
    assert step["Resources"]["WebService"]["Condition"] == "DeployDeployed"
    assert list(names.dangling(step)) == []


def test_a_parameter_that_keeps_its_value_keeps_its_rules(deployed: Body) -> None:
    """The new rules may not allow the old value, which only the second step replaces."""
    new = with_variable(deployed)
    new["Parameters"]["WebWorkerCPU"]["AllowedValues"] = ["4096"]
    step = first_step(new, deployed)
    assert step
    assert step["Parameters"]["WebWorkerCPU"] == deployed["Parameters"]["WebWorkerCPU"]


def test_another_database_is_the_migration_s_first() -> None:
    """What serves keeps the deployed one until the second step."""
    template = body("other", "application")
    old, new = {"DatabaseUrl": "arn:old"}, {"DatabaseUrl": "arn:new"}
    step = two_steps.first_step(template, copy.deepcopy(template), new, old)
    assert step
    assert step[1] == {"DatabaseUrl"}
    (secret,) = containers(step[0], "MigrateTaskDefinition")[0]["Secrets"]
    assert secret["ValueFrom"] == {"Ref": "DatabaseUrl"}
    (held,) = containers(step[0], "WebTaskDefinition")[0]["Secrets"]
    assert held["ValueFrom"] == "arn:old"
    assert not two_steps.same_environment(template, template, new, old)
    assert two_steps.same_environment(template, template, old, old)


def test_a_hidden_value_is_never_pinned() -> None:
    """CloudFormation shows stars for it, and stars are no database's address."""
    template = body("other", "application")
    old, new = {"DatabaseUrl": "****"}, {"DatabaseUrl": "arn:new"}
    assert two_steps.first_step(template, copy.deepcopy(template), new, old) is None
    changed = with_variable(template)
    step = two_steps.first_step(changed, template, new, old)
    assert step
    assert step[1] == set()
    assert "****" not in json.dumps(step[0])


def test_what_waits_for_the_second_step_means_what_it_meant(deployed: Body) -> None:
    """Also a resource that does not serve, and is held because it refers to one that will."""
    new = with_variable(deployed)
    new["Conditions"]["Deploy"] = {"Fn::Equals": ["a", "a"]}
    deployed["Resources"]["Vpc"]["Condition"] = "Deploy"
    new["Resources"]["Second"] = {"Type": "AWS::ECS::Service", "Properties": {}}
    new["Resources"]["Vpc"]["DependsOn"] = "Second"
    step = first_step(new, deployed)
    assert step
    assert step["Resources"]["Vpc"]["Condition"] == "DeployDeployed"
    assert step["Outputs"]["WebTaskDefinition"]["Condition"] == "DeployDeployed"


def test_a_name_of_a_text_s_own_is_no_parameter() -> None:
    """Fn::Sub may bring a value of the name that a parameter has."""
    pins = held.Pins({"Name": "old"}, {})
    own = {"Fn::Sub": ["${Name}", {"Name": "own"}]}
    assert held.pinned(own, pins) == own
    assert held.pinned({"Fn::Sub": "${Name}-${Name.Arn}"}, pins) == {"Fn::Sub": "old-${Name.Arn}"}


def test_a_size_is_nothing_that_a_migration_waits_for(deployed: Body) -> None:
    """Only its variables and secrets are: a bigger task is one update."""
    old, new = {"WebWorkerCPU": "256"}, {"WebWorkerCPU": "512"}
    assert two_steps.first_step(copy.deepcopy(deployed), deployed, new, old) is None
    assert two_steps.same_environment(deployed, deployed, new, old)


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
