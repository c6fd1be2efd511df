"""Newer, older or neither, asked of real git repositories."""

from pathlib import Path

import pytest

from slipway import polling
from slipway.git import history
from slipway.git.history import Relation, decide, relation
from tests.conftest import Checkout


def clone(origin: Checkout, folder: Path, *options: str) -> Checkout:
    """Clone a repository by a URL, so that a depth counts."""
    copy = Checkout.__new__(Checkout)
    copy.folder = folder
    origin.git("clone", "--quiet", *options, origin.folder.as_uri(), str(folder))
    copy.identify()
    return copy


@pytest.fixture
def origin(tmp_path: Path) -> Checkout:
    """The repository that others push to."""
    folder = tmp_path / "origin"
    folder.mkdir()
    return Checkout(folder)


@pytest.mark.parametrize(
    ("descends", "precedes", "shallow", "expected"),
    [
        (True, False, False, Relation.NEWER),
        (True, False, True, Relation.NEWER),
        (False, True, False, Relation.OLDER),
        (False, True, True, Relation.OLDER),
        (False, False, False, Relation.DIVERGED),
        (False, False, True, Relation.UNKNOWN),
        (None, None, False, Relation.UNKNOWN),
        (None, False, False, Relation.UNKNOWN),
        (False, None, False, Relation.UNKNOWN),
        (None, None, True, Relation.UNKNOWN),
    ],
)
def test_no_is_only_believed_of_a_whole_history(
    descends: bool | None,  # noqa: FBT001
    precedes: bool | None,  # noqa: FBT001
    shallow: bool,  # noqa: FBT001
    expected: Relation,
) -> None:
    """A yes is a yes; a no of a shallow clone, or of one that lacks a commit, is not a no."""
    assert decide(descends=descends, precedes=precedes, shallow=shallow) is expected


def test_a_complete_clone_answers_without_a_remote(checkout: Checkout) -> None:
    """Same, older, newer and diverged, in a repository that has no remote at all."""
    first = checkout.commit("one")
    second = checkout.commit("two")
    checkout.git("checkout", "--quiet", "-b", "other", first)
    other = checkout.commit("three")
    assert relation(second, second, checkout.folder) is Relation.SAME
    assert relation(second, first, checkout.folder) is Relation.OLDER
    assert relation(first, second, checkout.folder) is Relation.NEWER
    assert relation(second, other, checkout.folder) is Relation.DIVERGED


def test_an_unknown_commit_without_a_remote_is_unknown(checkout: Checkout) -> None:
    """Not knowing is not "no", and it is said without an error."""
    commit = checkout.commit()
    assert relation("0" * 40, commit, checkout.folder) is Relation.UNKNOWN


@pytest.mark.parametrize("deployed", ["", "latest", "--all", "main", "c0ffee"])
def test_what_is_no_commit_s_name_is_unknown(checkout: Checkout, deployed: str) -> None:
    """A deployed revision may be anything; it is neither an option nor a branch to git."""
    commit = checkout.commit()
    assert relation(deployed, commit, checkout.folder) is Relation.UNKNOWN


def test_a_clone_that_has_not_fetched_finds_out_that_it_is_older(
    origin: Checkout, tmp_path: Path
) -> None:
    """The newer commit is fetched by its name; the checkout stays as it is."""
    old = origin.commit("old")
    behind = clone(origin, tmp_path / "behind")
    new = origin.commit("new")
    assert relation(new, old, behind.folder) is Relation.OLDER
    assert behind.git("rev-parse", "HEAD") == old
    assert behind.git("status", "--porcelain") == ""


def test_a_commit_that_no_branch_holds_any_more_is_found_by_its_name(
    origin: Checkout, tmp_path: Path
) -> None:
    """After a forced push, what is deployed has diverged from what is to be deployed."""
    origin.commit("base")
    gone = origin.commit("gone")
    origin.git("reset", "--quiet", "--hard", "HEAD~1")
    rewritten = origin.commit("rewritten")
    copy = clone(origin, tmp_path / "copy")
    assert relation(gone, rewritten, copy.folder) is Relation.DIVERGED


def test_a_commit_that_the_remote_does_not_have_is_unknown(
    origin: Checkout, tmp_path: Path
) -> None:
    """A colleague deployed a commit that nobody has pushed."""
    origin.commit("base")
    colleague = clone(origin, tmp_path / "colleague")
    unpushed = colleague.commit("unpushed")
    mine = clone(origin, tmp_path / "mine")
    assert relation(unpushed, mine.commit("mine"), mine.folder) is Relation.UNKNOWN


@pytest.mark.parametrize("depth", ["1", "2"])
def test_a_shallow_clone_is_deepened_until_the_answer_is_definite(
    origin: Checkout, tmp_path: Path, depth: str
) -> None:
    """An ancestor beyond the end of a job's clone: newer, and the other way older."""
    old = origin.commit("old")
    for number in range(4):
        new = origin.commit(f"{number}")
    job = clone(origin, tmp_path / "job", "--depth", depth)
    assert relation(old, new, job.folder) is Relation.NEWER
    other = clone(origin, tmp_path / "other", "--depth", depth)
    assert relation(new, old, other.folder) is Relation.OLDER


def test_a_shallow_clone_of_another_branch_learns_that_it_has_diverged(
    origin: Checkout, tmp_path: Path
) -> None:
    """Two histories that end early have no common commit at first."""
    origin.commit("base")
    origin.git("checkout", "--quiet", "-b", "feature")
    feature = origin.commit("feature")
    origin.git("checkout", "--quiet", "main")
    main = origin.commit("main")
    job = clone(origin, tmp_path / "job", "--depth", "1", "--branch", "feature")
    assert relation(main, feature, job.folder) is Relation.DIVERGED


def test_a_shallow_clone_with_an_unpushed_commit_is_deepened(
    origin: Checkout, tmp_path: Path
) -> None:
    """The remote refuses the unpushed commit's name, and still gives the history."""
    old = origin.commit("old")
    origin.commit("middle")
    origin.commit("last")
    mine = clone(origin, tmp_path / "mine", "--depth", "1")
    unpushed = mine.commit("unpushed")
    assert relation(old, unpushed, mine.folder) is Relation.NEWER


def test_a_remote_that_is_gone_leaves_it_unknown(origin: Checkout, tmp_path: Path) -> None:
    """No error and no prompt: the deploy decides what not knowing means."""
    commit = origin.commit("base")
    copy = clone(origin, tmp_path / "copy")
    copy.git("remote", "set-url", "origin", (tmp_path / "nowhere").as_uri())
    assert relation("1" * 40, commit, copy.folder) is Relation.UNKNOWN


def test_fetching_ends_with_the_time_that_it_has(
    origin: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the time is over, nothing more is fetched."""
    old = origin.commit("old")
    behind = clone(origin, tmp_path / "behind")
    new = origin.commit("new")
    clock = iter(range(0, 10_000, history.FETCH_SECONDS))
    monkeypatch.setattr(polling, "monotonic", lambda: float(next(clock)))
    assert relation(new, old, behind.folder) is Relation.UNKNOWN


def test_a_replaced_commit_does_not_change_the_history(checkout: Checkout) -> None:
    """`git replace` is a way to look at a history, and not the history."""
    first = checkout.commit("one")
    checkout.git("checkout", "--quiet", "--orphan", "other")
    orphan = checkout.commit("two")
    checkout.git("replace", "--graft", orphan, first)
    assert relation(first, orphan, checkout.folder) is Relation.DIVERGED
