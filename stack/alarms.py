"""The alarms: what wakes somebody, and what stops a rollout."""

from dataclasses import dataclass, field
from typing import Any

from troposphere import (
    And,
    Condition,
    Equals,
    If,
    Not,
    Output,
    Ref,
    Template,
    cloudwatch,
    sns,
)

from stack import alarm_metrics
from stack.checkov_skips import accept
from stack.load_balancer import LoadBalancer
from stack.options import Options
from stack.parameters import DEPLOY, Parameters

ERROR_PERCENT = 5
SLOW_SECONDS = 2
# The condition that somebody is to be served.
SERVES = "Serves"


@dataclass(frozen=True)
class Alarms:
    """The topic of all alarms, and the alarms that stop a rollout."""

    topic: sns.Topic
    of_rollout: list[cloudwatch.Alarm] = field(default_factory=list)


def add_alarms(
    template: Template, options: Options, parameters: Parameters, balancer: LoadBalancer
) -> Alarms | None:
    """Add the topic and the alarms of the service, of which two stop a rollout."""
    if not options.alarms:
        return None
    topic = _topic(template, options)
    serves = _serves(template, parameters)
    errors = cloudwatch.Alarm(
        "WebErrorsAlarm",
        AlarmDescription=f"More than {ERROR_PERCENT} % of the requests fail",
        ActionsEnabled=serves,
        Metrics=alarm_metrics.error_rate(balancer),
        Threshold=ERROR_PERCENT,
        **alarm_properties(topic, periods=2),
    )
    slow = cloudwatch.Alarm(
        "WebSlowAlarm",
        AlarmDescription=f"One request of 20 takes more than {SLOW_SECONDS} s",
        Metrics=alarm_metrics.slowness(balancer),
        Threshold=SLOW_SECONDS,
        **alarm_properties(topic, periods=3),
    )
    down = cloudwatch.Alarm(
        "WebDownAlarm",
        AlarmDescription="No task is healthy for the load balancer",
        ActionsEnabled=serves,
        Metrics=alarm_metrics.down(balancer),
        Threshold=0,
        **alarm_properties(topic, periods=2),
    )
    for each in (errors, slow, down):
        template.add_resource(each)
    # The first rollout begins without a healthy target, so that this stops none.
    return Alarms(topic, [errors, slow])


def _serves(template: Template, parameters: Parameters) -> If:
    """Decide whether somebody is to be served: without a task, every request fails as meant."""
    wanted = Not(Equals(Ref(parameters.desired_count), "0"))
    template.add_condition(SERVES, And(Condition(DEPLOY), wanted))
    return If(SERVES, True, False)  # noqa: FBT003 - values of a template


def alarm_properties(topic: sns.Topic, periods: int) -> dict[str, Any]:
    """Return the properties of every alarm: its topic, and after how many periods it rings."""
    return {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": periods,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [Ref(topic)],
        "OKActions": [Ref(topic)],
    }


def _topic(template: Template, options: Options) -> sns.Topic:
    """Add the topic; an e-mail address has to confirm its subscription."""
    told_by_mail = (
        [sns.Subscription(Endpoint=options.alarm_email, Protocol="email")]
        if options.alarm_email
        else []
    )
    topic = template.add_resource(sns.Topic("AlarmTopic", Subscription=told_by_mail))
    accept(topic, CKV_AWS_26="with SNS's own key CloudWatch may not publish; it holds no data")
    template.add_output(Output("AlarmTopic", Description="Topic of the alarms", Value=Ref(topic)))
    return topic
