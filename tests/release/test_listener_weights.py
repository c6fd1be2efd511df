"""A rule whose requests ECS has moved, and what a template says of them."""

from dataclasses import replace
from typing import Any

import pytest

from slipway import template
from slipway.aws import change_set
from slipway.release import listener_weights
from slipway.settings import Settings
from slipway.templates import blueprint

RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"


@pytest.mark.parametrize(
    ("declared", "groups", "live", "moved"),
    [
        ([100, 0], ["a", "b"], {"a": 100, "b": 0}, False),
        ([100, 0], ["a", "b"], {"b": 0, "a": 1}, False),
        ([1, 1], ["a", "b"], {"a": 50, "b": 50}, False),
        ([100, 0], ["a", "b"], {"a": 0, "b": 100}, True),
        ([100, 0], ["a", "b"], {"a": 90, "b": 10}, True),
        ([0, 100], ["a", "b"], {"a": 100, "b": 0}, True),
        ([100, 0], ["a", "b"], {"a": 0, "b": 0}, True),
        # Another rule, with groups that ECS does not move.
        ([100, 0], ["a", "b"], {"c": 0, "d": 100}, False),
        ([100, 0, 0], ["a", "b"], {"a": 0, "b": 100}, False),
    ],
)
def test_requests_are_compared_by_their_shares(
    declared: list[float], groups: list[str], live: dict[str, float], *, moved: bool
) -> None:
    """The group is known by its ARN: ECS may list it in another order."""
    assert listener_weights.is_moved(declared, groups, live) is moved


@pytest.mark.parametrize("deployment", ["rolling", "blue_green", "linear", "canary"])
def test_the_rule_is_that_of_the_template(staging: Settings, deployment: str) -> None:
    """The target groups of the output are in the rule's order, which the comparison relies on."""
    made = replace(staging, stack_options=(("STACK_DEPLOYMENT", deployment),))
    body = template.load(blueprint.application(made).body)
    switches = deployment != "rolling"
    assert listener_weights.is_weighted(body) is switches
    if switches:
        rule = body["Resources"]["WebListenerRule"]
        assert listener_weights.of_rule(rule) == [100, 0]
        tuples = rule["Properties"]["Actions"][0]["ForwardConfig"]["TargetGroups"]
        names = ",".join(f"${{{each['TargetGroupArn']['Ref']}}}" for each in tuples)
        assert body["Outputs"]["WebTargetGroups"]["Value"] == {"Fn::Sub": names}


def test_an_action_without_weights_is_none_that_ecs_moves() -> None:
    """A redirect, and one target group by its ARN."""
    for action in ({"Type": "redirect"}, {"Type": "forward", "TargetGroupArn": {"Ref": "A"}}):
        resource: dict[str, Any] = {"Type": RULE, "Properties": {"Actions": [action]}}
        assert listener_weights.of_rule(resource) == []
        assert not listener_weights.is_weighted({"Resources": {"Rule": resource}})


def test_the_rules_that_a_change_set_touches_are_those_that_exist() -> None:
    """A new one has no ARN yet, and no requests."""
    named = {"ResourceType": RULE, "PhysicalResourceId": "arn:rule"}
    described: Any = [
        {"Action": "Modify", "LogicalResourceId": "Changed", **named},
        {"Action": "Remove", "LogicalResourceId": "Removed", **named},
        {"Action": "Add", "LogicalResourceId": "New", "ResourceType": RULE},
        {**named, "LogicalResourceId": "Listener", "ResourceType": f"{RULE[:-4]}"},
    ]
    assert change_set.rules(described) == {"Changed": "arn:rule", "Removed": "arn:rule"}


def test_a_weight_that_cloudformation_alone_knows_counts_as_moved() -> None:
    """Not knowing is not "no"."""
    groups = [{"TargetGroupArn": each, "Weight": {"Ref": "Share"}} for each in ("a", "b")]
    actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
    declared = listener_weights.of_rule({"Properties": {"Actions": actions}})
    assert listener_weights.is_moved(declared, ["a", "b"], {"a": 100.0, "b": 0.0})
