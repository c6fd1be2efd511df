"""IAM's quotas: every policy fits, with all names at their longest, the partition's among them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from slipway.templates import options
from slipway.templates.checks.body import Body, listed, of_type
from stack.services import application
from tests.stack import physical
from tests.stack.environments import VARIABLES, body
from tests.stack.texts import TEXTS, without_conflicts
from tests.story.template_functions import Scope, resolve

# Characters, without whitespace; of inline policies, the sum.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
INLINE, MANAGED, TRUST = 10_240, 6_144, 2_048
# As long as slipway/settings/setting.py allows, and as any region is.
STACK = "s" * 32
PLACE = {"AWS::Partition": "aws-us-gov", "AWS::Region": "r" * 14, "AWS::AccountId": "1" * 12}
# ECR's longest name makes the longest ARN of what AWS or a user names.
LONGEST_ARN = "a" * (len("arn:aws-us-gov:ecr:") + 14 + len(":123456789012:repository/") + 256)


class Longest(dict[str, physical.Fixed]):
    """Every resource, by the longest ARN."""

    def __missing__(self, _logical: str) -> physical.Fixed:
        return physical.Fixed(LONGEST_ARN)


def applications() -> Iterator[Body]:
    """Make the application template with every text of every option."""
    for name, texts in TEXTS.items():
        for text in texts:
            variables = without_conflicts({**VARIABLES["production"], name: text})
            yield application.template(options.read("staging", variables)).to_dict()


def resolved(one: Body, kind: str) -> Iterator[Body]:
    """List the properties of all resources of a type."""
    names = physical.scope(one, STACK, ApplicationStack=STACK, **PLACE)
    scope = Scope(names.conditions, STACK, names.values, Longest())
    yield from (resolve(each, scope) for _, each in of_type(one, kind))


def size(policies: Any) -> int:
    """Count the characters of policies as IAM does."""
    return sum(len(json.dumps(each, separators=(",", ":"))) for each in listed(policies))


def require_fitting(one: Body) -> None:
    """Measure every policy of a template."""
    for each in resolved(one, "AWS::IAM::ManagedPolicy"):
        assert size(each["PolicyDocument"]) <= MANAGED
    for each in resolved(one, "AWS::IAM::Role"):
        assert size(each["AssumeRolePolicyDocument"]) <= TRUST
        inline = [policy["PolicyDocument"] for policy in each.get("Policies", [])]
        assert size(inline) <= INLINE
    # Inside of a user, hardly anything fits.
    assert all("Policies" not in each for each in resolved(one, "AWS::IAM::User"))


@pytest.mark.parametrize("identity", ["none", "role", "user"])
def test_every_policy_of_the_delivery_stack_fits(identity: str) -> None:
    """AWS refuses what is too long, in the middle of invoke bootstrap."""
    require_fitting(body("staging", "delivery", STACK_IDENTITY=identity))


def test_every_policy_of_the_application_stack_fits() -> None:
    """Whatever the options are."""
    for one in applications():
        require_fitting(one)


def test_a_policy_is_measured_as_iam_measures_it() -> None:
    """Without whitespace, with every name at its longest; inline policies together."""
    arn = {
        "Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}"
    }
    policy = {"PolicyDocument": {"Resource": [arn]}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy, policy]}}
    (each,) = resolved({"Resources": {"Role": role}}, "AWS::IAM::Role")
    text = f'{{"Resource":["arn:aws-us-gov:sns:{"r" * 14}:{"1" * 12}:{STACK}"]}}'
    assert size([found["PolicyDocument"] for found in each["Policies"]]) == 2 * len(text)
