"""The web service: as many tasks as wanted, replaced one revision by the next."""

from dataclasses import dataclass
from typing import Any

from troposphere import AWS_NO_VALUE, If, Output, Ref, Template, ecs

from stack import rollout
from stack.alarms import Alarms
from stack.cluster import Cluster, launch
from stack.egress import Egress
from stack.load_balancer import LoadBalancer
from stack.options import Options
from stack.parameters import DEPLOY, FORCED, Parameters
from stack.security_groups import Groups
from stack.target_groups import switches
from stack.tasks import WEB


@dataclass(frozen=True)
class Room:
    """Where the tasks of a service stand, and who reaches them."""

    cluster: Cluster
    egress: Egress
    groups: Groups


def add_web_service(  # noqa: PLR0913, PLR0917 - a service joins all of them
    template: Template,
    options: Options,
    parameters: Parameters,
    room: Room,
    balancer: LoadBalancer,
    task: ecs.TaskDefinition,
    alarms: Alarms | None,
) -> ecs.Service:
    """Add the service; tasks that do not become healthy are rolled back."""
    joined = ecs.LoadBalancer(
        ContainerName=WEB,
        ContainerPort=Ref(parameters.port),
        **rollout.targets(template, options, balancer),
    )
    service = template.add_resource(
        ecs.Service(
            "WebService",
            ServiceName=WEB,
            TaskDefinition=Ref(task),
            DeploymentConfiguration=rollout.configuration(options, alarms),
            HealthCheckGracePeriodSeconds=30,
            LoadBalancers=[joined],
            **_count(parameters),
            **shared(options, parameters, room, *_listener(options, balancer)),
        )
    )
    template.add_output(Output("WebServiceName", Description="The web service", Value=WEB))
    return service


def shared(options: Options, parameters: Parameters, room: Room, *after: str) -> dict[str, Any]:
    """Decide the properties that every service of the stack has.

    A service waits for what it is `after`, by title, and for the way out of its subnets: without
    that, new tasks could not pull their image, and the circuit breaker would count them.

    A deployment is forced while DeploymentNonce has a value, and at no other time. AWS's pages
    differ on whether EnableForceNewDeployment forces each update of the service, or only one
    that changes the nonce. A forced rollback would start the tasks that have just failed.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-forcenewdeployment.html
    https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ecs.ForceNewDeployment.html
    """
    forced = ecs.ForceNewDeployment(
        EnableForceNewDeployment=True, ForceNewDeploymentNonce=Ref(parameters.nonce)
    )
    network = ecs.AwsvpcConfiguration(
        AssignPublicIp=room.egress.public_address,
        Subnets=[Ref(each) for each in room.egress.subnets],
        SecurityGroups=[Ref(room.groups.tasks)],
    )
    waits = [*after, *room.egress.routes]
    return {
        **({"DependsOn": waits} if waits else {}),
        "Condition": DEPLOY,
        "Cluster": Ref(room.cluster.cluster),
        "ForceNewDeployment": If(FORCED, forced, Ref(AWS_NO_VALUE)),
        "EnableExecuteCommand": options.exec,
        "EnableECSManagedTags": True,
        "PropagateTags": "SERVICE",
        "NetworkConfiguration": ecs.NetworkConfiguration(AwsvpcConfiguration=network),
        **launch(options),
    }


def _listener(options: Options, balancer: LoadBalancer) -> list[str]:
    """Return the listener, without which ECS refuses the target group; a switch names its own."""
    return [] if switches(options) else [str(balancer.production.title)]


def _count(parameters: Parameters) -> dict[str, Any]:
    """Name the number of tasks, unless autoscaling has it.

    CloudFormation sends a DesiredCount with every change of the service: a deploy under
    load would throw away the tasks that the load had asked for.
    """
    return {} if parameters.maximum else {"DesiredCount": Ref(parameters.desired_count)}
