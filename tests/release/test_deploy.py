"""What a deploy decides before it acts; tests/story has the whole of it."""

import json
from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from slipway.aws import contract
from slipway.aws.stack import Stack
from slipway.aws.stack_status import State, Step
from slipway.errors import RecoveryNeeded
from slipway.events import Event, Note
from slipway.git.history import Relation
from slipway.release import front_door, plan, update
from slipway.release.plan import Release
from slipway.revision import Image
from slipway.settings import Settings
from slipway.template import Desired
from tests import answers

IMAGE = Image("registry.example/shop", "c0ffee", "sha256:1", tested=True)
NAMED = {"ChangeSetName": ANY, "StackName": answers.NAME}
BODY = {"Parameters": {contract.REVISION: {"Type": "String"}}, "Resources": {}}
WANTED = Desired(json.dumps(BODY), {contract.REVISION: "c0ffee"})


@pytest.fixture
def said() -> list[Event]:
    """What the release says."""
    return []


@pytest.fixture
def release(staging: Settings, said: list[Event]) -> Release:
    """A release of the image to staging."""
    return Release(staging, IMAGE, WANTED, allow_older=False, say=said.append)


def running(tag: str) -> Stack:
    """Make a stack that runs a revision."""
    return answers.stack(State.UPDATE_COMPLETE, parameters={contract.REVISION: tag})


def test_settings_and_image_decide_two_parameters(staging: Settings) -> None:
    """The others are the stack's own business."""
    assert contract.decided(staging, IMAGE.tag) == {
        "WebAppRevision": "c0ffee",
        "RepositoryURL": "registry.example/shop",
    }


@pytest.mark.parametrize("state", [each for each in State if each.meaning.step is Step.RECOVER])
def test_a_stuck_stack_is_not_touched(staging: Settings, state: State) -> None:
    """Exit code 3, and the command that frees it."""
    with pytest.raises(RecoveryNeeded) as caught:
        update.ensure_updatable(staging, answers.stack(state, reason="why"), answers.silent)
    assert caught.value.what == f"stack shop-staging is {state.status}: why"
    assert caught.value.hint == "invoke recover --env staging"


@pytest.mark.parametrize("state", [State.CREATE_COMPLETE, State.DELETE_COMPLETE])
def test_a_stack_that_takes_a_change_is_taken_as_it_is(staging: Settings, state: State) -> None:
    """Nothing is asked, and nothing said."""
    stack = answers.stack(state)
    assert update.ensure_updatable(staging, stack, answers.silent) is stack


def test_a_change_of_nothing_is_not_executed(
    staging: Settings, cloudformation: Stubber, said: list[Event]
) -> None:
    """An empty change set is said to be one, and the stack is looked at again."""
    cloudformation.add_response("create_change_set", {"Id": "set"}, None)
    empty = {"Status": "FAILED", "StatusReason": "No updates are to be performed."}
    cloudformation.add_response("describe_change_set", empty, NAMED)
    cloudformation.add_response("delete_change_set", {}, NAMED)
    answers.is_now(cloudformation, "UPDATE_COMPLETE", asked=answers.NAME)
    stack = answers.stack(State.UPDATE_COMPLETE)
    assert update.apply(staging, stack, Desired("{}", {}), said.append) is stack
    assert said == [Note("stack shop-staging: nothing to change")]


@pytest.mark.parametrize(
    ("stack", "deployed"),
    [
        (running("other"), BODY),
        (answers.stack(State.DELETE_COMPLETE), BODY),
        (answers.stack(State.REVIEW_IN_PROGRESS, parameters=WANTED.parameters), BODY),
        (running("c0ffee"), {**BODY, "Outputs": {}}),
        (running("c0ffee"), {}),
        # All is as wanted, and still there is no service that proves it.
        (running("c0ffee"), BODY),
    ],
)
def test_another_stack_is_not_what_is_wanted(
    release: Release, stack: Stack, deployed: dict[str, object]
) -> None:
    """State, parameters, template and service: each of them decides alone."""
    assert not plan.already_proven(release, stack, deployed)


@pytest.mark.parametrize(
    ("stack", "relation", "expected"),
    [
        (running("c0ffee"), Relation.SAME, False),
        (running("other"), Relation.NEWER, True),
        (running("other"), Relation.DIVERGED, True),
        (running("c0ffee-dirty-1"), Relation.SAME, True),
        (answers.stack(State.DELETE_COMPLETE), None, True),
        (running("other"), Relation.OLDER, False),
        # Deployed on request alone; the request is to go back.
        (running("other"), Relation.UNKNOWN, False),
    ],
)
def test_migrations_run_for_what_is_new(
    release: Release,
    stack: Stack,
    relation: Relation | None,
    expected: bool,  # noqa: FBT001
) -> None:
    """An older image cannot undo what newer ones did; a second run would find nothing."""
    assert plan.needs_migration(release, stack, BODY, relation) is expected


def test_going_back_says_that_the_database_stays(release: Release, said: list[Event]) -> None:
    """Who goes back has to know it."""
    plan.needs_migration(release, running("other"), BODY, Relation.OLDER)
    assert said == [Note("going back: migrations do not run, and the database stays as it is")]


def test_a_migration_runs_once_in_a_deploy(release: Release) -> None:
    """A deploy that begins again, because others changed the stack, does not repeat it."""
    release.migrated = True
    assert not plan.needs_migration(release, running("other"), BODY, Relation.NEWER)


def test_the_url_is_what_the_stack_says(staging: Settings) -> None:
    """With a domain it is that, with HTTPS."""
    stack = answers.stack(State.CREATE_COMPLETE, outputs={"WebURL": "https://shop.example/"})
    assert front_door.url(staging, stack) == "https://shop.example/"


def test_a_forced_deployment_of_what_is_deployed_bakes_too(release: Release) -> None:
    """Another strategy of capacity takes two deployments, and each of them bakes."""

    def body(share: int) -> dict[str, Any]:
        bakes = {"Strategy": "BLUE_GREEN", "BakeTimeInMinutes": 5}
        properties = {"DeploymentConfiguration": bakes, "CapacityProviderStrategy": [share]}
        services = {"Web": {"Type": "AWS::ECS::Service", "Properties": properties}}
        parameters = {contract.NONCE: {"Type": "String", "Default": ""}}
        return {"Parameters": parameters, "Resources": services}

    release.wanted = Desired(json.dumps(body(1)), {})
    stack = running("c0ffee")
    assert plan.bake_seconds(release, stack, body(1)) == 300
    assert plan.bake_seconds(release, stack, body(2)) == 600
