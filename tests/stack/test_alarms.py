"""The alarms: when they ring, by CloudWatch's own arithmetic."""

import json
import re
from typing import Any

import pytest

from slipway.templates.checks.body import Body, of_type
from tests.stack import physical
from tests.stack.environments import body
from tests.stack.event_pattern import matches
from tests.stack.metric_math import rings, value
from tests.story.template_functions import resolve

# What a load balancer's metrics are in a minute: a metric that counts nothing has no datapoint.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
HEALTHY = {"RequestCount": 600.0, "HealthyHostCount": 2.0}
FEW_ERRORS = {**HEALTHY, "HTTPCode_Target_5XX_Count": 6.0}
ALL_FAIL = {**HEALTHY, "HTTPCode_Target_5XX_Count": 600.0}
TIME_OUTS = {**HEALTHY, "HTTPCode_ELB_5XX_Count": 600.0}
# A request that no target was chosen for is in no RequestCount.
NO_TARGET = {"HTTPCode_ELB_5XX_Count": 600.0}
UNHEALTHY = {**NO_TARGET, "RequestCount": 0.0, "HealthyHostCount": 0.0}
QUIET = {"HealthyHostCount": 2.0}
ONE_ERROR_AT_NIGHT = {**QUIET, "RequestCount": 1.0, "HTTPCode_Target_5XX_Count": 1.0}


def alarms(deployment: str) -> dict[str, Body]:
    """Render the alarms of an environment with this kind of deployment, by title."""
    shape = {"STACK_DEPLOYMENT": deployment, "STACK_BREAKER_COUNT": ""}
    return dict(of_type(body("staging", "application", **shape), "AWS::CloudWatch::Alarm"))


@pytest.mark.parametrize(
    ("minute", "errors", "down"),
    [
        (HEALTHY, False, False),
        (FEW_ERRORS, False, False),
        (ALL_FAIL, True, False),
        (TIME_OUTS, True, False),
        (NO_TARGET, True, True),
        (UNHEALTHY, True, True),
        (QUIET, False, False),
        ({"HealthyHostCount": 1.0}, False, False),
        (ONE_ERROR_AT_NIGHT, False, False),
        ({}, False, True),
    ],
)
def test_the_alarms_ring_in_an_outage_and_in_nothing_less(
    *, minute: dict[str, float], errors: bool, down: bool
) -> None:
    """Every answer wrong, no target at all, or nobody who asks."""
    found = alarms("rolling")
    assert rings(found["WebErrorsAlarm"], [minute, minute]) is errors
    assert rings(found["WebDownAlarm"], [minute, minute]) is down


def test_one_bad_minute_wakes_nobody() -> None:
    """Two in a row do."""
    assert not rings(alarms("rolling")["WebErrorsAlarm"], [NO_TARGET, HEALTHY])
    assert not rings(alarms("rolling")["WebDownAlarm"], [HEALTHY, NO_TARGET])


@pytest.mark.parametrize(
    ("minute", "slow"),
    [
        ({"RequestCount": 600.0, "TargetResponseTime": 3.0}, True),
        ({"RequestCount": 600.0, "TargetResponseTime": 0.1}, False),
        # One visitor at night, whose page is the first one of a new task.
        ({"RequestCount": 1.0, "TargetResponseTime": 3.0}, False),
        (NO_TARGET, False),
        ({}, False),
    ],
)
def test_slow_answers_ring_where_there_are_enough_of_them(
    *, minute: dict[str, float], slow: bool
) -> None:
    """A handful says nothing about a revision, which this alarm would stop."""
    assert rings(alarms("rolling")["WebSlowAlarm"], [minute] * 3) is slow
    assert not rings(alarms("rolling")["WebSlowAlarm"], [HEALTHY, minute, minute])


def test_a_switch_leaves_one_of_two_target_groups_without_tasks() -> None:
    """Whichever of them serves: the other one's emptiness is no outage."""
    metrics = alarms("blue_green")["WebDownAlarm"]["Metrics"]
    (expression,) = [each["Expression"] for each in metrics if "Expression" in each]
    groups = [each["Id"] for each in metrics if "MetricStat" in each]
    assert len(groups) == 2
    for serving in groups:
        assert value(expression, {serving: 2.0}) == 0
    assert value(expression, {}) == 1


@pytest.mark.parametrize("title", ["WebErrorsAlarm", "WebDownAlarm"])
def test_nobody_is_woken_where_nothing_is_to_be_served(title: str) -> None:
    """Before the first revision, and with no task wanted."""
    made = body("staging", "application")
    assert alarms("rolling")[title]["ActionsEnabled"] == {"Fn::If": ["Serves", True, False]}
    assert made["Conditions"]["Serves"] == {
        "Fn::And": [
            {"Condition": "Deploy"},
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebWorkerDesiredCount"}, "0"]}]},
        ]
    }


def test_an_alarm_for_no_healthy_task_stops_no_rollout() -> None:
    """The first one begins without any."""
    (service,) = [each for _, each in of_type(body("staging", "application"), "AWS::ECS::Service")]
    names = service["DeploymentConfiguration"]["Alarms"]["AlarmNames"]
    assert names == [{"Ref": "WebErrorsAlarm"}, {"Ref": "WebSlowAlarm"}]


@pytest.fixture
def scheduled() -> Body:
    """The application with a scheduled task."""
    return body("staging", "application", STACK_SCHEDULE="rate(1 day)")


def stopped(*containers: dict[str, Any], **detail: Any) -> dict[str, Any]:
    """Return the event of a scheduled task that has ended.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
    """
    cluster = physical.named("Cluster").attribute("Arn")
    group = f"family:{physical.STACK}-scheduled"
    task = {"clusterArn": cluster, "group": group, "lastStatus": "STOPPED"}
    ended = {**task, "stopCode": "EssentialContainerExited", "containers": [*containers], **detail}
    return {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": ended}


def exited(code: int, name: str = "scheduled") -> dict[str, Any]:
    """Return a container of that event; one that never ran has no exit code."""
    return {"name": name, "lastStatus": "STOPPED", "exitCode": code}


# Of those in AWS's example of such an event, the ones that every stopped task has.
FIELDS_OF_A_STOPPED_TASK = {"clusterArn", "group", "lastStatus", "stoppedAt", "taskArn"}
AGENT = "aws-guardduty-agent-1a2b3c"
NOT_RUN = {"name": "scheduled", "lastStatus": "STOPPED"}
FAILURES = {
    "failed": stopped(exited(1)),
    "killed": stopped(exited(137)),
    "failed beside an agent": stopped(exited(0, AGENT), exited(1)),
    "not started": stopped(NOT_RUN, stopCode="TaskFailedToStart"),
}
NO_FAILURES = {
    "done": stopped(exited(0)),
    "done, and the agent killed": stopped(exited(0), exited(137, AGENT)),
    "still stopping": stopped(exited(1), lastStatus="DEPROVISIONING"),
    "a web task": stopped(exited(1, "web"), group="service:web"),
    "of another environment": stopped(exited(1), clusterArn="another"),
}


@pytest.mark.parametrize("what", [*FAILURES, *NO_FAILURES])
def test_a_scheduled_task_that_fails_raises_an_alarm(scheduled: Body, what: str) -> None:
    """One that ended with an error, and one that never started; by the topic of all alarms."""
    (rule,) = [each for _, each in of_type(scheduled, "AWS::Events::Rule")]
    pattern = resolve(rule["EventPattern"], physical.scope(scheduled))
    assert matches(pattern, {**FAILURES, **NO_FAILURES}[what]) is (what in FAILURES)
    assert [each["Arn"] for each in rule["Targets"]] == [{"Ref": "AlarmTopic"}]


def test_the_message_of_a_failed_task_has_only_what_each_such_event_has(scheduled: Body) -> None:
    """A placeholder that nothing fills would stand in the mail as it is."""
    (rule,) = [each for _, each in of_type(scheduled, "AWS::Events::Rule")]
    words = rule["Targets"][0]["InputTransformer"]
    template = resolve(words["InputTemplate"], physical.scope(scheduled))
    assert physical.STACK in json.loads(template)
    assert set(re.findall("<([^>]+)>", template)) == words["InputPathsMap"].keys()
    for path in words["InputPathsMap"].values():
        root, detail, name = path.split(".")
        assert (root, detail) == ("$", "detail")
        assert name in FIELDS_OF_A_STOPPED_TASK


def test_a_task_that_the_scheduler_gave_up_raises_an_alarm(scheduled: Body) -> None:
    """Its metric is of a group of schedules, so the schedule is alone in one."""
    alarm = dict(of_type(scheduled, "AWS::CloudWatch::Alarm"))["ScheduleDroppedAlarm"]
    assert alarm["Dimensions"] == [{"Name": "ScheduleGroup", "Value": {"Ref": "ScheduleGroup"}}]
    (schedule,) = [each for _, each in of_type(scheduled, "AWS::Scheduler::Schedule")]
    assert schedule["GroupName"] == {"Ref": "ScheduleGroup"}


def test_alarms_of_the_account_may_publish_and_rules_without_a_condition(scheduled: Body) -> None:
    """A policy takes the place of the default one, by which alarms come.

    AWS: "You can't use Condition blocks in Amazon SNS topic policies for EventBridge."
    """
    (policy,) = [each for _, each in of_type(scheduled, "AWS::SNS::TopicPolicy")]
    conditions = {
        each["Principal"]["Service"]: each.get("Condition")
        for each in policy["PolicyDocument"]["Statement"]
    }
    assert conditions == {
        "cloudwatch.amazonaws.com": {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        },
        "events.amazonaws.com": None,
    }


def test_without_alarms_the_schedule_tells_nobody() -> None:
    """There is no topic."""
    made = body("staging", "application", STACK_SCHEDULE="rate(1 day)", STACK_ALARMS="no")
    assert not list(of_type(made, "AWS::Events::Rule"))
    assert list(of_type(made, "AWS::Scheduler::Schedule"))
