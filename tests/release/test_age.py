"""Newer is not replaced by older, and not knowing is no reason to do it."""

import pytest

from slipway.aws.stack import Stack
from slipway.aws.stack_status import State
from slipway.errors import Refused
from slipway.git.history import Relation
from slipway.release import age
from tests import answers
from tests.conftest import Checkout

ELSEWHERE = "d" * 40


@pytest.fixture
def history(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Work in a checkout of two commits: the older and the newer."""
    monkeypatch.chdir(checkout.folder)
    return checkout.commit("one"), checkout.commit("two")


def running(tag: str, state: State = State.UPDATE_COMPLETE) -> Stack:
    """Make a stack that runs a revision."""
    return answers.stack(state, parameters={"WebAppRevision": tag})


def require(stack: Stack, tag: str, *, allow_older: bool = False) -> None:
    """Compare, and refuse what is to be refused."""
    age.require_not_older(stack, tag, age.compare(stack, tag), allow_older=allow_older)


def test_an_older_commit_is_refused(history: tuple[str, str]) -> None:
    """Exit code 4; both commits are named, and the way to do it all the same."""
    older, newer = history
    with pytest.raises(Refused) as caught:
        require(running(newer), older)
    assert caught.value.what == (
        f"shop-staging runs {newer[:12]}, which is newer than {older[:12]}"
    )
    assert caught.value.hint == "git pull; or, to go back: --allow-older"


def test_a_tag_is_as_old_as_its_commit(history: tuple[str, str]) -> None:
    """Whatever follows it: uncommitted changes, another base image."""
    older, newer = history
    with pytest.raises(Refused):
        require(running(f"{newer}-0123456789ab"), f"{older}-dirty-123456789abc")


@pytest.mark.parametrize("deployed", [ELSEWHERE, "latest", f"{ELSEWHERE}-dirty-123456789abc"])
def test_what_git_cannot_tell_is_refused(history: tuple[str, str], deployed: str) -> None:
    """A commit that this clone lacks, and that no remote has, may well be newer."""
    with pytest.raises(Refused, match="git cannot tell whether") as caught:
        require(running(deployed), history[1])
    assert "--allow-older" in caught.value.hint
    require(running(deployed), history[1], allow_older=True)


def test_an_older_commit_goes_by_name(history: tuple[str, str]) -> None:
    """With --allow-older, and known as what it is."""
    older, newer = history
    require(running(newer), older, allow_older=True)
    assert age.compare(running(newer), older) is Relation.OLDER


def test_a_commit_that_is_not_older_is_let_through(
    history: tuple[str, str], checkout: Checkout
) -> None:
    """A newer one, the same, the same with changes, another branch's, and the very first."""
    older, newer = history
    checkout.git("checkout", "--quiet", "-b", "branch", older)
    branch = checkout.commit("three")
    dirty = f"{newer}-dirty-123456789abc"
    for deployed, wanted in [
        (older, newer),
        (newer, newer),
        (newer, dirty),
        (dirty, newer),
        (branch, newer),
        ("", older),
    ]:
        require(running(deployed), wanted)


def test_a_stack_that_serves_nothing_is_not_newer(history: tuple[str, str]) -> None:
    """What is only proposed, or was deleted, has a revision that runs nowhere."""
    older, newer = history
    for state in (State.REVIEW_IN_PROGRESS, State.DELETE_COMPLETE):
        require(running(newer, state), older)
