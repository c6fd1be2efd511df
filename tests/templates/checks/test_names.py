"""Names: each is there, and is of the kind that is asked for."""

from typing import Any

import pytest

from tests.templates.checks.broken import Case, at, output


def named(how: str, name: object) -> Case:
    """Let the service have a property that names nothing."""
    words = "WebService refers to Nothing, which does not exist"
    return Case(words, lambda it: at(it, "WebService").update(Odd={how: name}))


def tagged(key: str, value: Any) -> Case:
    """Let a resource have the revision among its tags."""
    words = "Vpc has the revision in its tags, so each deploy changes it"
    tag = [{"Key": "Revision", "Value": value}]
    return Case(words, lambda it: at(it, "Vpc").update({key: tag}))


WRONG = {
    "Ref": named("Ref", "Nothing"),
    "GetAtt": named("Fn::GetAtt", ["Nothing", "Arn"]),
    "GetAtt as a text": named("Fn::GetAtt", "Nothing.Arn"),
    "Sub": named("Fn::Sub", "${AWS::Region} ${!Escaped} ${Cluster.Arn} ${Nothing}"),
    "Sub with names of its own": named("Fn::Sub", ["${Own} ${Nothing.Arn}", {"Own": "a text"}]),
    "If": named("Fn::If", ["Nothing", 1, 2]),
    "FindInMap": named("Fn::FindInMap", ["Nothing", "a", "b"]),
    "DependsOn": Case(
        "WebService refers to Nothing, which does not exist",
        lambda it: it["Resources"]["WebService"].update(DependsOn="Nothing"),
    ),
    "one of several DependsOn": Case(
        "WebService refers to Nothing, which does not exist",
        lambda it: it["Resources"]["WebService"].update(DependsOn=["Cluster", "Nothing"]),
    ),
    "a resource's condition": Case(
        "WebService refers to Nothing, which does not exist",
        lambda it: it["Resources"]["WebService"].update(Condition="Nothing"),
    ),
    "a condition of a condition": Case(
        "Deploy refers to Nothing, which does not exist",
        lambda it: it["Conditions"].update(Deploy={"Fn::Not": [{"Condition": "Nothing"}]}),
    ),
    "a parameter of a condition": Case(
        "Deploy refers to Nothing, which does not exist",
        lambda it: it["Conditions"].update(Deploy={"Fn::Equals": [{"Ref": "Nothing"}, ""]}),
    ),
    "an output": Case(
        "Shown refers to Nothing, which does not exist", lambda it: output(it, {"Ref": "Nothing"})
    ),
    "a condition in place of a resource": Case(
        "Shown refers to Deploy, which does not exist", lambda it: output(it, {"Ref": "Deploy"})
    ),
    "a resource in place of a condition": Case(
        "WebService refers to Cluster, which does not exist",
        lambda it: it["Resources"]["WebService"].update(Condition="Cluster"),
    ),
    "an attribute of a parameter": Case(
        "Shown refers to WebWorkerCPU, which does not exist",
        lambda it: output(it, {"Fn::Sub": "${WebWorkerCPU.Arn}"}),
    ),
    "the revision as a tag": tagged("Tags", {"Ref": "WebAppRevision"}),
    "the revision in a tag": tagged("Tags", {"Fn::Sub": "web-${WebAppRevision}"}),
    "the revision in tags by another name": tagged(
        "HostedZoneTags", {"Fn::If": ["Deploy", {"Ref": "WebAppRevision"}, ""]}
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_name_of_nothing_is_found(what: str) -> None:
    """However it is named, the finding names the resource that does, and nothing else."""
    assert WRONG[what].problems() == [WRONG[what].words]


@pytest.mark.parametrize(
    "odd",
    [
        {"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}},
        {"DependsOn": [{"ContainerName": "database", "Condition": "HEALTHY"}]},
    ],
)
def test_what_only_looks_like_a_name_is_none(odd: dict[str, Any]) -> None:
    """A policy's Condition, and a container that waits for another, are not CloudFormation's."""
    case = Case("", lambda it: at(it, "WebService").update(Odd=odd))
    assert case.problems() == []
