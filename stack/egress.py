"""How tasks reach the registry, the logs and the secrets: NAT, endpoints, or public addresses."""

from dataclasses import dataclass

from troposphere import AWS_PARTITION, Equals, GetAtt, If, Join, Output, Ref, Sub, Template, ec2

from stack.network import Network
from stack.options import Options
from stack.security_groups import Groups, add_group, allow

# What a Fargate task calls while it starts and runs:
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
ENDPOINTS = ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm")
# What ECS Exec calls besides.
EXEC_ENDPOINTS = ("ssmmessages",)
# The condition that the stack is in China, where the names of these endpoints begin with `cn.`:
# https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts
IN_CHINA = "InChina"
OTHER_IN_CHINA = ("ecr.api", "ecr.dkr")


@dataclass(frozen=True)
class Egress:
    """Where tasks run, and whether they need a public address there.

    `routes` are the titles of what must exist before a task can start there.
    """

    subnets: list[ec2.Subnet]
    public_address: str
    routes: list[str]


def add_egress(template: Template, options: Options, network: Network, groups: Groups) -> Egress:
    """Add the way out that the options name."""
    routes: list[str] = []
    if options.egress == "nat":
        tables = enumerate(network.private_tables)
        routes = [_nat(template, network, number, table) for number, table in tables]
    if options.egress == "endpoints":
        routes = _endpoints(template, options, network, groups)
    public = options.egress == "public"
    subnets = network.public if public else network.private
    egress = Egress(subnets, "ENABLED" if public else "DISABLED", routes)
    for name, description, value in (
        ("TaskSubnets", "Where tasks run", Join(",", [Ref(each) for each in subnets])),
        ("TaskPublicAddress", "Whether tasks have a public address", egress.public_address),
    ):
        template.add_output(Output(name, Description=description, Value=value))
    return egress


def _nat(template: Template, network: Network, number: int, table: ec2.RouteTable) -> str:
    """Add a gateway for each zone: with one for all, the loss of its zone would be all's.

    Return the title of the route to it.
    """
    address = template.add_resource(
        ec2.EIP(f"NatAddress{number + 1}", Domain="vpc", DependsOn=network.internet.DependsOn)
    )
    gateway = template.add_resource(
        ec2.NatGateway(
            f"NatGateway{number + 1}",
            AllocationId=GetAtt(address, "AllocationId"),
            SubnetId=Ref(network.public[number]),
        )
    )
    route = template.add_resource(
        ec2.Route(
            f"NatRoute{number + 1}",
            RouteTableId=Ref(table),
            DestinationCidrBlock="0.0.0.0/0",
            NatGatewayId=Ref(gateway),
        )
    )
    return str(route.title)


def _endpoints(template: Template, options: Options, network: Network, groups: Groups) -> list[str]:
    """Add what reaches AWS without the internet, and return the titles of the endpoints."""
    group = add_group(
        template,
        "EndpointSecurityGroup",
        "The endpoints: the tasks reach them",
        network,
        [allow(groups.tasks, (443, 443), "The tasks")],
    )
    template.add_condition(IN_CHINA, Equals(Ref(AWS_PARTITION), "aws-cn"))
    endpoints = [
        template.add_resource(
            ec2.VPCEndpoint(
                "".join(part.capitalize() for part in service.split(".")) + "Endpoint",
                ServiceName=_service_name(service),
                VpcEndpointType="Interface",
                VpcId=Ref(network.vpc),
                SubnetIds=[Ref(each) for each in network.private],
                SecurityGroupIds=[Ref(group)],
                PrivateDnsEnabled=True,
            )
        )
        for service in (*ENDPOINTS, *(EXEC_ENDPOINTS if options.exec else ()))
    ]
    # Layers of images come from S3; this kind of endpoint costs nothing.
    files = template.add_resource(
        ec2.VPCEndpoint(
            "S3Endpoint",
            ServiceName=_service_name("s3"),
            VpcEndpointType="Gateway",
            VpcId=Ref(network.vpc),
            RouteTableIds=[Ref(each) for each in network.private_tables],
        )
    )
    return [str(each.title) for each in (*endpoints, files)]


def _service_name(service: str) -> Sub | If:
    """Return the name of an endpoint service of AWS, such as com.amazonaws.eu-west-1.logs."""
    name = f"com.amazonaws.${{AWS::Region}}.{service}"
    return If(IN_CHINA, Sub(f"cn.{name}"), Sub(name)) if service in OTHER_IN_CHINA else Sub(name)
