"""How long a template's services bake, by the strategies of AWS::ECS::Service."""

from dataclasses import replace
from typing import Any

import pytest

from slipway import template
from slipway.release import bake
from slipway.settings import Settings
from slipway.templates import blueprint
from stack.options import bake as options

PERCENT, EACH = "StepPercent", "StepBakeTimeInMinutes"


def body(*configurations: dict[str, Any] | None, **parameters: dict[str, Any]) -> dict[str, Any]:
    """Make a template of services that are deployed so."""
    resources: dict[str, Any] = {"Cluster": {"Type": "AWS::ECS::Cluster"}}
    for number, configuration in enumerate(configurations):
        own = {} if configuration is None else {"DeploymentConfiguration": configuration}
        resources[f"Service{number}"] = {"Type": "AWS::ECS::Service", "Properties": own}
    return {"Parameters": parameters, "Resources": resources}


@pytest.mark.parametrize(
    ("configuration", "minutes"),
    [
        (None, 0),
        ({"MaximumPercent": 200}, 0),
        ({"Strategy": "ROLLING", "BakeTimeInMinutes": 5}, 0),
        ({"Strategy": "BLUE_GREEN", "BakeTimeInMinutes": 5}, 5),
        ({"Strategy": "BLUE_GREEN"}, 0),
        (
            {
                "Strategy": "CANARY",
                "BakeTimeInMinutes": 5,
                "CanaryConfiguration": {"CanaryPercent": 10, "CanaryBakeTimeInMinutes": 7},
            },
            12,
        ),
        # ECS's own values, where a template names none.
        ({"Strategy": "CANARY", "BakeTimeInMinutes": 5}, 15),
        ({"Strategy": "LINEAR", "BakeTimeInMinutes": 5}, 5 + 9 * 6),
        (
            {
                "Strategy": "LINEAR",
                "BakeTimeInMinutes": 0,
                "LinearConfiguration": {PERCENT: 33.0, EACH: 2},
            },
            3 * 2,
        ),
        (
            {
                "Strategy": "LINEAR",
                "BakeTimeInMinutes": 1,
                "LinearConfiguration": {PERCENT: 100, EACH: 9},
            },
            1,
        ),
    ],
)
def test_each_strategy_has_its_steps(configuration: dict[str, Any] | None, minutes: int) -> None:
    """Each step waits but the one that reaches all requests, after which the bake time counts."""
    assert bake.seconds(body(configuration), {}) == minutes * 60


def test_a_parameter_counts_by_its_value() -> None:
    """The stack's value, or else the default; what cannot be read is no time."""
    configuration = {"Strategy": "BLUE_GREEN", "BakeTimeInMinutes": {"Ref": "Bake"}}
    made = body(configuration, Bake={"Type": "Number", "Default": 3})
    assert bake.seconds(made, {}) == 3 * 60
    assert bake.seconds(made, {"Bake": "9"}) == 9 * 60
    assert bake.seconds(body(configuration), {}) == 0
    unreadable = {"Strategy": "BLUE_GREEN", "BakeTimeInMinutes": {"Fn::If": ["A", 1, 2]}}
    assert bake.seconds(body(unreadable), {}) == 0


def test_services_may_be_updated_one_after_the_other() -> None:
    """Their times are added up."""
    configuration = {"Strategy": "BLUE_GREEN", "BakeTimeInMinutes": 5}
    assert bake.seconds(body(configuration, None, configuration), {}) == 10 * 60
    assert bake.seconds({}, {}) == 0


@pytest.mark.parametrize("deployment", ["rolling", "blue_green", "linear", "canary"])
def test_the_template_and_its_options_agree(staging: Settings, deployment: str) -> None:
    """What the options allow, and what a deploy waits for, are the same minutes."""
    made = replace(staging, stack_options=(("STACK_DEPLOYMENT", deployment),))
    rendered = template.load(blueprint.application(made).body)
    assert bake.seconds(rendered, {}) == options.minutes(deployment, None) * 60
