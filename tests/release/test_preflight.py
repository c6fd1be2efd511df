"""What is said and refused before anything is built."""

import pytest
from botocore.stub import Stubber

from slipway.aws import stack
from slipway.errors import ConfigurationError, Refused
from slipway.events import DeployStarted, Event, Note
from slipway.git.history import Relation
from slipway.release import age, preflight
from slipway.revision import Revision
from slipway.settings import Settings
from slipway.templates import blueprint
from tests import answers

COMMIT, DEPLOYED = "c" * 40, "d" * 40
REVISION = Revision(COMMIT, "tree", subject="A page", branch="main")


def deployed(cloudformation: Stubber, status: str, **parameters: str) -> None:
    """Have the stack be there with these parameters."""
    listed = [{"ParameterKey": name, "ParameterValue": text} for name, text in parameters.items()]
    found = {
        "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-staging/1",
        "StackName": answers.NAME,
        "CreationTime": answers.THEN,
        "StackStatus": status,
        "Parameters": listed,
    }
    cloudformation.add_response("describe_stacks", {"Stacks": [found]}, None)


def see(staging: Settings, **named: str) -> list[Event]:
    """Look before a deploy of the commit, and return what was said."""
    said: list[Event] = []
    desired = blueprint.application(staging).with_parameters(named)
    found = stack.observe(staging, staging.stack_name)
    preflight.check(
        staging, REVISION, f"{COMMIT}-0", desired, found, said.append, allow_older=False
    )
    return said


@pytest.fixture(autouse=True)
def relation(monkeypatch: pytest.MonkeyPatch) -> list[Relation]:
    """Git's answer, which a test may change."""
    answer = [Relation.NEWER]
    monkeypatch.setattr(age, "relation", lambda *_: answer[0])
    return answer


def test_the_first_line_says_what_replaces_what_where(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Commit, subject, branch, account and region, and what an earlier deploy named."""
    held = {"WebAppRevision": f"{DEPLOYED}-1", "WebWorkerCPU": "512", "WebWorkerMemory": "1024"}
    deployed(cloudformation, "UPDATE_COMPLETE", **held)
    assert see(staging, WebWorkerMemory="2048") == [
        DeployStarted(
            "staging",
            "123456789012, eu-west-1",
            COMMIT,
            "A page",
            "main",
            dirty=False,
            replaces=DEPLOYED,
        ),
        Note("WebWorkerCPU stays 512, from an earlier deploy"),
    ]


def test_a_first_deploy_replaces_nothing(staging: Settings, cloudformation: Stubber) -> None:
    """The account is not known yet, and no call is made for it."""
    answers.is_gone(cloudformation)
    (started,) = see(staging)
    assert isinstance(started, DeployStarted)
    assert (started.place, started.replaces) == ("eu-west-1", "")


def test_an_older_commit_is_refused_before_it_is_built(
    staging: Settings, cloudformation: Stubber, relation: list[Relation]
) -> None:
    """Nobody waits minutes for a refusal."""
    relation[0] = Relation.OLDER
    deployed(cloudformation, "UPDATE_COMPLETE", WebAppRevision=f"{DEPLOYED}-1")
    with pytest.raises(Refused, match="which is newer than"):
        see(staging)


def test_a_stack_that_changes_is_asked_later(
    staging: Settings, cloudformation: Stubber, relation: list[Relation]
) -> None:
    """What it will run is not known before its operation has ended."""
    relation[0] = Relation.OLDER
    deployed(cloudformation, "UPDATE_IN_PROGRESS", WebAppRevision=f"{DEPLOYED}-1")
    assert see(staging)


def test_a_parameter_that_is_not_allowed_is_refused_before_it_is_built(
    staging: Settings, cloudformation: Stubber
) -> None:
    """And long before the database is migrated."""
    answers.is_gone(cloudformation)
    with pytest.raises(ConfigurationError, match="'300' is not one of"):
        see(staging, WebWorkerCPU="300")
