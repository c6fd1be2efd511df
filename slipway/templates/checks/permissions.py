"""Who may do what, and what everybody may see."""

import json
import re
from collections.abc import Iterator
from typing import Any

from slipway.templates.checks.body import Body, listed, references, statements

# Actions that know no resource, each with the page that says so, which is list_NAME.html below
# https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCE = {
    "acm:RequestCertificate": "awscertificatemanager",
    "ecr:GetAuthorizationToken": "amazonelasticcontainerregistry",
    "ecs:DeregisterTaskDefinition": "amazonelasticcontainerservice",
    "ecs:DescribeTaskDefinition": "amazonelasticcontainerservice",
    "ecs:ListTaskDefinitions": "amazonelasticcontainerservice",
    "elasticloadbalancing:DescribeRules": "awselasticloadbalancingv2",
    "elasticloadbalancing:DescribeTargetHealth": "awselasticloadbalancingv2",
    "logs:DescribeLogGroups": "amazoncloudwatchlogs",
    "ssmmessages:CreateControlChannel": "amazonmessagegatewayservice",
    "ssmmessages:CreateDataChannel": "amazonmessagegatewayservice",
    "ssmmessages:OpenControlChannel": "amazonmessagegatewayservice",
    "ssmmessages:OpenDataChannel": "amazonmessagegatewayservice",
}
# Actions that have a resource on that page and none on another, so that `*` alone works under both.
DIFFERING = {
    "ecs:RegisterTaskDefinition": "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
    "security_iam_id-based-policy-examples.html",
}
# Actions that are bound by a condition on this key, and not by a resource.
BOUND_BY = {"ecs:ListTasks": "ecs:cluster", "kms:CreateGrant": "kms:GrantIsForAWSResource"}
# Whole services and what else has a `*`, by resource and statement, and why that is meant.
MEANT = {
    (
        "ApplicationBoundary",
        "Within",
    ): "a boundary gives nothing by itself: stack/permissions_boundary.py",
    ("DeliveryServiceRole", "Services"): "names that AWS chooses: stack/delivery/footprint.py",
    ("DeliveryServiceRole", "Named"): "all of it, on what bears the stack's own name",
    ("DeliveryServiceRole", "Buckets"): "all of it, on buckets of the stack's own name",
    ("DeliveryServiceRole", "Certificates"): "its ARN is not known before it is there",
    ("DeliveryServiceRole", "Keys"): "the keys that AWS has for RDS; it reads",
}
# A test that a token passes only when the claim is there; ...IfExists and ForAllValues are none.
TESTS = ("StringEquals", "StringLike")
HIDDEN = re.compile(r"SecretAccessKey|MasterUserPassword|resolve:(secretsmanager|ssm-secure)")


def stars(body: Body) -> Iterator[str]:
    """Find a `*` that is not listed above with its reason, and what comes to the same."""
    for title, statement in statements(body):
        if statement["Effect"] != "Allow":
            continue
        sid = statement.get("Sid", "without Sid")
        found = [*_always(statement), *([] if (title, sid) in MEANT else _unless_meant(statement))]
        yield from (f"{title}, statement {sid}, {problem}" for problem in found)


def _always(statement: Body) -> Iterator[str]:
    if {"NotAction", "NotResource", "NotPrincipal"} & statement.keys():
        yield "allows everything except what it names"
    if "*" in _texts(statement.get("Principal", [])):
        yield "allows every principal"
    if "*" in listed(statement.get("Action", [])):
        yield "allows everything"


def _unless_meant(statement: Body) -> Iterator[str]:
    everything = "*" in listed(statement.get("Resource", []))
    for action in listed(statement.get("Action", [])):
        if action == "*" or not isinstance(action, str):
            continue
        if "*" in action:
            yield f"allows {action}"
        elif everything and not _is_listed(action, statement):
            yield f"allows {action} on everything"


def _texts(principal: Any) -> list[Any]:
    found = principal.values() if isinstance(principal, dict) else [principal]
    return [text for each in found for text in listed(each)]


def _is_listed(action: str, statement: Body) -> bool:
    keys = [key for test in statement.get("Condition", {}).values() for key in test]
    return action in {*WITHOUT_RESOURCE, *DIFFERING} or BOUND_BY.get(action) in keys


def tokens(body: Body) -> Iterator[str]:
    """Find a trust in tokens that are made for somebody else, or of any project."""
    for title, statement in statements(body):
        if "Federated" in statement.get("Principal", {}):
            tests = [statement.get("Condition", {}).get(each, {}) for each in TESTS]
            for claim in ("aud", "sub"):
                if not any(_narrows(test, claim) for test in tests):
                    yield f"{title} trusts every token, whatever its {claim}"


def _narrows(test: Body, claim: str) -> bool:
    found = [listed(value) for key, value in test.items() if key.endswith(f":{claim}")]
    return bool(found) and not any("*" in each for each in found)


def secrets(body: Body) -> Iterator[str]:
    """Find an output that shows a secret to everyone who may describe the stack."""
    parameters = body.get("Parameters", {}).items()
    hidden = {("Ref", name) for name, each in parameters if each.get("NoEcho") in (True, "true")}
    for title, output in body.get("Outputs", {}).items():
        if HIDDEN.search(json.dumps(output)) or hidden & set(references(output)):
            yield f"the output {title} shows a secret"
