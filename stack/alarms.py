"""The alarms: what wakes somebody, and what stops a rollout."""

from dataclasses import dataclass, field
from typing import Any

from troposphere import GetAtt, Output, Ref, Template, cloudwatch, sns

from stack.accepted import accept
from stack.load_balancer import LoadBalancer
from stack.options import Options

ERROR_PERCENT = 5
# Fewer requests than this in a minute say nothing about a revision.
FEWEST_REQUESTS = 20
SLOW_SECONDS = 2


@dataclass(frozen=True)
class Alarms:
    """Who is told, and the alarms that a rollout heeds."""

    topic: sns.Topic
    of_rollout: list[cloudwatch.Alarm] = field(default_factory=list)


def add(template: Template, options: Options, balancer: LoadBalancer) -> Alarms | None:
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
    return Alarms(topic, [errors, slow])


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
    """Divide the answers of 500 and more, the balancer's own among them, by the requests."""
    names = {
        "target": "HTTPCode_Target_5XX_Count",
        "balancer": "HTTPCode_ELB_5XX_Count",
        "requests": "RequestCount",
    }
    errors = "100 * (FILL(target, 0) + FILL(balancer, 0)) / requests"
    rate = cloudwatch.MetricDataQuery(
        Id="rate", Expression=f"IF(requests >= {FEWEST_REQUESTS}, {errors}, 0)", ReturnData=True
    )
    return [rate, *(_sum(key, name, dimension) for key, name in names.items())]


def _sum(key: str, name: str, dimension: cloudwatch.MetricDimension) -> cloudwatch.MetricDataQuery:
    metric = cloudwatch.Metric(
        Namespace="AWS/ApplicationELB", MetricName=name, Dimensions=[dimension]
    )
    statistic = cloudwatch.MetricStat(Metric=metric, Period=60, Stat="Sum")
    return cloudwatch.MetricDataQuery(Id=key, MetricStat=statistic, ReturnData=False)
