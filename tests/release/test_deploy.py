"""What a deploy decides before it acts."""

import json

import pytest
from botocore.stub import ANY, Stubber

from pipeline.errors import RecoveryNeeded, Refused
from pipeline.release import deploy
from pipeline.release.stack import Stack
from pipeline.release.states import State, Step
from pipeline.release.template import Desired
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.view.events import Event, Note
from tests.conftest import Checkout
from tests.release import answers

IMAGE = Image("registry.example/shop", "c0ffee", "sha256:1", tested=True)
NAMED = {"ChangeSetName": ANY, "StackName": answers.NAME}
WANTED = Desired("{}", {deploy.REVISION: "c0ffee"})


@pytest.fixture
def history(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Stand in a checkout of two commits: the older and the newer."""
    monkeypatch.chdir(checkout.folder)
    return checkout.commit("one"), checkout.commit("two")


def running(tag: str) -> Stack:
    """Make a stack that runs a revision."""
    return answers.stack(State.UPDATE_COMPLETE, parameters={deploy.REVISION: tag})


def test_an_older_commit_is_refused(history: tuple[str, str]) -> None:
    """Exit code 4; both commits are named, and the way to do it all the same."""
    older, newer = history
    with pytest.raises(Refused) as caught:
        deploy.refuse_older(running(newer), older, allow_older=False)
    assert caught.value.what == (
        f"shop-staging runs {newer[:12]}, which is newer than {older[:12]}"
    )
    assert caught.value.hint == "git pull; or, to go back: --allow-older"


def test_an_older_commit_with_changes_is_refused(history: tuple[str, str]) -> None:
    """A dirty tree is as old as its commit."""
    older, newer = history
    with pytest.raises(Refused):
        deploy.refuse_older(running(newer), f"{older}-dirty-123456789abc", allow_older=False)


def test_an_older_commit_goes_by_name(history: tuple[str, str]) -> None:
    """Whoever says --allow-older goes back."""
    older, newer = history
    deploy.refuse_older(running(newer), older, allow_older=True)


def test_a_commit_that_is_not_older_is_let_through(
    history: tuple[str, str], checkout: Checkout
) -> None:
    """A newer one, the same, the same with changes, another branch's, and the very first."""
    older, newer = history
    checkout.git("checkout", "--quiet", "-b", "branch", older)
    branch = checkout.commit("three")
    dirty = f"{newer}-dirty-123456789abc"
    for there, here in [
        (older, newer),
        (newer, newer),
        (newer, dirty),
        (dirty, newer),
        (branch, newer),
        ("", older),
    ]:
        deploy.refuse_older(running(there), here, allow_older=False)


def test_settings_and_image_name_two_parameters(staging: Settings) -> None:
    """The others are the stack's own business."""
    assert deploy.parameters(staging, IMAGE) == {
        "WebAppRevision": "c0ffee",
        "RepositoryURL": "registry.example/shop",
    }


@pytest.mark.parametrize("state", [each for each in State if each.meaning.step is Step.RECOVER])
def test_a_stuck_stack_is_not_touched(staging: Settings, state: State) -> None:
    """Exit code 3, and the command that frees it."""
    with pytest.raises(RecoveryNeeded) as caught:
        deploy.ready(staging, answers.stack(state, reason="why"), answers.silent)
    assert caught.value.what == f"stack shop-staging is {state.status}: why"
    assert caught.value.hint == "invoke recover --env staging"


@pytest.mark.parametrize("state", [State.CREATE_COMPLETE, State.DELETE_COMPLETE])
def test_a_stack_that_takes_a_change_is_taken_as_it_is(staging: Settings, state: State) -> None:
    """Nothing is asked, and nothing said."""
    found = answers.stack(state)
    assert deploy.ready(staging, found, answers.silent) is found


def test_a_change_of_nothing_is_not_executed(staging: Settings, cloudformation: Stubber) -> None:
    """An empty change set is said to be one, and the stack is looked at again."""
    said: list[Event] = []
    cloudformation.add_response("create_change_set", {"Id": "set"}, None)
    empty = {"Status": "FAILED", "StatusReason": "No updates are to be performed."}
    cloudformation.add_response("describe_change_set", empty, NAMED)
    cloudformation.add_response("delete_change_set", {}, NAMED)
    answers.is_now(cloudformation, "UPDATE_COMPLETE", asked=answers.NAME)
    found = deploy.apply(staging, running("c0ffee"), Desired("{}", {}), said.append)
    assert found.state is State.UPDATE_COMPLETE
    assert said == [Note("stack shop-staging: nothing to change")]


@pytest.mark.parametrize(
    "found",
    [
        running("other"),
        answers.stack(State.DELETE_COMPLETE),
        answers.stack(State.REVIEW_IN_PROGRESS, parameters={deploy.REVISION: "c0ffee"}),
    ],
)
def test_another_stack_is_not_what_is_wanted(staging: Settings, found: Stack) -> None:
    """The stack's own values decide before anything else is asked."""
    assert not deploy.is_deployed(staging, found, WANTED, IMAGE)


def test_another_template_is_not_what_is_wanted(staging: Settings, cloudformation: Stubber) -> None:
    """The same parameters with another template are a change."""
    there = {"TemplateBody": json.dumps({"Resources": {}})}
    cloudformation.add_response("get_template", there, None)
    assert not deploy.is_deployed(staging, running("c0ffee"), WANTED, IMAGE)


def test_a_stack_without_a_service_is_not_what_is_wanted(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Template and parameters are right, and still nothing is proven."""
    cloudformation.add_response("get_template", {"TemplateBody": "{}"}, None)
    assert not deploy.is_deployed(staging, running("c0ffee"), WANTED, IMAGE)


def test_the_url_is_what_the_stack_says(staging: Settings) -> None:
    """With a domain it is that, with HTTPS."""
    found = answers.stack(State.CREATE_COMPLETE, outputs={"WebURL": "https://shop.example/"})
    assert deploy.url(staging, found) == "https://shop.example/"
