"""A stack as it is read, and the parameters that are decided from it."""

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from pipeline.errors import Failed
from pipeline.release import stack as stacks
from pipeline.release.states import State, Step
from pipeline.settings import Settings
from tests.release import answers


def test_an_answer_is_read_whole() -> None:
    """State, reason, parameters and outputs, each by name."""
    read = stacks.parse(
        {
            "StackId": answers.ID,
            "StackName": answers.NAME,
            "StackStatus": "UPDATE_ROLLBACK_COMPLETE",
            "StackStatusReason": "it crashed",
            "Parameters": [{"ParameterKey": "WebAppRevision", "ParameterValue": "c0ffee"}],
            "Outputs": [{"OutputKey": "ClusterName", "OutputValue": "shop"}],
        }
    )
    assert read == answers.stack(
        State.UPDATE_ROLLBACK_COMPLETE,
        reason="it crashed",
        parameters={"WebAppRevision": "c0ffee"},
        outputs={"ClusterName": "shop"},
    )
    assert read.step is Step.UPDATE


def test_an_answer_without_the_optional_parts_is_read() -> None:
    """A stack in the making has neither outputs nor a reason."""
    found = {"StackId": answers.ID, "StackName": answers.NAME}
    read = stacks.parse({**found, "StackStatus": "CREATE_IN_PROGRESS"})
    assert read == answers.stack(State.CREATE_IN_PROGRESS)


def test_an_unknown_status_is_an_error() -> None:
    """What is not in the table is not guessed by its ending."""
    found = {"StackId": answers.ID, "StackName": answers.NAME}
    with pytest.raises(Failed, match="is NEW_COMPLETE, a state that Slipway does not know"):
        stacks.parse({**found, "StackStatus": "NEW_COMPLETE"})


def test_an_output_that_is_missing_is_named() -> None:
    """A template of a user's own may lack one."""
    found = answers.stack(State.CREATE_COMPLETE, outputs={"ClusterName": "shop"})
    assert found.output("ClusterName") == "shop"
    with pytest.raises(Failed, match=r"stack shop-staging has no output WebServiceName\n.*next: "):
        found.output("WebServiceName")


def test_a_stack_that_does_not_exist_is_as_good_as_deleted(
    staging: Settings, cloudformation: Stubber
) -> None:
    """CloudFormation has no exception of its own for it."""
    answers.is_gone(cloudformation)
    found = stacks.observe(staging, answers.NAME)
    assert (found.name, found.step) == (answers.NAME, Step.CREATE)


def test_another_refusal_is_not_an_absent_stack(staging: Settings, cloudformation: Stubber) -> None:
    """Whoever may not look must not create."""
    cloudformation.add_client_error("describe_stacks", "AccessDenied", "not for you")
    with pytest.raises(ClientError, match="not for you"):
        stacks.observe(staging, answers.NAME)


def test_a_change_names_what_was_named_and_carries_the_rest() -> None:
    """Named wins; a value of the stack's is used again; what is new keeps its default."""
    found = answers.stack(
        State.CREATE_COMPLETE, parameters={"Named": "old", "Carried": "kept", "Gone": "dropped"}
    )
    assert stacks.carried(found, ["Carried", "Named", "New"], {"Named": "new"}) == [
        {"ParameterKey": "Carried", "UsePreviousValue": True},
        {"ParameterKey": "Named", "ParameterValue": "new"},
    ]


def test_an_empty_value_that_is_named_is_a_value() -> None:
    """The first step of a first deploy has an empty revision."""
    found = answers.stack(State.CREATE_COMPLETE, parameters={"Named": "old"})
    assert stacks.carried(found, ["Named"], {"Named": ""}) == [
        {"ParameterKey": "Named", "ParameterValue": ""}
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"A": "1"}, True),
        ({"A": "1", "B": "2"}, True),
        ({"A": "2"}, False),
        ({"A": "1", "C": "3"}, False),
        ({"C": ""}, False),
    ],
)
def test_a_stack_has_all_or_not(wanted: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    """Every value must be there and be the same; one that is not named does not matter."""
    found = answers.stack(State.CREATE_COMPLETE, parameters={"A": "1", "B": "2"})
    assert stacks.has_all(found, wanted) is expected
