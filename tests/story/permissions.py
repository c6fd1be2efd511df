"""What IAM is asked for each AWS call: actions, resources and condition keys.

The actions, their resource types and keys are those of the service authorization reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.story.identities import arn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Request = dict[str, Any]
ROLES = ("executionRoleArn", "taskRoleArn")


@dataclass(frozen=True)
class Question:
    """One decision of IAM: `resource` is an ARN, or "*" for an action that knows none.

    `keys` are condition keys of the request, by name; a key that AWS does not send is left out.
    """

    action: str
    resource: str
    keys: Mapping[str, str | list[str]] = field(default_factory=dict)


def pass_role(role: str, service: str) -> Iterator[Question]:
    """Ask whether a role may be passed to a service, such as "ecs-tasks"; "" is no role.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """
    if role:
        yield Question("iam:PassRole", role, {"iam:PassedToService": f"{service}.amazonaws.com"})


def on_stack(action: str, request: Request) -> Iterator[Question]:
    """Ask about a stack, the role that CloudFormation is given, and a template in a bucket.

    A name stands for a stack of any ID. CloudFormation reads an object with the caller's
    permissions: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-overview.html
    """
    name, role = request["StackName"], request.get("RoleARN", "")
    stack = name if name.startswith("arn:") else arn("cloudformation", f"stack/{name}/*")
    keys = {"cloudformation:RoleArn": role, "cloudformation:TemplateUrl": _url(request)}
    imported = [each["ResourceType"] for each in request.get("ResourcesToImport", [])]
    more = {"cloudformation:ImportResourceTypes": imported} if imported else {}
    yield Question(action, stack, {**{key: text for key, text in keys.items() if text}, **more})
    yield from pass_role(role, "cloudformation")
    template = urlsplit(_url(request))
    yield from _object("s3:GetObject", template.netloc, template.path)


def _url(request: Request) -> str:
    return str(request.get("TemplateURL", ""))


def _object(action: str, host: str, path: str) -> Iterator[Question]:
    """Ask about an object in a bucket, whose name begins the host."""
    if host:
        yield Question(action, f"arn:aws:s3:::{host.partition('.s3.')[0]}{path}")


def on_events(action: str, request: Request) -> Iterator[Question]:
    """Ask about the change set and its stack: either may decide about DescribeEvents."""
    yield Question(action, request["ChangeSetName"])
    yield from on_stack(action, request)


def on_repository(action: str, request: Request) -> Iterator[Question]:
    """Ask about an image repository."""
    yield Question(action, arn("ecr", f"repository/{request['repositoryName']}"))


def in_cluster(action: str, request: Request, kind: str, names: list[str]) -> Iterator[Question]:
    """Ask about services, tasks or container instances of a cluster, by name or ARN."""
    cluster = request["cluster"].rpartition("/")[2]
    keys = {"ecs:cluster": arn("ecs", f"cluster/{cluster}")}
    for name in names:
        yield Question(action, arn("ecs", f"{kind}/{cluster}/{name.rpartition('/')[2]}"), keys)


def register(action: str, request: Request) -> Iterator[Question]:
    """Ask on the definition and on everything, since AWS's pages differ on that; and the roles."""
    yield Question(action, arn("ecs", f"task-definition/{request['family']}:1"))
    yield Question(action, "*")
    yield from _roles(request)


def run_task(action: str, request: Request) -> Iterator[Question]:
    """Ask about the definition that is run, and the roles that are given instead of its own."""
    cluster = request["cluster"].rpartition("/")[2]
    keys = {"ecs:cluster": arn("ecs", f"cluster/{cluster}")}
    yield Question(action, request["taskDefinition"], keys)
    yield from _roles(request.get("overrides", {}))


def _roles(request: Request) -> Iterator[Question]:
    for name in ROLES:
        yield from pass_role(request.get(name, ""), "ecs-tasks")


def on_stream(action: str, request: Request) -> Iterator[Question]:
    """Ask about one log stream."""
    group, stream = request["logGroupName"], request["logStreamName"]
    yield Question(action, arn("logs", f"log-group:{group}:log-stream:{stream}"))


def on_group(action: str, request: Request) -> Iterator[Question]:
    """Ask about a log group, as the reference writes its ARN and as it is written elsewhere.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    group = arn("logs", f"log-group:{request['logGroupName']}")
    yield Question(action, group)
    yield Question(action, f"{group}:*")


def anywhere(action: str, _request: Request) -> Iterator[Question]:
    """Ask on everything: the action knows no resource."""
    yield Question(action, "*")


def nothing(_action: str, _request: Request) -> Iterator[Question]:
    """Ask nothing: AWS answers everybody who has credentials."""
    yield from ()


# The calls of a deployment identity, by SERVICE.Operation with the prefix of IAM's actions.
QUESTIONS: dict[str, Callable[[str, Request], Iterator[Question]]] = {
    **{
        f"cloudformation.{name}": on_stack
        for name in (
            *("CancelUpdateStack", "ContinueUpdateRollback", "CreateChangeSet", "DeleteChangeSet"),
            *("DeleteStack", "DescribeChangeSet", "DescribeStackEvents", "DescribeStacks"),
            *("ExecuteChangeSet", "GetTemplate", "RollbackStack"),
        )
    },
    "cloudformation.DescribeEvents": on_events,
    "ecr.DescribeImages": on_repository,
    "ecr.GetAuthorizationToken": anywhere,
    "ecs.DeregisterTaskDefinition": anywhere,
    "ecs.DescribeServices": lambda a, it: in_cluster(a, it, "service", it["services"]),
    "ecs.DescribeTaskDefinition": anywhere,
    "ecs.DescribeTasks": lambda a, it: in_cluster(a, it, "task", it["tasks"]),
    "ecs.ListTaskDefinitions": anywhere,
    "ecs.ListTasks": lambda a, it: in_cluster(a, it, "container-instance", ["*"]),
    "ecs.RegisterTaskDefinition": register,
    "ecs.RunTask": run_task,
    "ecs.StopTask": lambda a, it: in_cluster(a, it, "task", [it["task"]]),
    "elasticloadbalancing.DescribeRules": anywhere,
    "elasticloadbalancing.DescribeTargetHealth": anywhere,
    "logs.FilterLogEvents": on_group,
    "logs.GetLogEvents": on_stream,
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    "sts.GetCallerIdentity": nothing,
}


def questions(service: str, operation: str, request: Request) -> list[Question]:
    """List what IAM is asked for a call. A call that the table lacks fails the story."""
    prefix = {"elbv2": "elasticloadbalancing"}.get(service, service)
    name = f"{prefix}.{operation}"
    assert name in QUESTIONS, f"tests/story/permissions.py does not know what {name} asks"
    return list(QUESTIONS[name](f"{prefix}:{operation}", request))


def put_object(url: str) -> list[Question]:
    """List what IAM is asked for an object that is written."""
    parts = urlsplit(url)
    return list(_object("s3:PutObject", parts.netloc, parts.path))
