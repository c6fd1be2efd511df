"""The network: a VPC with a public and a private subnet in each availability zone."""

from dataclasses import dataclass

from troposphere import GetAZs, Output, Ref, Select, Sub, Tags, Template, ec2

from stack.options import Options

CIDR = "10.0.0.0/16"


@dataclass(frozen=True)
class Network:
    """What the rest of the stack stands in; `private_tables` has a route table for each zone."""

    vpc: ec2.VPC
    public: list[ec2.Subnet]
    private: list[ec2.Subnet]
    private_tables: list[ec2.RouteTable]
    internet: ec2.Route


def add_network(template: Template, options: Options) -> Network:
    """Add the VPC, its subnets and the public ones' way to the internet.

    A private subnet has no way out of itself: egress.py adds one.
    """
    vpc = template.add_resource(
        ec2.VPC(
            "Vpc",
            CidrBlock=CIDR,
            EnableDnsSupport=True,
            EnableDnsHostnames=True,
            Tags=Tags(Name=Sub("${AWS::StackName}")),
        )
    )
    internet = _internet(template, vpc)
    public = [_public(template, vpc, internet, number) for number in range(options.zones)]
    private = [_private(template, vpc, number) for number in range(options.zones)]
    template.add_output(Output("VpcId", Description="The network", Value=Ref(vpc)))
    subnets, tables = [each[0] for each in private], [each[1] for each in private]
    return Network(vpc, public, subnets, tables, internet)


def _internet(template: Template, vpc: ec2.VPC) -> ec2.Route:
    gateway = template.add_resource(ec2.InternetGateway("InternetGateway"))
    attachment = template.add_resource(
        ec2.VPCGatewayAttachment(
            "InternetGatewayAttachment", VpcId=Ref(vpc), InternetGatewayId=Ref(gateway)
        )
    )
    table = template.add_resource(ec2.RouteTable("PublicRouteTable", VpcId=Ref(vpc)))
    return template.add_resource(
        ec2.Route(
            "InternetRoute",
            DependsOn=attachment.title,
            RouteTableId=Ref(table),
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=Ref(gateway),
        )
    )


def _public(template: Template, vpc: ec2.VPC, internet: ec2.Route, number: int) -> ec2.Subnet:
    subnet = _subnet(template, vpc, "Public", number)
    _join(template, subnet, internet.RouteTableId)
    return subnet


def _private(template: Template, vpc: ec2.VPC, number: int) -> tuple[ec2.Subnet, ec2.RouteTable]:
    """Add a subnet whose third number leaves room for three public ones."""
    subnet = _subnet(template, vpc, "Private", number)
    table = template.add_resource(ec2.RouteTable(f"PrivateRouteTable{number + 1}", VpcId=Ref(vpc)))
    _join(template, subnet, Ref(table))
    return subnet, table


def _subnet(template: Template, vpc: ec2.VPC, kind: str, number: int) -> ec2.Subnet:
    first = {"Public": 0, "Private": 10}[kind]
    return template.add_resource(
        ec2.Subnet(
            f"{kind}Subnet{number + 1}",
            VpcId=Ref(vpc),
            CidrBlock=f"10.0.{first + number}.0/24",
            AvailabilityZone=Select(number, GetAZs("")),
            Tags=Tags(Name=Sub(f"${{AWS::StackName}}-{kind.lower()}-{number + 1}")),
        )
    )


def _join(template: Template, subnet: ec2.Subnet, table: Ref) -> None:
    title = f"{subnet.title}Routes"
    template.add_resource(
        ec2.SubnetRouteTableAssociation(title, SubnetId=Ref(subnet), RouteTableId=table)
    )
