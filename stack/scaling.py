"""The number of web tasks, which follows the load."""

from typing import Any

from troposphere import GetAtt, Join, Ref, Template, ecs
from troposphere import applicationautoscaling as scaling

from stack.cluster import Cluster
from stack.load_balancer import LoadBalancer
from stack.options import Options
from stack.parameters import DEPLOY, Parameters
from stack.target_groups import switches

# Half of a task's power is in reserve for the minutes until others have started.
CPU_PERCENT = 50
# A task of the default size answers some tens of requests a second.
REQUESTS_A_MINUTE = 1000
IN_SECONDS, OUT_SECONDS = 300, 30


def add_scaling(  # noqa: PLR0913, PLR0917 - it looks at all of them
    template: Template,
    options: Options,
    parameters: Parameters,
    cluster: Cluster,
    balancer: LoadBalancer,
    service: ecs.Service,
) -> None:
    """Add the target and its policies: whichever wants more tasks is followed."""
    if parameters.maximum is None:
        return
    name = Join("/", ["service", Ref(cluster.cluster), GetAtt(service, "Name")])
    target = template.add_resource(
        scaling.ScalableTarget(
            "WebScaling",
            Condition=DEPLOY,
            ServiceNamespace="ecs",
            ScalableDimension="ecs:service:DesiredCount",
            ResourceId=name,
            MinCapacity=Ref(parameters.desired_count),
            MaxCapacity=Ref(parameters.maximum),
        )
    )
    _policy(template, target, "WebScalingCpu", CPU_PERCENT, "ECSServiceAverageCPUUtilization")
    # A switch moves the requests to the other target group, which no policy follows.
    if not switches(options):
        kind, label = "ALBRequestCountPerTarget", _label(balancer)
        _policy(
            template, target, "WebScalingRequests", REQUESTS_A_MINUTE, kind, ResourceLabel=label
        )


def _label(balancer: LoadBalancer) -> Join:
    """Name balancer and target group as the metric does: app/NAME/ID/targetgroup/NAME/ID."""
    group = GetAtt(balancer.target_groups[0], "TargetGroupFullName")
    return Join("/", [GetAtt(balancer.balancer, "LoadBalancerFullName"), group])


def _policy(
    template: Template,
    target: scaling.ScalableTarget,
    title: str,
    value: int,
    kind: str,
    **more: Any,
) -> None:
    metric = scaling.PredefinedMetricSpecification(PredefinedMetricType=kind, **more)
    tracking = scaling.TargetTrackingScalingPolicyConfiguration(
        TargetValue=value,
        PredefinedMetricSpecification=metric,
        ScaleInCooldown=IN_SECONDS,
        ScaleOutCooldown=OUT_SECONDS,
    )
    template.add_resource(
        scaling.ScalingPolicy(
            title,
            Condition=DEPLOY,
            PolicyName=title,
            PolicyType="TargetTrackingScaling",
            ScalingTargetId=Ref(target),
            TargetTrackingScalingPolicyConfiguration=tracking,
        )
    )
