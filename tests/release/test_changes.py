"""A change set: what is asked for, and what the answer means."""

import json

import pytest
from botocore.stub import ANY, Stubber

from pipeline.errors import Failed
from pipeline.release import changes
from pipeline.release.changes import ChangeSet
from pipeline.release.states import State
from pipeline.settings import Settings
from pipeline.view.events import ResourceChange
from tests.release import answers

BODY = json.dumps({"Parameters": {"WebAppRevision": {"Type": "String"}}})
ID = "arn:aws:cloudformation:eu-west-1:1:changeSet/slipway-1/1"
NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
SERVICE = {"LogicalResourceId": "WebService", "ResourceType": "AWS::ECS::Service"}


def is_asked(cloudformation: Stubber, kind: str) -> None:
    """Expect that a change set is asked for."""
    question = {
        "StackName": answers.NAME,
        "ChangeSetName": ANY,
        "ChangeSetType": kind,
        "TemplateBody": BODY,
        "Parameters": [{"ParameterKey": "WebAppRevision", "ParameterValue": "c0ffee"}],
        "Capabilities": ["CAPABILITY_IAM"],
    }
    cloudformation.add_response("create_change_set", {"Id": ID}, question)


def is_now(cloudformation: Stubber, status: str, reason: str = "") -> None:
    """Have the change set be in a state when it is looked at next."""
    answer = {"ChangeSetName": "slipway-1", "Status": status, "StatusReason": reason}
    cloudformation.add_response("describe_change_set", answer, {"ChangeSetName": ID})


def propose(settings: Settings, state: State) -> ChangeSet | None:
    """Propose one parameter's change of a stack in `state`."""
    found = answers.stack(state, parameters={"WebAppRevision": "old"})
    return changes.propose(settings, found, BODY, {"WebAppRevision": "c0ffee"})


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (State.DELETE_COMPLETE, "CREATE"),
        (State.REVIEW_IN_PROGRESS, "CREATE"),
        (State.UPDATE_COMPLETE, "UPDATE"),
        (State.UPDATE_ROLLBACK_COMPLETE, "UPDATE"),
    ],
)
def test_a_change_set_is_waited_for_and_read(
    staging: Settings, cloudformation: Stubber, state: State, kind: str
) -> None:
    """Its kind follows from the stack's state; its changes come from every page."""
    is_asked(cloudformation, kind)
    is_now(cloudformation, "CREATE_IN_PROGRESS")
    is_now(cloudformation, "CREATE_COMPLETE")
    first = [{"Type": "Resource", "ResourceChange": {"Action": "Add", **SERVICE}}]
    replaced = {"Action": "Modify", "Replacement": "True", **SERVICE}
    second = [{"Type": "Resource", "ResourceChange": replaced}]
    cloudformation.add_response(
        "describe_change_set", {"Changes": first, "NextToken": "2"}, {"ChangeSetName": ID}
    )
    cloudformation.add_response(
        "describe_change_set", {"Changes": second}, {"ChangeSetName": ID, "NextToken": "2"}
    )
    assert propose(staging, state) == ChangeSet(
        ID,
        (
            ResourceChange("Add", "WebService", "AWS::ECS::Service", ""),
            ResourceChange("Modify", "WebService", "AWS::ECS::Service", "True"),
        ),
    )


def test_a_change_set_without_changes_is_none(staging: Settings, cloudformation: Stubber) -> None:
    """CloudFormation calls it failed; it is thrown away, and there is nothing to do."""
    is_asked(cloudformation, "UPDATE")
    is_now(cloudformation, "FAILED", NO_CHANGES)
    cloudformation.add_response("delete_change_set", {}, {"ChangeSetName": ID})
    assert propose(staging, State.UPDATE_COMPLETE) is None


def test_a_refused_change_set_says_why(staging: Settings, cloudformation: Stubber) -> None:
    """It is thrown away, too, and CloudFormation's reason is the message."""
    is_asked(cloudformation, "UPDATE")
    is_now(cloudformation, "FAILED", "Parameters: [Cpu] must have values")
    cloudformation.add_response("delete_change_set", {}, {"ChangeSetName": ID})
    with pytest.raises(Failed, match=r"refuses the change of shop-staging: Parameters: \[Cpu\]"):
        propose(staging, State.UPDATE_COMPLETE)


def test_a_change_set_is_executed_by_its_id(staging: Settings, cloudformation: Stubber) -> None:
    """A name could mean another stack's."""
    cloudformation.add_response("execute_change_set", {}, {"ChangeSetName": ID})
    changes.execute(staging, ChangeSet(ID, ()))


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (NO_CHANGES, True),
        ("No updates are to be performed.", True),
        ("Template error: no resource", False),
        ("", False),
    ],
)
def test_an_empty_change_is_told_from_a_refusal(reason: str, expected: bool) -> None:  # noqa: FBT001
    """There is no code for it: CloudFormation's two sentences are all there is."""
    assert changes.is_empty(reason) is expected
