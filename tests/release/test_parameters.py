"""Parameters: what is refused before anything is changed, and what CloudFormation is sent."""

from typing import Any

import pytest

from slipway.errors import ConfigurationError
from slipway.release import parameters
from tests.stack.environments import body

LOCAL = body("local", "application")
DECIDED = {"WebAppRevision": "c0ffee", "RepositoryURL": "registry.example/shop"}
SET = {**DECIDED, "DatabaseUrl": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:url"}


def refusal(named: dict[str, str], deployed: dict[str, str] | None = None) -> str:
    """Return the message by which these parameters are refused."""
    with pytest.raises(ConfigurationError) as caught:
        parameters.require_valid(LOCAL, {**SET, **named}, deployed or {})
    assert caught.value.hint
    return caught.value.what


@pytest.mark.parametrize("name", [*DECIDED, "DeploymentNonce"])
def test_what_the_deploy_decides_cannot_be_named(name: str) -> None:
    """Another tag would go past the tested digest, and past the guard against older ones."""
    with pytest.raises(ConfigurationError, match="set by the deploy itself"):
        parameters.require_free({name: "latest"})


def test_a_nonce_that_an_interrupted_restart_left_is_nobody_s_choice() -> None:
    """It is carried over, and not shown as what an earlier deploy named."""
    deployed = {**SET, "DeploymentNonce": "c0ffee", "WebWorkerDesiredCount": "3"}
    declared = LOCAL["Parameters"]
    assert parameters.carried_over(declared, SET, deployed) == {"WebWorkerDesiredCount": "3"}
    assert {"ParameterKey": "DeploymentNonce", "UsePreviousValue": True} in (
        parameters.of_change_set(declared, SET, deployed)
    )


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"WebWorkerCPU": "300"}, "'300' is not one of 256, 512"),
        ({"WebWorkerCPU": "banana"}, "'banana' is not one of 256, 512"),
        ({"WebWorkerDesiredCount": "-1"}, "-1 is less than 0"),
        ({"WebWorkerDesiredCount": "two"}, "'two' is not a number"),
        ({"WebWorkerPort": "99999"}, "99999 is more than 65535"),
        ({"WebWorkerMemory": "512 MB"}, "WebWorkerMemory: '512 MB' does not match"),
        ({"WebWorkerCPU": "512"}, "no tasks of 512 CPU units and 512 MiB; it has 1024, 2048"),
        ({"WebWorkerMemory": "768"}, "no tasks of 256 CPU units and 768 MiB; it has 512, 1024"),
    ],
)
def test_a_value_that_aws_would_refuse_is_refused_first(named: dict[str, str], words: str) -> None:
    """With what is allowed: after the migration, the refusal would be too late."""
    assert words in refusal(named)


def test_all_problems_are_one_message() -> None:
    """Nobody has to type three times to see three slips."""
    text = refusal({"WebWorkerCPU": "300", "WebWorkerDesiredCount": "two"})
    assert "WebWorkerCPU" in text
    assert "WebWorkerDesiredCount" in text


def test_a_parameter_that_is_not_declared_is_refused() -> None:
    """With the names there are."""
    with pytest.raises(ConfigurationError, match="the template has no parameter Nope") as caught:
        parameters.require_valid(LOCAL, {**SET, "Nope": "1"}, {})
    assert "WebWorkerCPU" in caught.value.hint


def test_a_value_that_is_carried_over_counts() -> None:
    """A memory of an earlier deploy does not go with every CPU."""
    parameters.require_valid(LOCAL, {**SET, "WebWorkerCPU": "512"}, {"WebWorkerMemory": "1024"})
    assert "2048 CPU units and 1024 MiB" in refusal(
        {"WebWorkerCPU": "2048"}, {"WebWorkerMemory": "1024"}
    )


def test_a_template_s_own_defaults_are_valid() -> None:
    """In every environment's stack."""
    for environment in ("local", "staging", "production", "other"):
        template = body(environment, "application")
        named = {name: text for name, text in SET.items() if name in template["Parameters"]}
        parameters.require_valid(template, named, {})


@pytest.mark.parametrize(
    ("rule", "text", "words"),
    [
        ({"Type": "String", "MinLength": 8}, "short", "has 5 characters, MinLength is 8"),
        ({"Type": "String", "MaxLength": 3}, "long", "has 4 characters, MaxLength is 3"),
        ({"Type": "List<Number>", "MaxValue": 9}, "1,12", "12 is more than 9"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "A1", "does not match [a-z]+"),
        ({"Type": "String"}, None, "has no value, and the template has no default"),
    ],
)
def test_every_rule_of_a_template_is_kept(
    rule: dict[str, Any], text: str | None, words: str
) -> None:
    """Those that the stack here does not use, too: a template may be a user's own."""
    named = {} if text is None else {"Own": text}
    with pytest.raises(ConfigurationError) as caught:
        parameters.require_valid({"Parameters": {"Own": rule}}, named, {})
    assert words in caught.value.what


def test_a_hidden_value_is_never_shown() -> None:
    """NoEcho holds for our own message, too."""
    rule = {"Type": "String", "NoEcho": True, "MinLength": 9}
    with pytest.raises(ConfigurationError) as caught:
        parameters.require_valid({"Parameters": {"Password": rule}}, {"Password": "hunter2"}, {})
    assert "hunter2" not in str(caught.value)
    parameters.require_valid({"Parameters": {"Password": rule}}, {}, {"Password": "****"})


DECLARED = {"A": {"Type": "String", "Default": "1"}, "B": {"Type": "String"}, "C": {"Default": "3"}}


def test_what_is_not_named_is_carried_over() -> None:
    """As CloudFormation has it, hidden or not; what neither names keeps the default."""
    assert parameters.of_change_set(DECLARED, {"A": "2"}, {"A": "9", "B": "****", "Old": "x"}) == [
        {"ParameterKey": "A", "ParameterValue": "2"},
        {"ParameterKey": "B", "UsePreviousValue": True},
    ]


def test_an_empty_value_goes_back_to_the_default() -> None:
    """CloudFormation has no word for it, so the default itself is sent."""
    assert parameters.of_change_set(DECLARED, {"A": ""}, {"A": "9", "B": "2"}) == [
        {"ParameterKey": "A", "ParameterValue": "1"},
        {"ParameterKey": "B", "UsePreviousValue": True},
    ]


def test_an_empty_revision_is_a_value() -> None:
    """It says that nothing serves yet."""
    declared = {"WebAppRevision": {"Type": "String", "Default": ""}}
    sent = parameters.of_change_set(declared, {"WebAppRevision": ""}, {"WebAppRevision": "c0ffee"})
    assert sent == [{"ParameterKey": "WebAppRevision", "ParameterValue": ""}]


def test_values_that_differ_are_listed() -> None:
    """Against the stack, or against the default that an empty value stands for."""
    deployed = {"A": "9", "B": "2", "C": "3"}
    assert list(parameters.differ(DECLARED, {"A": "", "B": "2", "C": ""}, deployed)) == ["A"]
    assert list(parameters.differ(DECLARED, {"B": "2"}, {"B": "****"})) == ["B"]


def test_what_sticks_is_shown() -> None:
    """Nobody remembers what was named in spring."""
    deployed = {"A": "9", "B": "2", "C": "3", "WebAppRevision": "c0ffee", "Old": "x"}
    assert parameters.carried_over(DECLARED, {"B": "2"}, deployed) == {"A": "9"}
