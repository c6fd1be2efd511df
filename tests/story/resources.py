"""The resources of a stack: what comes to be when CloudFormation makes one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.story.identities import ACCOUNT, arn

if TYPE_CHECKING:
    from tests.story.clock import Process
    from tests.story.templates import Declared
    from tests.story.world import World

# CloudFormation makes another one instead of changing it:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html
REPLACED = {"AWS::ECS::TaskDefinition"}
BREAKER = (
    'Resource handler returned message: "Error occurred during operation '
    "'ECS Deployment Circuit Breaker was triggered'.\" (HandlerErrorCode: GeneralServiceException)"
)
NOT_STABLE = "Resource handler returned message: Service deployment rolled back."


class ResourceFailed(Exception):
    """A resource could not be made or changed."""


class Cancelled(Exception):
    """The update was cancelled while a resource was waited for."""


@dataclass
class Resource:
    """A resource that exists."""

    logical: str
    declared: Declared
    physical: str
    attributes: dict[str, str] = field(default_factory=dict)

    def attribute(self, name: str) -> str:
        """Return what Fn::GetAtt returns."""
        return self.attributes.get(name, f"{self.logical}.{name}")


class Resources:
    """Makes and removes resources in the story's account."""

    def __init__(self, world: World) -> None:
        self.world = world
        # Logical id -> why the next attempt to make or change it fails.
        self.failing: dict[str, str] = {}

    def put(
        self, stack: str, logical: str, declared: Declared, properties: dict[str, Any]
    ) -> Resource:
        """Create a resource, or bring it to these properties."""
        if logical in self.failing:
            raise ResourceFailed(self.failing.pop(logical))
        resource = Resource(logical, declared, f"{stack}-{logical}-1")
        create = getattr(self, f"_{declared.kind.replace('::', '_').lower()}", None)
        if create:
            create(resource, properties)
        return resource

    def settle(self, resource: Resource, cancelled: Any) -> Process:
        """Wait until a service is stable, as CloudFormation does; other resources are at once."""
        if resource.declared.kind != "AWS::ECS::Service":
            return
        service = self.world.services.by_name[resource.physical.rpartition("/")[2]]
        deployment = service.primary
        while deployment.state == "IN_PROGRESS":
            if cancelled():
                self.world.services.stop_deployment(service)
                raise Cancelled
            yield 0.5
        if deployment.state == "FAILED":
            raise ResourceFailed(
                BREAKER if service.deployment_strategy == "ROLLING" else NOT_STABLE
            )

    def remove(self, resource: Resource, *, created: bool = False) -> None:
        """Delete a resource unless its policy retains it; `created`: by what is rolled back.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
        """
        kind, policy = resource.declared.kind, resource.declared.deletion
        if policy == "Retain" or (policy == "RetainExceptOnCreate" and not created):
            return
        if kind == "AWS::ECR::Repository":
            self.world.ecr.repositories.pop(resource.physical, None)
        if kind == "AWS::IAM::OIDCProvider":
            self.world.iam.providers.pop(resource.physical, None)
        if kind == "AWS::ECS::Service":
            self.world.services.delete(
                self.world.services.by_name[resource.physical.rpartition("/")[2]]
            )
        if kind == "AWS::ECS::TaskDefinition":
            self.world.task_definitions.by_arn[resource.physical]["status"] = "INACTIVE"
        if kind == "AWS::ElasticLoadBalancingV2::ListenerRule":
            self.world.elb.rules.pop(resource.physical)
        if kind == "AWS::ECS::Cluster":
            self.world.ecs.clusters.discard(resource.physical)
        if kind == "AWS::RDS::DBInstance" and (why := self.world.rds.delete(resource.physical)):
            raise ResourceFailed(why)

    def _aws_ecs_cluster(self, resource: Resource, _properties: dict[str, Any]) -> None:
        self.world.ecs.clusters.add(resource.physical)

    def _aws_ecs_taskdefinition(self, resource: Resource, properties: dict[str, Any]) -> None:
        resource.physical = self.world.task_definitions.register_template(properties)

    def _aws_ecs_service(self, resource: Resource, properties: dict[str, Any]) -> None:
        service = self.world.services.apply(properties)
        resource.physical = service.arn
        resource.attributes["Name"] = service.name

    def _aws_applicationautoscaling_scalabletarget(
        self, _resource: Resource, properties: dict[str, Any]
    ) -> None:
        service = self.world.services.by_name[properties["ResourceId"].rpartition("/")[2]]
        least, most = int(properties["MinCapacity"]), int(properties["MaxCapacity"])
        service.desired = max(least, min(service.desired, most))

    def _aws_elasticloadbalancingv2_targetgroup(
        self, resource: Resource, _properties: dict[str, Any]
    ) -> None:
        name = f"targetgroup/{resource.physical}/1"
        resource.physical = arn("elasticloadbalancing", name)
        resource.attributes["TargetGroupFullName"] = name
        self.world.elb.groups.setdefault(resource.physical, {})

    def _aws_elasticloadbalancingv2_loadbalancer(
        self, resource: Resource, _properties: dict[str, Any]
    ) -> None:
        resource.attributes["DNSName"] = f"{resource.physical}.elb.example.com"
        resource.physical = arn("elasticloadbalancing", f"loadbalancer/app/{resource.physical}/1")

    def _aws_elasticloadbalancingv2_listenerrule(
        self, resource: Resource, properties: dict[str, Any]
    ) -> None:
        """Make a rule, or bring one to the template's weights, whatever it has."""
        resource.physical = arn("elasticloadbalancing", f"listener-rule/{resource.physical}")
        self.world.elb.rules[resource.physical] = {
            each["TargetGroupArn"]: float(each["Weight"])
            for action in properties["Actions"]
            for each in action["ForwardConfig"]["TargetGroups"]
        }

    def _aws_logs_loggroup(self, resource: Resource, properties: dict[str, Any]) -> None:
        resource.physical = properties.get("LogGroupName", resource.physical)
        self.world.logs.groups.setdefault(resource.physical, {})

    def _aws_rds_dbinstance(self, resource: Resource, properties: dict[str, Any]) -> None:
        self.world.rds.protected[resource.physical] = bool(properties.get("DeletionProtection"))
        secret = self.world.secrets.put("rds!db-of-the-story", "{}")
        resource.attributes |= {"MasterUserSecret.SecretArn": secret, "Endpoint.Port": "5432"}

    def _aws_iam_role(self, resource: Resource, _properties: dict[str, Any]) -> None:
        resource.attributes["Arn"] = f"arn:aws:iam::{ACCOUNT}:role/{resource.physical}"

    def _aws_s3_bucket(self, resource: Resource, _properties: dict[str, Any]) -> None:
        resource.physical = resource.physical.lower()

    def _aws_iam_oidcprovider(self, resource: Resource, properties: dict[str, Any]) -> None:
        host = properties["Url"].removeprefix("https://")
        resource.physical = self.world.iam.add_provider(host, *properties["ClientIdList"])

    def _aws_ecr_repository(self, resource: Resource, properties: dict[str, Any]) -> None:
        resource.physical = properties.get("RepositoryName", resource.physical)
        resource.attributes["Arn"] = arn("ecr", f"repository/{resource.physical}")
        self.world.ecr.repositories.setdefault(resource.physical, {})
