"""The rival of a template has to be the same stack."""

import json
from typing import Any

import pytest

from bench import synth


@pytest.fixture
def body() -> dict[str, Any]:
    """A small template that has all of the parts."""
    return {
        "Parameters": {"Tag": {"Type": "String"}},
        "Conditions": {"Deploy": {"Fn::Equals": [{"Ref": "Tag"}, ""]}},
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Queue": {"Type": "AWS::SQS::Queue", "DependsOn": "Topic"},
            "Bucket": {"Type": "AWS::S3::Bucket", "DependsOn": ["Topic", "Queue"]},
        },
        "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}},
    }


def copied(body: dict[str, Any]) -> dict[str, Any]:
    """Make a template of its own that says the same."""
    return dict(json.loads(json.dumps(body)))


def test_the_order_of_what_a_resource_needs_is_no_difference(body: dict[str, Any]) -> None:
    """Nor is a single name beside a list of one: CloudFormation takes either."""
    other = copied(body)
    other["Resources"]["Queue"]["DependsOn"] = ["Topic"]
    other["Resources"]["Bucket"]["DependsOn"] = ["Queue", "Topic"]
    before = copied(body)

    synth.require_same(body, other)

    assert body == before


@pytest.mark.parametrize("part", synth.PARTS)
def test_a_rival_that_makes_less_is_no_rival(part: str, body: dict[str, Any]) -> None:
    """Of every part, the number is the same."""
    other = copied(body)
    other[part].popitem()

    with pytest.raises(SystemExit, match=rf"{part}: \d here, \d by the CDK"):
        synth.require_same(body, other)


def test_a_rival_that_makes_something_else_is_no_rival(body: dict[str, Any]) -> None:
    """The same number is not enough."""
    other = copied(body)
    other["Resources"]["Queue"]["Type"] = "AWS::SNS::Topic"

    with pytest.raises(SystemExit, match="Resources: the CDK's Queue is another"):
        synth.require_same(body, other)
