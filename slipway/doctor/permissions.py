"""Whether the caller may do what a deploy does: IAM's own simulator decides.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from slipway.aws import session
from slipway.doctor.finding import Case, ok, unknown, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_iam import IAMClient
    from types_boto3_iam.type_defs import ContextEntryTypeDef

    from slipway.aws.stack import Stack
    from slipway.events import Finding
    from slipway.template import Body

SUBJECT, POLICY = "permissions", "DeploymentPolicy"
ASSUMED = re.compile(r"arn:([\w-]+):sts::(\d+):assumed-role/([^/]+)/.*")


def simulated(case: Case, body: str) -> Iterator[Finding]:
    """Simulate every statement of the deployment policy for the caller.

    `body` is a delivery template that has the policy. Who deployed nothing yet has no delivery
    stack, whose outputs name what the statements are about.
    """
    if case.delivery is None or not case.delivery.outputs:
        hint = f"run first: {case.command('bootstrap')}"
        yield unknown(SUBJECT, "not checked, because there is no delivery stack", hint)
        return
    iam = session.client(case.settings, "iam")
    caller = _principal(iam, case.caller)
    if caller.endswith(":root"):
        yield ok(SUBJECT, "these are the root user's credentials: they may do everything")
        return
    denied = [
        action
        for statement in statements(body, names(case.delivery, case))
        for action in _denied(iam, caller, statement)
    ]
    if denied:
        what = f"{caller} lacks permissions: {', '.join(dict.fromkeys(denied))}"
        hint = "deploy with credentials that have these permissions, or ask an administrator"
        yield wrong(SUBJECT, what, hint)
        return
    yield ok(SUBJECT, f"{caller} may make every call of a deploy")


def _principal(iam: IAMClient, caller: str) -> str:
    """Return the ARN of the user or role behind a caller; a role's path is IAM's to say."""
    if match := ASSUMED.fullmatch(caller):
        return str(iam.get_role(RoleName=match[3])["Role"]["Arn"])
    return caller


def names(delivery: Stack, case: Case) -> dict[str, str]:
    """Return what the policy's references mean in this environment, by reference."""
    settings, partition = case.settings, delivery.id.split(":")[1]
    repository = settings.ecr_repository.partition("/")[2]
    place = f"{settings.region}:{case.account}"
    return {
        "AWS::Partition": partition,
        "AWS::Region": settings.region,
        "AWS::AccountId": case.account,
        "AWS::StackName": delivery.name,
        "ApplicationStack": settings.stack_name,
        "ApplicationRepository.Arn": f"arn:{partition}:ecr:{place}:repository/{repository}",
        "TemplatesBucket": delivery.outputs.get("TemplatesBucket", ""),
        "DeliveryServiceRole.Arn": delivery.outputs.get("DeliveryServiceRole", ""),
    }


def statements(body: str, known: dict[str, str]) -> Iterator[Body]:
    """List the statements of the deployment policy in a template, with names put in."""
    policy = json.loads(body)["Resources"][POLICY]["Properties"]["PolicyDocument"]
    for statement in policy["Statement"]:
        yield _named(statement, known)


def _named(node: object, known: dict[str, str]) -> Any:
    """Put names in the place of Fn::Sub, Fn::GetAtt and Ref."""
    if isinstance(node, list):
        return [_named(each, known) for each in node]
    if not isinstance(node, dict):
        return node
    match node:
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: known[found[1]], text)
        case {"Fn::GetAtt": [title, attribute]}:
            return known[f"{title}.{attribute}"]
        case {"Ref": title}:
            return known[title]
    return {key: _named(each, known) for key, each in node.items()}


def _denied(iam: IAMClient, caller: str, statement: Body) -> list[str]:
    """Return the actions of a statement that the caller may not use."""
    # A pattern stands for any name.
    resources = [each.replace("*", "x") if each != "*" else each for each in statement["Resource"]]
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=caller,
        ActionNames=statement["Action"],
        ResourceArns=resources,
        ContextEntries=_context(statement.get("Condition", {})),
    )
    return [
        each["EvalActionName"]
        for page in pages
        for each in page["EvaluationResults"]
        if each["EvalDecision"] != "allowed"
    ]


def _context(conditions: dict[str, dict[str, str]]) -> list[ContextEntryTypeDef]:
    """Return the condition keys of a request that meets these conditions."""
    return [
        {
            "ContextKeyName": key,
            "ContextKeyValues": [value.replace("*", "x")],
            "ContextKeyType": "string",
        }
        for operator, tests in conditions.items()
        if operator != "Null"
        for key, value in tests.items()
    ]
