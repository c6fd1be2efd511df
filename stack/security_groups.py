"""Who reaches whom: groups that name each other, and no address but the internet's."""

from dataclasses import dataclass

from troposphere import Output, Ref, Template, ec2

from stack.checkov_skips import accept
from stack.network import Network

# All that a process without root's rights may listen on, and not WebWorkerPort alone: with a new
# port, the tasks of the old one still serve until the new ones do.
TASK_PORTS = (1024, 65535)


@dataclass(frozen=True)
class Groups:
    """The load balancer's group, and that of every task."""

    balancer: ec2.SecurityGroup
    tasks: ec2.SecurityGroup


def add_security_groups(template: Template, network: Network) -> Groups:
    """Add both groups: the internet reaches the balancer, the balancer reaches the tasks.

    The ports are the same with and without a domain: a listener comes after its port is open,
    and one that goes is removed at the end of the update, when a port would be closed already.
    """
    balancer = add_group(
        template,
        "LoadBalancerSecurityGroup",
        "The load balancer: the internet reaches it",
        network,
        [_from_anywhere(each) for each in (80, 443)],
    )
    accept(balancer, CKV_AWS_260="it is where the internet comes in; HTTP is sent to HTTPS")
    tasks = add_group(
        template,
        "TaskSecurityGroup",
        "The tasks: the load balancer reaches them",
        network,
        [allow(balancer, TASK_PORTS, "The load balancer")],
    )
    template.add_output(
        Output("TaskSecurityGroup", Description="Who may reach tasks", Value=Ref(tasks))
    )
    return Groups(balancer, tasks)


def add_group(
    template: Template,
    title: str,
    description: str,
    network: Network,
    rules: list[ec2.SecurityGroupRule],
) -> ec2.SecurityGroup:
    """Add a group that lets in what its rules name, and nothing else."""
    return template.add_resource(
        ec2.SecurityGroup(
            title,
            GroupDescription=description,
            VpcId=Ref(network.vpc),
            SecurityGroupIngress=rules,
        )
    )


def allow(
    source: ec2.SecurityGroup, ports: tuple[int, int], description: str
) -> ec2.SecurityGroupRule:
    """Make a rule that lets in another group, at these TCP ports: the first and the last."""
    first, last = ports
    return ec2.SecurityGroupRule(
        IpProtocol="tcp",
        FromPort=first,
        ToPort=last,
        SourceSecurityGroupId=Ref(source),
        Description=description,
    )


def _from_anywhere(port: int) -> ec2.SecurityGroupRule:
    name = {80: "HTTP", 443: "HTTPS"}[port]
    return ec2.SecurityGroupRule(
        IpProtocol="tcp",
        FromPort=port,
        ToPort=port,
        CidrIp="0.0.0.0/0",
        Description=f"{name} from anywhere",
    )
