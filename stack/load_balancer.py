"""The load balancer, and the target group that the service's tasks join."""

from dataclasses import dataclass

from troposphere import Output, Parameter, Ref, Template, ec2
from troposphere import elasticloadbalancingv2 as elb

from stack.network import Network


@dataclass(frozen=True)
class LoadBalancer:
    """What a service needs to be reached."""

    target_group: elb.TargetGroup
    listener: elb.Listener
    security_group: ec2.SecurityGroup


def add(template: Template, network: Network, port: Parameter) -> LoadBalancer:
    """Add a public load balancer that listens on port 80."""
    group = template.add_resource(
        ec2.SecurityGroup(
            "LoadBalancerSecurityGroup",
            GroupDescription="The load balancer: the web reaches it",
            VpcId=Ref(network.vpc),
            SecurityGroupIngress=[
                ec2.SecurityGroupRule(
                    IpProtocol="tcp",
                    FromPort=80,
                    ToPort=80,
                    CidrIp="0.0.0.0/0",
                    Description="HTTP from anywhere",
                )
            ],
        )
    )
    balancer = template.add_resource(
        elb.LoadBalancer(
            "LoadBalancer",
            DependsOn=network.route.title,
            Scheme="internet-facing",
            Subnets=[Ref(each) for each in network.subnets],
            SecurityGroups=[Ref(group)],
        )
    )
    template.add_output(
        Output(
            "LoadBalancerDNSName",
            Description="Where the service answers",
            Value=balancer.get_att("DNSName"),
        )
    )
    targets = _target_group(template, network, port)
    return LoadBalancer(targets, _listener(template, balancer, targets), group)


def _target_group(template: Template, network: Network, port: Parameter) -> elb.TargetGroup:
    """Two checks, 10 s apart, instead of the default five, 30 s apart.

    A task serves 20 s after its start and not 2 min 30 s; a check asks for the process
    alone, so that a database that is away does not make every task look dead at once.
    A request that runs when its task is told to stop has 30 s, as gunicorn gives it.
    """
    return template.add_resource(
        elb.TargetGroup(
            "WebTargetGroup",
            VpcId=Ref(network.vpc),
            TargetType="ip",
            Protocol="HTTP",
            Port=Ref(port),
            HealthCheckPath="/health/live",
            HealthCheckIntervalSeconds=10,
            HealthCheckTimeoutSeconds=5,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=3,
            TargetGroupAttributes=[
                elb.TargetGroupAttribute(Key="deregistration_delay.timeout_seconds", Value="30")
            ],
        )
    )


def _listener(
    template: Template, balancer: elb.LoadBalancer, targets: elb.TargetGroup
) -> elb.Listener:
    return template.add_resource(
        elb.Listener(
            "HttpListener",
            LoadBalancerArn=Ref(balancer),
            Port=80,
            Protocol="HTTP",
            DefaultActions=[elb.Action(Type="forward", TargetGroupArn=Ref(targets))],
        )
    )
