"""The target groups that tasks join: one, or two where revisions switch between them."""

from troposphere import Output, Ref, Sub, Template
from troposphere import elasticloadbalancingv2 as elb

from stack.network import Network
from stack.options import Options

# ECS registers each task with its own port. A group's own cannot be changed: with the parameter
# in its place, another port would bring an empty group before the service has new tasks.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
UNUSED_PORT = 8000


def add_target_groups(
    template: Template, options: Options, network: Network
) -> list[elb.TargetGroup]:
    """Add the group of the service, and its alternate where the deployment switches."""
    names = ["WebTargetGroup", *(["WebAlternateTargetGroup"] if switches(options) else [])]
    targets = [_target_group(template, name, options, network) for name in names]
    value = ",".join(f"${{{name}}}" for name in names)
    template.add_output(
        Output("WebTargetGroups", Description="Who answers for the balancer", Value=Sub(value))
    )
    live, ready = "What the load balancer asks a task", "What answers 200 once a task can serve"
    template.add_output(Output("WebHealthPath", Description=live, Value=options.health_path))
    template.add_output(Output("WebReadyPath", Description=ready, Value=options.ready_path))
    return targets


def switches(options: Options) -> bool:
    """Whether a revision replaces another by a switch between two target groups."""
    return options.deployment != "rolling"


def _target_group(
    template: Template, title: str, options: Options, network: Network
) -> elb.TargetGroup:
    """Two checks, 10 s apart, instead of the default five, 30 s apart.

    A task serves 20 s after its start and not 2 min 30 s; a check asks for the process
    alone, so that a database that is away does not make every task look dead at once.
    A request that runs when its task is asked to stop has 30 s, as gunicorn gives it, and
    not the default 300 s, which every rollout would wait for.
    """
    delay = "deregistration_delay.timeout_seconds"
    return template.add_resource(
        elb.TargetGroup(
            title,
            VpcId=Ref(network.vpc),
            TargetType="ip",
            Protocol="HTTP",
            Port=UNUSED_PORT,
            HealthCheckPath=options.health_path,
            HealthCheckIntervalSeconds=10,
            HealthCheckTimeoutSeconds=5,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=3,
            TargetGroupAttributes=[elb.TargetGroupAttribute(Key=delay, Value="30")],
        )
    )


def add_rule(
    template: Template, listener: elb.Listener, targets: list[elb.TargetGroup]
) -> elb.ListenerRule:
    """Add the rule whose weights ECS moves from one target group to the other.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
    """
    weighted = [
        elb.TargetGroupTuple(TargetGroupArn=Ref(each), Weight=weight)
        for each, weight in zip(targets, (100, 0), strict=True)
    ]
    forward = elb.ForwardConfig(TargetGroups=weighted)
    return template.add_resource(
        elb.ListenerRule(
            "WebListenerRule",
            ListenerArn=Ref(listener),
            Priority=1,
            Conditions=[elb.Condition(Field="path-pattern", Values=["*"])],
            Actions=[elb.ListenerRuleAction(Type="forward", ForwardConfig=forward)],
        )
    )
