"""Who may do what, and what everybody may see."""

import json
import re
from collections.abc import Iterator

from stack.checks.body import Body, statements, walk

# Actions that know no resource, and whole services, each with what it is needed for.
# https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCE = {
    "acm": "a certificate's ARN is not known before it is there",
    "ecr:GetAuthorizationToken": "a login is for all repositories",
    "ecs:DeregisterTaskDefinition": "it knows no resource",
    "ecs:DescribeTaskDefinition": "it knows no resource",
    "ecs:ListTasks": "bound by the condition on its cluster",
    "ecs:RegisterTaskDefinition": "it knows no resource",
    "elasticloadbalancing:DescribeTargetHealth": "it knows no resource",
    "kms": "the keys that AWS has for RDS and S3",
    "ssmmessages": "a channel has no ARN",
}
# CloudFormation's role in the delivery stack: stack/service_role.py says why.
# A boundary gives nothing by itself: stack/boundary.py says what it is for.
WHOLE_SERVICES = {"Services", "Within"}
HIDDEN = re.compile(r"SecretAccessKey|MasterUserPassword|resolve:(secretsmanager|ssm-secure)")


def stars(body: Body) -> Iterator[str]:
    """Find a `*` that is not listed above with its reason."""
    for title, statement in statements(body):
        if statement["Effect"] != "Allow" or "Resource" not in statement:
            continue
        name = f"{title}, statement {statement.get('Sid', 'without Sid')}"
        actions, resources = statement["Action"], statement["Resource"]
        if "*" in actions:
            yield f"{name}, allows everything"
        elif "*" in resources and statement.get("Sid") not in WHOLE_SERVICES:
            listed = [each for each in actions if not _is_listed(each)]
            yield from (f"{name}, allows {each} on everything" for each in listed)


def _is_listed(action: str) -> bool:
    service = action.partition(":")[0]
    return action in WITHOUT_RESOURCE or (service in WITHOUT_RESOURCE and not action.endswith(":*"))


def tokens(body: Body) -> Iterator[str]:
    """Find a trust in tokens that are made for somebody else, or of any project."""
    for title, statement in statements(body):
        if "Federated" in statement.get("Principal", {}):
            keys = [key for test in statement.get("Condition", {}).values() for key in test]
            for claim in ("aud", "sub"):
                if not any(key.endswith(f":{claim}") for key in keys):
                    yield f"{title} trusts every token, whatever its {claim}"


def secrets(body: Body) -> Iterator[str]:
    """Find an output that shows a secret: whoever may describe the stack reads it."""
    hidden = {name for name, each in body.get("Parameters", {}).items() if each.get("NoEcho")}
    for title, output in body.get("Outputs", {}).items():
        named = {node.get("Ref") for node in walk(output) if isinstance(node, dict)}
        if HIDDEN.search(json.dumps(output)) or hidden & named:
            yield f"the output {title} shows a secret"
