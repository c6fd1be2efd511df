"""The web service: as many tasks as wanted, replaced one revision by the next."""

from troposphere import Join, Output, Parameter, Ref, Template, ec2, ecs

from stack.cluster import Cluster
from stack.load_balancer import LoadBalancer
from stack.network import Network
from stack.parameters import DEPLOY, Parameters
from stack.tasks import WEB

# Without NAT, a public address is the way to the registry and to the logs.
PUBLIC_ADDRESS = "ENABLED"


def add_security_group(
    template: Template, network: Network, balancer: LoadBalancer, port: Parameter
) -> ec2.SecurityGroup:
    """Add the group of every task: only the load balancer reaches it."""
    group = template.add_resource(
        ec2.SecurityGroup(
            "WebSecurityGroup",
            GroupDescription="The tasks: the load balancer reaches them",
            VpcId=Ref(network.vpc),
            SecurityGroupIngress=[
                ec2.SecurityGroupRule(
                    IpProtocol="tcp",
                    FromPort=Ref(port),
                    ToPort=Ref(port),
                    SourceSecurityGroupId=Ref(balancer.security_group),
                    Description="The load balancer",
                )
            ],
        )
    )
    subnets = Join(",", [Ref(each) for each in network.subnets])
    template.add_output(Output("TaskSubnets", Description="Where tasks run", Value=subnets))
    template.add_output(
        Output("TaskSecurityGroup", Description="Who may reach them", Value=Ref(group))
    )
    return group


def add(  # noqa: PLR0913, PLR0917 - a service joins all of them
    template: Template,
    parameters: Parameters,
    cluster: Cluster,
    network: Network,
    balancer: LoadBalancer,
    security_group: ec2.SecurityGroup,
    task: ecs.TaskDefinition,
) -> ecs.Service:
    """Add the service; new tasks are healthy before old ones stop, or all is taken back."""
    service = template.add_resource(
        ecs.Service(
            "WebService",
            Condition=DEPLOY,
            DependsOn=[balancer.listener.title, network.route.title],
            Cluster=Ref(cluster.cluster),
            ServiceName=WEB,
            LaunchType="FARGATE",
            TaskDefinition=Ref(task),
            DesiredCount=Ref(parameters.desired_count),
            DeploymentConfiguration=ecs.DeploymentConfiguration(
                MinimumHealthyPercent=100,
                MaximumPercent=200,
                DeploymentCircuitBreaker=ecs.DeploymentCircuitBreaker(Enable=True, Rollback=True),
            ),
            HealthCheckGracePeriodSeconds=30,
            LoadBalancers=[
                ecs.LoadBalancer(
                    ContainerName=WEB,
                    ContainerPort=Ref(parameters.port),
                    TargetGroupArn=Ref(balancer.target_group),
                )
            ],
            NetworkConfiguration=ecs.NetworkConfiguration(
                AwsvpcConfiguration=ecs.AwsvpcConfiguration(
                    AssignPublicIp=PUBLIC_ADDRESS,
                    Subnets=[Ref(each) for each in network.subnets],
                    SecurityGroups=[Ref(security_group)],
                )
            ),
        )
    )
    _outputs(template, balancer)
    return service


def _outputs(template: Template, balancer: LoadBalancer) -> None:
    targets = Ref(balancer.target_group)
    for name, description, value in (
        ("WebServiceName", "The web service", WEB),
        ("WebTargetGroup", "Who answers for the load balancer", targets),
        ("TaskPublicAddress", "Whether tasks have a public address", PUBLIC_ADDRESS),
    ):
        template.add_output(Output(name, Description=description, Value=value))
