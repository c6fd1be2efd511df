"""What the alarms of the web service measure: expressions of CloudWatch's metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from troposphere import GetAtt, cloudwatch
from troposphere import elasticloadbalancingv2 as elb

from stack.load_balancer import LoadBalancer

# Fewer requests than this in a minute say nothing about a revision.
FEWEST_REQUESTS = 20
Queries = list[cloudwatch.MetricDataQuery]


def error_rate(balancer: LoadBalancer) -> Queries:
    """Return the percentage of requests of a minute that are answered with 500 or more.

    A request that reaches no target is in no RequestCount, so the balancer's own answers count
    as requests, too: otherwise an outage of all targets would be a minute without requests.
    """
    names = {
        "target": "HTTPCode_Target_5XX_Count",
        "balancer": "HTTPCode_ELB_5XX_Count",
        "requests": "RequestCount",
    }
    asked = "(FILL(requests, 0) + FILL(balancer, 0))"
    errors = f"100 * (FILL(target, 0) + FILL(balancer, 0)) / {asked}"
    rate = f"IF({asked} >= {FEWEST_REQUESTS}, {errors}, 0)"
    dimensions = [_balancer_dimension(balancer)]
    return [
        _result("rate", rate),
        *(_metric(key, name, "Sum", dimensions) for key, name in names.items()),
    ]


def slowness(balancer: LoadBalancer) -> Queries:
    """Return the seconds that 19 of 20 requests of a minute take at most; 0 with few requests."""
    dimensions = [_balancer_dimension(balancer)]
    return [
        _result("slowness", f"IF(FILL(requests, 0) >= {FEWEST_REQUESTS}, seconds, 0)"),
        _metric("seconds", "TargetResponseTime", "p95", dimensions),
        _metric("requests", "RequestCount", "Sum", dimensions),
    ]


def down(balancer: LoadBalancer) -> Queries:
    """Return 1 for a minute in which no target is healthy; a group without any has no metric."""
    groups = {str(group.title).lower(): group for group in balancer.target_groups}
    name = _balancer_dimension(balancer)
    metrics = [
        _metric(key, "HealthyHostCount", "Maximum", [name, _group_dimension(group)])
        for key, group in groups.items()
    ]
    healthy = " + ".join(f"FILL({key}, 0)" for key in groups)
    return [_result("down", f"IF({healthy} < 1, 1, 0)"), *metrics]


def _result(key: str, expression: str) -> cloudwatch.MetricDataQuery:
    return cloudwatch.MetricDataQuery(Id=key, Expression=expression, ReturnData=True)


def _balancer_dimension(balancer: LoadBalancer) -> cloudwatch.MetricDimension:
    name = GetAtt(balancer.balancer, "LoadBalancerFullName")
    return cloudwatch.MetricDimension(Name="LoadBalancer", Value=name)


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
