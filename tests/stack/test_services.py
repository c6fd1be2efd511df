"""What stands beside the web service: worker, schedule, firewall, dashboard."""

import json
from typing import Any

import pytest

from slipway.templates.checks.body import Body, of_type, statements
from tests.stack.environments import EXTERNAL, body

SCHEDULED = {"STACK_SCHEDULE": "rate(1 day)"}


def made(**variables: str) -> Body:
    """Make staging's stack with these options."""
    return body("staging", "application", **variables)


def properties(found: Body, title: str) -> dict[str, Any]:
    """Find a resource's properties."""
    return dict(found["Resources"][title]["Properties"])


def container(found: Body, title: str) -> dict[str, Any]:
    """Find the one container of a task definition."""
    (only,) = properties(found, title)["ContainerDefinitions"]
    return dict(only)


def test_the_worker_is_the_same_image_started_otherwise() -> None:
    """Only its entry, its name, its port and who is trusted differ from the web server's."""
    found = made(STACK_WORKER="yes")
    web, worker = (container(found, f"{each}TaskDefinition") for each in ("Web", "Worker"))
    assert worker["Command"][-1] == "entries/worker.sh"
    differing = {key for key in {*web, *worker} if web.get(key) != worker.get(key)}
    assert differing == {"Name", "Command", "Environment", "PortMappings", "LogConfiguration"}


def test_the_web_server_alone_trusts_the_load_balancer_s_headers() -> None:
    """Nobody but the load balancer reaches it, so that nobody else can say that it is https."""
    found = made(STACK_WORKER="yes", **SCHEDULED)
    trusting = [
        title
        for title, task in of_type(found, "AWS::ECS::TaskDefinition")
        for each in task["ContainerDefinitions"][0]["Environment"]
        if each["Name"] == "FORWARDED_ALLOW_IPS"
    ]
    assert trusting == ["WebTaskDefinition"]
    (rule,) = properties(found, "TaskSecurityGroup")["SecurityGroupIngress"]
    assert rule["SourceSecurityGroupId"] == {"Ref": "LoadBalancerSecurityGroup"}


def test_nobody_reaches_the_worker_and_a_bad_one_is_taken_back() -> None:
    """It has no load balancer, the breaker that the options name, and a number of its own."""
    worker = properties(made(STACK_WORKER="yes"), "WorkerService")
    assert "LoadBalancers" not in worker
    assert worker["DesiredCount"] == {"Ref": "WorkerDesiredCount"}
    breaker = worker["DeploymentConfiguration"]["DeploymentCircuitBreaker"]
    assert (breaker["Enable"], breaker["Rollback"]) == (True, True)
    assert breaker["ThresholdConfiguration"] == {"Type": "COUNT", "Value": 2}


def test_the_schedule_starts_the_deployed_revision_where_services_run() -> None:
    """In the cluster, in the tasks' subnets and group, with the same address policy."""
    found = made(**SCHEDULED)
    target = properties(found, "GroupedSchedule")["Target"]
    assert found["Resources"]["GroupedSchedule"]["Condition"] == "Deploy"
    assert target["Arn"] == {"Fn::GetAtt": ["Cluster", "Arn"]}
    start = target["EcsParameters"]
    assert start["TaskDefinitionArn"] == {"Ref": "ScheduledTaskDefinition"}
    web = properties(found, "WebService")["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert start["NetworkConfiguration"]["AwsvpcConfiguration"] == web
    assert container(found, "ScheduledTaskDefinition")["Command"][-1] == "entries/scheduled.sh"


def test_the_scheduler_starts_that_family_and_hands_on_two_roles() -> None:
    """In this cluster, for this account, to tasks: nothing else of ECS, and no other role."""
    found = made(**SCHEDULED)
    run, hand_on = [each for owner, each in statements(found) if owner == "ScheduleRole"][-2:]
    assert run["Action"] == ["ecs:RunTask"]
    (family,) = run["Resource"]
    assert family["Fn::Sub"].endswith(":task-definition/${AWS::StackName}-scheduled:*")
    assert run["Condition"] == {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": ["Cluster", "Arn"]}}}
    assert hand_on["Action"] == ["iam:PassRole"]
    roles = [{"Fn::GetAtt": [each, "Arn"]} for each in ("ExecutionRole", "TaskRole")]
    assert hand_on["Resource"] == roles
    assert hand_on["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    }
    (trust,) = properties(found, "ScheduleRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_firewall_stands_before_the_load_balancer() -> None:
    """A limit for each address first, then AWS's rules, all of them blocking and counted."""
    found = made(STACK_WAF="yes")
    rules = sorted(properties(found, "Firewall")["Rules"], key=lambda each: each["Priority"])
    limit, *managed = rules
    assert limit["Action"] == {"Block": {}}
    assert limit["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    assert [each["OverrideAction"] for each in managed] == [{"None": {}}] * 3
    assert all(each["VisibilityConfig"]["CloudWatchMetricsEnabled"] for each in rules)
    assert properties(found, "FirewallAssociation")["ResourceArn"] == {"Ref": "LoadBalancer"}


def test_the_firewall_lets_uploads_pass() -> None:
    """One of AWS's rules refuses every body over 8 KB; that one only counts."""
    rules = properties(made(STACK_WAF="yes"), "Firewall")["Rules"]
    groups = [each["Statement"].get("ManagedRuleGroupStatement", {}) for each in rules]
    overrides = [rule for each in groups for rule in each.get("RuleActionOverrides", [])]
    assert overrides == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]


def dashboard(found: Body) -> list[dict[str, Any]]:
    """Read the widgets of the dashboard."""
    text, _ = properties(found, "Dashboard")["DashboardBody"]["Fn::Sub"]
    return list(json.loads(text)["widgets"])


def test_the_dashboard_s_first_row_is_every_alarm() -> None:
    """It shows at once which alarm rings."""
    found = made()
    row = dashboard(found)[0]
    assert row["type"] == "alarm"
    alarms = [title for title, _ in of_type(found, "AWS::CloudWatch::Alarm")]
    assert sorted(row["properties"]["alarms"]) == sorted(f"${{{title}.Arn}}" for title in alarms)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, {"CPUUtilization", "DatabaseConnections", "FreeStorageSpace"}),
        (
            {"STACK_DATABASE": "aurora"},
            {"CPUUtilization", "DatabaseConnections", "ServerlessDatabaseCapacity"},
        ),
        (EXTERNAL, set()),
    ],
)
def test_the_dashboard_shows_a_database_of_the_stack_s_own(
    variables: dict[str, str], expected: set[str]
) -> None:
    """Its load, its connections and what it runs out of; of an external one nothing is known."""
    shown = [each["properties"].get("metrics", []) for each in dashboard(made(**variables))]
    metrics = [metric for each in shown for metric in each]
    assert {each[1] for each in metrics if each[0] == "AWS/RDS"} == expected


def test_no_two_parts_of_the_dashboard_overlap() -> None:
    """CloudWatch would move them about."""
    places = [(each["x"], each["y"]) for each in dashboard(made())]
    assert len(set(places)) == len(places)
    assert all(each["x"] + each["width"] <= 24 for each in dashboard(made()))


def test_without_the_options_there_is_nothing_of_them() -> None:
    """Each is a whole: no role, task or rule of it is left."""
    plain = made(STACK_DASHBOARD="no")
    titles = " ".join(plain["Resources"])
    for name in ("Worker", "Schedule", "Firewall", "Dashboard"):
        assert name not in titles
