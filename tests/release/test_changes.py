"""A change set: what is asked for, and what the answer means."""

import hashlib
import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from slipway.aws import change_set, session
from slipway.aws.change_set import ChangeSet
from slipway.aws.stack import Busy
from slipway.aws.stack_status import State
from slipway.errors import ConfigurationError, Failed
from slipway.events import ResourceChange
from slipway.release import changes, template_upload
from slipway.settings import Settings
from slipway.template import Desired
from tests import answers
from tests.answers import stubbed

BODY = json.dumps({"Parameters": {"WebAppRevision": {"Type": "String"}}})
ID = "arn:aws:cloudformation:eu-west-1:1:changeSet/slipway-1/1"
NAMED = {"ChangeSetName": ID, "StackName": answers.NAME}
NO_CHANGES = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
SERVICE = {"LogicalResourceId": "WebService", "ResourceType": "AWS::ECS::Service"}


def is_asked(cloudformation: Stubber, kind: str, **more: str) -> None:
    """Expect that a change set is asked for, with the template in the call unless `more` has it."""
    question = {
        "StackName": answers.NAME,
        "ChangeSetName": ANY,
        "ClientToken": ANY,
        "ChangeSetType": kind,
        "Parameters": [{"ParameterKey": "WebAppRevision", "ParameterValue": "c0ffee"}],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        **(more or {"TemplateBody": BODY}),
    }
    cloudformation.add_response("create_change_set", {"Id": ID}, question)


def is_now(cloudformation: Stubber, status: str, reason: str = "", **more: object) -> None:
    """Have the change set be in a state when it is looked at next."""
    answer = {"ChangeSetName": "slipway-1", "Status": status, "StatusReason": reason, **more}
    cloudformation.add_response("describe_change_set", answer, NAMED)


WANTED = Desired(BODY, {"WebAppRevision": "c0ffee"})


def propose(settings: Settings, state: State, wanted: Desired = WANTED) -> ChangeSet | None:
    """Propose one parameter's change of a stack in `state`."""
    found = answers.stack(state, parameters={"WebAppRevision": "old"})
    return changes.propose(settings, found, wanted)


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
    first = [{"Type": "Resource", "ResourceChange": {"Action": "Add", **SERVICE}}]
    is_now(cloudformation, "CREATE_COMPLETE", Changes=first, NextToken="2")
    replaced = {"Action": "Modify", "Replacement": "True", **SERVICE}
    second = [{"Type": "Resource", "ResourceChange": replaced}]
    cloudformation.add_response(
        "describe_change_set", {"Changes": second}, {**NAMED, "NextToken": "2"}
    )
    assert propose(staging, state) == ChangeSet(
        ID,
        answers.NAME,
        (
            ResourceChange("Add", "WebService", "AWS::ECS::Service", ""),
            ResourceChange("Modify", "WebService", "AWS::ECS::Service", "True"),
        ),
    )


def test_a_change_set_without_changes_is_none(staging: Settings, cloudformation: Stubber) -> None:
    """CloudFormation calls it failed; it is thrown away, and there is nothing to do."""
    is_asked(cloudformation, "UPDATE")
    is_now(cloudformation, "FAILED", NO_CHANGES)
    cloudformation.add_response("delete_change_set", {}, NAMED)
    assert propose(staging, State.UPDATE_COMPLETE) is None


def test_a_refused_change_set_says_why(staging: Settings, cloudformation: Stubber) -> None:
    """Its reason is the message, with what early validation found; then it is deleted."""
    is_asked(cloudformation, "UPDATE")
    is_now(cloudformation, "FAILED", "The following hook(s)/validation failed: [...]")
    event = {"ValidationPath": "/Resources/Web", "ValidationStatusReason": "it exists already"}
    asked = {**NAMED, "Filters": {"FailedEvents": True}}
    cloudformation.add_response("describe_events", {"OperationEvents": [event, {}]}, asked)
    cloudformation.add_response("delete_change_set", {}, NAMED)
    with pytest.raises(Failed) as caught:
        propose(staging, State.UPDATE_COMPLETE)
    assert caught.value.what.splitlines() == [
        "CloudFormation refuses the change of shop-staging:",
        "  The following hook(s)/validation failed: [...]",
        "  /Resources/Web: it exists already",
    ]
    assert caught.value.hint.startswith("nothing was changed")


def test_a_refusal_without_the_permission_to_ask_more_is_still_one(
    staging: Settings, cloudformation: Stubber
) -> None:
    """CloudFormation's general reason has to do."""
    is_asked(cloudformation, "UPDATE")
    is_now(cloudformation, "FAILED", "Parameters: [Cpu] must have values")
    cloudformation.add_client_error("describe_events", "AccessDenied")
    cloudformation.add_response("delete_change_set", {}, NAMED)
    with pytest.raises(Failed, match=r"shop-staging:\n  Parameters: \[Cpu\] must have"):
        propose(staging, State.UPDATE_COMPLETE)


@pytest.mark.parametrize("state", ["UPDATE_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_that_someone_else_changes_is_busy(
    staging: Settings, cloudformation: Stubber, state: str
) -> None:
    """CloudFormation has no code of its own for it."""
    message = f"Stack:{answers.ID} is in {state} state and can not be updated."
    cloudformation.add_client_error("create_change_set", "ValidationError", message)
    with pytest.raises(Busy):
        propose(staging, State.UPDATE_COMPLETE)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidChangeSetStatus", "ChangeSet is in OBSOLETE state"),
        ("ChangeSetNotFound", "it does not exist"),
        ("ValidationError", f"Stack:{answers.ID} is in UPDATE_IN_PROGRESS state"),
    ],
)
def test_a_change_set_that_somebody_overtook_is_busy(
    staging: Settings, cloudformation: Stubber, code: str, message: str
) -> None:
    """Executing another one makes this one obsolete, or deletes it."""
    cloudformation.add_client_error("execute_change_set", code, message)
    with pytest.raises(Busy):
        change_set.execute(staging, ChangeSet(ID, answers.NAME, ()), "token")


def test_another_refusal_to_execute_is_not_busy(staging: Settings, cloudformation: Stubber) -> None:
    """It would be the same the next time."""
    cloudformation.add_client_error("execute_change_set", "AccessDenied", "no")
    with pytest.raises(ClientError):
        change_set.execute(staging, ChangeSet(ID, answers.NAME, ()), "token")


def test_a_deploy_that_ends_early_leaves_no_change_set(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Whatever ended it, an interrupt too; that the deletion fails does not hide the reason."""
    is_asked(cloudformation, "UPDATE")
    is_now(cloudformation, "CREATE_COMPLETE")
    cloudformation.add_response("delete_change_set", {}, NAMED)
    is_asked(cloudformation, "UPDATE")
    is_now(cloudformation, "CREATE_COMPLETE")
    cloudformation.add_client_error("delete_change_set", "ValidationError", "nothing like it")
    stack = answers.stack(State.UPDATE_COMPLETE, parameters={"WebAppRevision": "old"})
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), changes.proposal(staging, stack, WANTED):
            raise KeyboardInterrupt


def test_cloudformation_works_with_the_service_role(
    staging: Settings, cloudformation: Stubber
) -> None:
    """The deployment identity needs no permission for the stack's resources."""
    is_asked(cloudformation, "UPDATE", TemplateBody=BODY, RoleARN="arn:aws:iam::1:role/service")
    is_now(cloudformation, "FAILED", NO_CHANGES)
    cloudformation.add_response("delete_change_set", {}, NAMED)
    wanted = replace(WANTED, service_role="arn:aws:iam::1:role/service")
    assert propose(staging, State.UPDATE_COMPLETE, wanted) is None


def test_a_long_template_goes_through_the_bucket(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Under a name that has its content, so that two deploys do not meet there."""
    found = json.loads(BODY) | {"Description": "x" * template_upload.BODY_BYTES}
    wanted = replace(WANTED, body=json.dumps(found), bucket="templates")
    key = f"shop-staging/{hashlib.sha256(wanted.body.encode()).hexdigest()}.json"
    url = f"https://templates.s3.eu-west-1.amazonaws.com/{key}"
    is_asked(cloudformation, "UPDATE", TemplateURL=url)
    is_now(cloudformation, "FAILED", NO_CHANGES)
    cloudformation.add_response("delete_change_set", {}, NAMED)
    with stubbed(session.client(staging, "s3")) as s3:
        sent = {"Bucket": "templates", "Key": key, "Body": wanted.body.encode()}
        s3.add_response("put_object", {}, sent)
        assert propose(staging, State.UPDATE_COMPLETE, wanted) is None


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-1", "templates.s3.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "templates.s3.us-gov-west-1.amazonaws.com"),
    ],
)
def test_a_long_template_is_named_by_its_partition_s_host(
    staging: Settings, region: str, host: str
) -> None:
    """China's hosts have a suffix of their own."""
    endpoint = session.client(replace(staging, region=region), "s3").meta.endpoint_url
    url = template_upload.template_url(staging, endpoint, "templates", "shop/1.json")
    assert url == f"https://{host}/shop/1.json"


def test_a_long_template_without_a_bucket_is_refused(staging: Settings) -> None:
    """Exit 2, with the size, and the task that makes the bucket."""
    wanted = replace(WANTED, body=json.dumps({"Description": "x" * template_upload.BODY_BYTES}))
    with pytest.raises(ConfigurationError, match="has 51219 bytes; above 51200") as caught:
        propose(staging, State.UPDATE_COMPLETE, wanted)
    assert caught.value.hint.startswith("invoke bootstrap --env staging")


def test_a_change_set_is_executed_by_its_id(staging: Settings, cloudformation: Stubber) -> None:
    """A name could mean another; the stack is named because permissions are for a stack."""
    named = {**NAMED, "ClientRequestToken": "token"}
    cloudformation.add_response("execute_change_set", {}, named)
    change_set.execute(staging, ChangeSet(ID, answers.NAME, ()), "token")


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
    assert change_set.is_empty(reason) is expected
