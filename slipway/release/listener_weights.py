"""The weights of a listener rule, which ECS moves and CloudFormation would set back.

A service that switches has two target groups, and each deployment moves the requests from the one
to the other, by the weights of the rule. The template keeps the first ones. So after every second
deployment a change of the rule would send all requests to the group without tasks, and so would
the rollback of such a change.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
https://github.com/aws/containers-roadmap/issues/2853
"""

import math
from collections.abc import Mapping, Sequence

from slipway.aws import contract, session
from slipway.aws.change_set import RULE, ChangeSet
from slipway.aws.stack import Stack
from slipway.aws.template_values import Body
from slipway.errors import Refused
from slipway.settings import Settings


def require_unmoved(
    settings: Settings, current: Stack, deployed: Body, proposed: ChangeSet | None
) -> None:
    """Raise Refused for a change set that would move the requests to a group without tasks.

    `deployed` is the template of the stack. One call for each rule that the change set touches.
    """
    groups = contract.outputs(current).web_target_groups.split(",")
    for name, arn in (proposed.rules if proposed else {}).items():
        declared = of_rule(deployed.get("Resources", {}).get(name, {}))
        if len(declared) > 1 and is_moved(declared, groups, read(settings, arn)):
            raise Refused(
                f"this change touches {name}, whose requests a deployment has moved to the other "
                "target group: CloudFormation would send them back, where no task runs",
                hint=f"nothing was changed; invoke restart --env {settings.environment} moves them "
                "back, then the same command again",
            )


def is_weighted(deployed: Body) -> bool:
    """Whether a template has a rule with several target groups."""
    resources = deployed.get("Resources", {}).values()
    return any(len(of_rule(each)) > 1 for each in resources if each.get("Type") == RULE)


def of_rule(resource: Body) -> list[float]:
    """Return the weights that a template gives to a rule's target groups, in its order."""
    actions = resource.get("Properties", {}).get("Actions", [])
    return [_weight(each.get("Weight", 1)) for each in _groups(actions)]


def _weight(value: object) -> float:
    """Return a weight; one that CloudFormation alone knows equals no other."""
    return float(value) if isinstance(value, int | float | str) else math.nan


def is_moved(declared: Sequence[float], groups: Sequence[str], live: Mapping[str, float]) -> bool:
    """Whether the requests go otherwise than a template declares.

    `groups` are the ARNs of the service's target groups in the template's order, `live` the
    weights by ARN. A rule for other groups is none that ECS moves.
    """
    if set(groups) != set(live) or len(groups) != len(declared):
        return False
    return _shares(declared) != _shares([live[each] for each in groups])


def read(settings: Settings, arn: str) -> dict[str, float]:
    """Read the weights of a rule by the ARN of the target group."""
    answer = session.client(settings, "elbv2").describe_rules(RuleArns=[arn])
    actions = [action for rule in answer["Rules"] for action in rule.get("Actions", [])]
    return {each["TargetGroupArn"]: float(each.get("Weight", 1)) for each in _groups(actions)}


def _groups(actions: Sequence[Body]) -> list[Body]:
    configurations = (each.get("ForwardConfig", {}) for each in actions if "ForwardConfig" in each)
    return [group for each in configurations for group in each.get("TargetGroups", [])]


def _shares(weights: Sequence[float]) -> list[float]:
    return [each / (sum(weights) or 1) for each in weights]
