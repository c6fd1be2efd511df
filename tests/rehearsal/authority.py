"""The local account's server, asking for the rights that AWS asks for.

MiniStack with AUTH=true checks policies, but asks for less than AWS does in the calls of a
deploy, or for something else. Here it asks what the Service Authorization Reference says:
https://docs.aws.amazon.com/service-authorization/latest/reference/

- MiniStack asks nobody for iam:PassRole. Here a call that hands a role to a service needs it,
  for that role and that service.
- MiniStack takes an ECS call that names a cluster for one on that cluster. Here it is on the
  task definition, the tasks or the service, and the cluster is the condition key ecs:cluster.
- MiniStack knows no condition key of CloudFormation's. Here there are cloudformation:RoleArn
  and cloudformation:ImportResourceTypes.
- MiniStack ends a cluster's name where CloudFormation adds some letters. Here it adds them.
- MiniStack knows no log streams. Here one is asked for by its own name.
- Here every request is as if it came by TLS, which the policies of buckets want.

All other questions are MiniStack's own, and so is every answer. It does not ask for rights in
the docker protocol of its registry, does not check a token's signature, and makes a stack's
resources with nobody's rights: the service role is passed, and not tried.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import json
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import ecs
from ministack.services.cloudformation import provisioners

from slipway.emulator import credentials, server


@dataclass(frozen=True)
class Call:
    """What a request asks for: its action, what it names, and where `arn` is."""

    action: str
    given: dict[str, Any]
    place: str

    def arn(self, service: str, rest: str) -> str:
        """Name a resource of the caller's account and region."""
        return f"arn:aws:{service}:{self.place}:{rest}"


@dataclass(frozen=True)
class Question:
    """Whether an action is allowed on a resource, where the condition keys have these values."""

    action: str
    resource: str
    keys: dict[str, Any] = field(default_factory=dict)


Asking = Callable[[Call], Iterator[Question]]
TO_TASKS, TO_CLOUDFORMATION = "ecs-tasks.amazonaws.com", "cloudformation.amazonaws.com"
_asked: ContextVar[tuple[Question, ...]] = ContextVar("asked", default=())


def passing(role: str, service: str) -> Iterator[Question]:
    """Ask whether a role may be handed to a service, where a call names one."""
    if role:
        yield Question("iam:PassRole", role, {"iam:PassedToService": service})


def cluster_name(call: Call) -> str:
    """Read the name of the call's cluster, which may be an ARN."""
    return str(call.given.get("cluster") or "default").rpartition("/")[2]


def in_cluster(call: Call, kind: str, names: list[str]) -> Iterator[Question]:
    """Ask about services or tasks, which bear the cluster's name."""
    cluster = cluster_name(call)
    keys = {"ecs:cluster": call.arn("ecs", f"cluster/{cluster}")}
    for name in names:
        rest = f"{kind}/{cluster}/{name.rpartition('/')[2]}"
        yield Question(call.action, call.arn("ecs", rest), keys)


def of_service(call: Call) -> Iterator[Question]:
    """Ask about the one service that a call changes."""
    name = call.given.get("service") or call.given.get("serviceName") or ""
    yield from in_cluster(call, "service", [name])


def run_task(call: Call) -> Iterator[Question]:
    """Ask about the task definition, and the roles that take the place of its own."""
    named = str(call.given.get("taskDefinition", "")).rpartition("/")[2]
    family, _, number = named.partition(":")
    number = number or str(ecs._task_def_latest.get(family, 1))
    keys = {"ecs:cluster": call.arn("ecs", f"cluster/{cluster_name(call)}")}
    definition = call.arn("ecs", f"task-definition/{family}:{number}")
    yield Question(call.action, definition, keys)
    yield from of_roles(call.given.get("overrides", {}))


def of_roles(given: dict[str, Any]) -> Iterator[Question]:
    """Ask about the two roles of a task."""
    for name in ("executionRoleArn", "taskRoleArn"):
        yield from passing(given.get(name, ""), TO_TASKS)


def register(call: Call) -> Iterator[Question]:
    """Ask about everything, as the stricter of AWS's pages has it, and about the roles."""
    yield Question(call.action, "*")
    yield from of_roles(call.given)


def of_a_stack(call: Call) -> Iterator[Question]:
    """Ask about the stack, the role that CloudFormation is to take, and what it would import."""
    name, role = str(call.given.get("StackName", "")), str(call.given.get("RoleARN", ""))
    stack = name if name.startswith("arn:") else call.arn("cloudformation", f"stack/{name}/*")
    imported = [value for key, value in call.given.items() if key.endswith(".ResourceType")]
    keys = {"cloudformation:RoleArn": role, "cloudformation:ImportResourceTypes": imported}
    yield Question(call.action, stack, {key: value for key, value in keys.items() if value})
    yield from passing(role, TO_CLOUDFORMATION)


def of_a_stream(call: Call) -> Iterator[Question]:
    """Ask about a log stream."""
    group, stream = call.given.get("logGroupName"), call.given.get("logStreamName")
    yield Question(call.action, call.arn("logs", f"log-group:{group}:log-stream:{stream}"))


ASKING: dict[str, Asking] = {
    "ecs:DescribeServices": lambda it: in_cluster(it, "service", it.given.get("services", [])),
    "ecs:DescribeTasks": lambda it: in_cluster(it, "task", it.given.get("tasks", [])),
    "ecs:ListTasks": lambda it: in_cluster(it, "container-instance", ["*"]),
    "ecs:RegisterTaskDefinition": register,
    "ecs:RunTask": run_task,
    "ecs:StopTask": lambda it: in_cluster(it, "task", [it.given.get("task", "")]),
    **{f"ecs:{verb}Service": of_service for verb in ("Create", "Delete", "Update")},
    **{
        f"cloudformation:{action}": of_a_stack
        for action in (
            *("ContinueUpdateRollback", "CreateChangeSet", "CreateStack", "DeleteStack"),
            *("RollbackStack", "UpdateStack"),
        )
    },
    "logs:GetLogEvents": of_a_stream,
}


def questions(action: str, body: bytes, query: dict[str, Any], place: str) -> tuple[Question, ...]:
    """Decide what is asked for a call; nothing where MiniStack's own question is AWS's."""
    if action not in ASKING:
        return ()
    given = {key: value[0] if isinstance(value, list) else value for key, value in query.items()}
    if not action.startswith("cloudformation:"):
        given = json.loads(body or b"{}")
    return tuple(ASKING[action](Call(action, given, place)))


def ask_as_aws() -> None:
    """Put these questions in the place of MiniStack's."""
    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce
    pin = app.pin_request_origin

    def extract_and_note(service: str, *request: Any) -> str:
        method, path, headers, body, query, region, account = request
        action = iam_actions.extract_iam_action(service, method, path, headers, body, query)
        _asked.set(questions(action or "", body, query, f"{region}:{account}"))
        return str(extract(service, *request))

    def enforce_all(  # noqa: PLR0913, PLR0917 - as MiniStack calls it
        access_key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        asked = _asked.get() or (Question(action, resource_arn),)
        _asked.set(())
        for each in asked:
            keys = {**(service_context or {}), **each.keys}
            if denied := enforce(access_key, each.action, service, region, each.resource, keys):
                return denied
        return None

    iam_actions.extract_resource_arn = extract_and_note
    iam_evaluator.enforce = enforce_all
    app.pin_request_origin = lambda address, _: pin(address, secure_transport=True)


def name_as_aws() -> None:
    """Give a stack's cluster a name as CloudFormation does, which its policies count on."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ECS::Cluster"]
    create = handlers["create"]

    def create_named(title: str, given: dict[str, Any], stack: str) -> Any:
        name = provisioners._physical_name(stack, title)
        return create(title, {"ClusterName": name, **given}, stack)

    handlers["create"] = create_named


if __name__ == "__main__":
    credentials.UNSIGNED_ACTIONS.add("AssumeRoleWithWebIdentity")
    ask_as_aws()
    name_as_aws()
    server.main()
