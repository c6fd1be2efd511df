"""A stack as it is read, and the parameters that are decided from it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from slipway.aws import stack as stacks
from slipway.aws.stack_status import State, Step
from slipway.errors import Failed
from slipway.settings import Settings
from tests import answers


def test_an_answer_is_read_whole() -> None:
    """State, reason, parameters and outputs, each by name."""
    read = stacks.parse(
        {
            "StackId": answers.ID,
            "StackName": answers.NAME,
            "CreationTime": answers.THEN,
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
    found: Any = {"StackId": answers.ID, "StackName": answers.NAME}
    read = stacks.parse(found | {"StackStatus": "CREATE_IN_PROGRESS"})
    assert read == answers.stack(State.CREATE_IN_PROGRESS)


def test_an_unknown_status_is_an_error() -> None:
    """What is not in the table is not guessed by its ending."""
    found: Any = {"StackId": answers.ID, "StackName": answers.NAME}
    with pytest.raises(Failed, match="is NEW_COMPLETE, a state that Slipway does not know"):
        stacks.parse(found | {"StackStatus": "NEW_COMPLETE"})


def test_a_stack_that_does_not_exist_is_as_good_as_deleted(
    staging: Settings, cloudformation: Stubber
) -> None:
    """CloudFormation has no exception of its own for it."""
    answers.is_gone(cloudformation)
    found = stacks.observe(staging, answers.NAME)
    assert (found.name, found.step) == (answers.NAME, Step.CREATE)


def test_another_refusal_is_not_an_absent_stack(staging: Settings, cloudformation: Stubber) -> None:
    """Without the permission to look, nothing is created."""
    cloudformation.add_client_error("describe_stacks", "AccessDenied", "not for you")
    with pytest.raises(ClientError, match="not for you"):
        stacks.observe(staging, answers.NAME)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"Resources": {}}', {"Resources": {}}),
        ("Resources: {}", {}),
        ("[]", {}),
    ],
)
def test_a_deployed_template_is_read(
    staging: Settings, cloudformation: Stubber, body: object, expected: object
) -> None:
    """YAML, which only somebody else deploys, is as good as none."""
    cloudformation.add_response("get_template", {"TemplateBody": body}, None)
    assert stacks.deployed_template(staging, answers.NAME) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (answers.stack(State.CREATE_COMPLETE, parameters={"A": "1"}, reason="another"), True),
        (answers.stack(State.UPDATE_COMPLETE, parameters={"A": "1"}), False),
        (answers.stack(State.CREATE_COMPLETE, parameters={"A": "2"}), False),
        (answers.stack(State.CREATE_COMPLETE, parameters={"A": "1"}, outputs={"B": "2"}), False),
    ],
)
def test_a_stack_that_somebody_changed_is_not_the_same(
    other: stacks.Stack,
    expected: bool,  # noqa: FBT001
) -> None:
    """State, parameters and outputs; a reason is no change."""
    before = answers.stack(State.CREATE_COMPLETE, parameters={"A": "1"})
    assert before.is_same(other) is expected


def test_a_stack_that_is_about_to_be_created_is_the_same() -> None:
    """The first change set brings it into review; somebody else's creation is another thing."""
    absent = answers.stack(State.DELETE_COMPLETE)
    assert absent.is_same(answers.stack(State.REVIEW_IN_PROGRESS))
    assert not absent.is_same(answers.stack(State.CREATE_IN_PROGRESS))
