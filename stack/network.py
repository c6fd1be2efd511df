"""The network: a VPC with a public subnet in each of two availability zones."""

from dataclasses import dataclass

from troposphere import GetAZs, Ref, Select, Template, ec2

CIDR = "10.0.0.0/16"


@dataclass(frozen=True)
class Network:
    """What the rest of the stack stands in."""

    vpc: ec2.VPC
    subnets: list[ec2.Subnet]
    route: ec2.Route


def add(template: Template) -> Network:
    """Add the VPC, its subnets and their way to the internet."""
    vpc = template.add_resource(
        ec2.VPC("Vpc", CidrBlock=CIDR, EnableDnsSupport=True, EnableDnsHostnames=True)
    )
    route = _internet(template, vpc)
    subnets = [_subnet(template, vpc, route, number) for number in (0, 1)]
    return Network(vpc, subnets, route)


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


def _subnet(template: Template, vpc: ec2.VPC, route: ec2.Route, number: int) -> ec2.Subnet:
    subnet = template.add_resource(
        ec2.Subnet(
            f"PublicSubnet{number + 1}",
            VpcId=Ref(vpc),
            CidrBlock=f"10.0.{number}.0/24",
            AvailabilityZone=Select(number, GetAZs("")),
        )
    )
    template.add_resource(
        ec2.SubnetRouteTableAssociation(
            f"PublicSubnet{number + 1}Routes",
            SubnetId=Ref(subnet),
            RouteTableId=route.RouteTableId,
        )
    )
    return subnet
