"""The alarms: what wakes somebody, and what stops a rollout."""

from dataclasses import dataclass, field
from typing import Any

from troposphere import (
    And,
    Condition,
    Equals,
    GetAtt,
    If,
    Not,
    Output,
    Ref,
    Template,
    cloudwatch,
    sns,
)
from troposphere import elasticloadbalancingv2 as elb

from stack.accepted import accept
from stack.load_balancer import LoadBalancer
from stack.options import Options
from stack.parameters import DEPLOY, Parameters

ERROR_PERCENT = 5
# Fewer requests than this in a minute say nothing about a revision.
FEWEST_REQUESTS = 20
SLOW_SECONDS = 2
# The condition that somebody is to be served.
SERVES = "Serves"


@dataclass(frozen=True)
class Alarms:
    """The topic of all alarms, and the alarms that stop a rollout."""

    topic: sns.Topic
    of_rollout: list[cloudwatch.Alarm] = field(default_factory=list)


def add(
    template: Template, options: Options, parameters: Parameters, balancer: LoadBalancer
) -> Alarms | None:
    """Add the topic and the alarms of the service, of which two stop a rollout."""
    if not options.alarms:
        return None
    topic = _topic(template, options)
    dimension = _dimension(balancer)
    errors = template.add_resource(
        cloudwatch.Alarm(
            "WebErrorsAlarm",
            AlarmDescription=f"More than {ERROR_PERCENT} % of the requests fail",
            Metrics=_error_rate(dimension),
            Threshold=ERROR_PERCENT,
            **told(topic, periods=2),
        )
    )
    slow = template.add_resource(
        cloudwatch.Alarm(
            "WebSlowAlarm",
            AlarmDescription=f"One request of 20 takes more than {SLOW_SECONDS} s",
            Namespace="AWS/ApplicationELB",
            MetricName="TargetResponseTime",
            Dimensions=[dimension],
            ExtendedStatistic="p95",
            Period=60,
            Threshold=SLOW_SECONDS,
            **told(topic, periods=3),
        )
    )
    _add_down(template, parameters, topic, _down(balancer, dimension))
    return Alarms(topic, [errors, slow])


def _add_down(
    template: Template,
    parameters: Parameters,
    topic: sns.Topic,
    metrics: list[cloudwatch.MetricDataQuery],
) -> None:
    """Add the alarm for a service that nobody can reach; it is silent while none is wanted.

    It stops no rollout: the first one begins without a healthy target.
    """
    wanted = Not(Equals(Ref(parameters.desired_count), "0"))
    template.add_condition(SERVES, And(Condition(DEPLOY), wanted))
    template.add_resource(
        cloudwatch.Alarm(
            "WebDownAlarm",
            AlarmDescription="No task is healthy for the load balancer",
            ActionsEnabled=If(SERVES, True, False),  # noqa: FBT003 - values of a template
            Metrics=metrics,
            Threshold=0,
            **told(topic, periods=2),
        )
    )


def told(topic: sns.Topic, periods: int) -> dict[str, Any]:
    """Make the properties that every alarm has: who is told, and after how many periods."""
    return {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": periods,
        "TreatMissingData": "notBreaching",
        "AlarmActions": [Ref(topic)],
        "OKActions": [Ref(topic)],
    }


def _topic(template: Template, options: Options) -> sns.Topic:
    """Add the topic; whoever is subscribed by e-mail has to confirm it."""
    told_by_mail = (
        [sns.Subscription(Endpoint=options.alarm_email, Protocol="email")]
        if options.alarm_email
        else []
    )
    topic = template.add_resource(sns.Topic("AlarmTopic", Subscription=told_by_mail))
    accept(topic, CKV_AWS_26="with SNS's own key CloudWatch may not publish; it holds no data")
    template.add_output(Output("AlarmTopic", Description="Who is told", Value=Ref(topic)))
    return topic


def _dimension(balancer: LoadBalancer) -> cloudwatch.MetricDimension:
    name = GetAtt(balancer.balancer, "LoadBalancerFullName")
    return cloudwatch.MetricDimension(Name="LoadBalancer", Value=name)


def _error_rate(dimension: cloudwatch.MetricDimension) -> list[cloudwatch.MetricDataQuery]:
    """Divide the answers of 500 and more, the balancer's own among them, by the requests.

    A request that reaches no target is in no RequestCount, so the balancer's own answers count
    as requests, too: otherwise an outage of all targets would be a minute without requests.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    names = {
        "target": "HTTPCode_Target_5XX_Count",
        "balancer": "HTTPCode_ELB_5XX_Count",
        "requests": "RequestCount",
    }
    asked = "(FILL(requests, 0) + FILL(balancer, 0))"
    errors = f"100 * (FILL(target, 0) + FILL(balancer, 0)) / {asked}"
    rate = f"IF({asked} >= {FEWEST_REQUESTS}, {errors}, 0)"
    metrics = [_metric(key, name, "Sum", [dimension]) for key, name in names.items()]
    return [_result("rate", rate), *metrics]


def _down(
    balancer: LoadBalancer, dimension: cloudwatch.MetricDimension
) -> list[cloudwatch.MetricDataQuery]:
    """Count minutes in which no target is healthy; without any target there is no metric."""
    groups = {str(group.title).lower(): group for group in balancer.target_groups}
    metrics = [
        _metric(key, "HealthyHostCount", "Maximum", [dimension, _group_dimension(group)])
        for key, group in groups.items()
    ]
    healthy = " + ".join(f"FILL({key}, 0)" for key in groups)
    return [_result("down", f"IF({healthy} < 1, 1, 0)"), *metrics]


def _result(key: str, expression: str) -> cloudwatch.MetricDataQuery:
    return cloudwatch.MetricDataQuery(Id=key, Expression=expression, ReturnData=True)


def _group_dimension(group: elb.TargetGroup) -> cloudwatch.MetricDimension:
    return cloudwatch.MetricDimension(
        Name="TargetGroup", Value=GetAtt(group, "TargetGroupFullName")
    )


def _metric(
    key: str, name: str, statistic: str, dimensions: list[cloudwatch.MetricDimension]
) -> cloudwatch.MetricDataQuery:
    metric = cloudwatch.Metric(
        Namespace="AWS/ApplicationELB", MetricName=name, Dimensions=dimensions
    )
    measured = cloudwatch.MetricStat(Metric=metric, Period=60, Stat=statistic)
    return cloudwatch.MetricDataQuery(Id=key, MetricStat=measured, ReturnData=False)
