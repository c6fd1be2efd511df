"""When a deployment is forced, and whether a template lets it be."""

from typing import Any

import pytest

from slipway.release import forced
from tests.stack.environments import body

FARGATE = [{"CapacityProvider": "FARGATE", "Weight": 1}]
SPOT = [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]


def template(**strategies: object) -> dict[str, Any]:
    """Make a template with services of these capacity provider strategies, by logical id."""
    services = {
        title: {"Type": "AWS::ECS::Service", "Properties": {"CapacityProviderStrategy": each}}
        for title, each in strategies.items()
    }
    return {"Resources": {"Cluster": {"Type": "AWS::ECS::Cluster"}, **services}}


@pytest.mark.parametrize(
    ("new", "deployed", "is_needed"),
    [
        (template(Web=FARGATE), template(Web=FARGATE), False),
        (template(Web=SPOT), template(Web=FARGATE), True),
        (template(Web=FARGATE, Worker=SPOT), template(Web=FARGATE, Worker=FARGATE), True),
        (template(Web=FARGATE, Worker=SPOT), template(Web=FARGATE), False),
        (template(Web=FARGATE), template(Web=FARGATE, Worker=SPOT), False),
        (template(Web=FARGATE), {}, False),
    ],
    ids=["same", "other", "of one", "new service", "removed service", "first"],
)
def test_another_strategy_of_a_service_needs_force(
    new: dict[str, Any], deployed: dict[str, Any], *, is_needed: bool
) -> None:
    """A service that comes or goes has none to change."""
    assert forced.is_needed(new, deployed) is is_needed


def test_a_template_takes_a_nonce_that_is_empty_by_default() -> None:
    """A parameter without that default could not be emptied again."""
    assert forced.is_possible(body("local", "application"))
    assert not forced.is_possible({"Parameters": {"DeploymentNonce": {"Type": "String"}}})
    assert not forced.is_possible({})


def test_each_nonce_is_another_one() -> None:
    """The same one would force nothing."""
    assert forced.nonce() != forced.nonce()
    assert forced.is_on(forced.nonce())
    assert not forced.is_on({"DeploymentNonce": ""})
    assert not forced.is_on({})
