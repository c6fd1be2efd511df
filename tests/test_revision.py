"""Which code this is, told by real git repositories."""

import re
from pathlib import Path

import pytest

from pipeline import revision
from pipeline.errors import ConfigurationError
from pipeline.revision import Image, Revision
from tests.conftest import Checkout


def test_a_clean_checkout_is_its_commit(checkout: Checkout) -> None:
    """The tag is the commit's full name, and nothing else."""
    commit = checkout.commit()
    assert revision.current(checkout.folder) == Revision(commit)
    assert Revision(commit).tag == commit


def test_a_modified_file_is_not_the_commit(checkout: Checkout) -> None:
    """A dirty tree is built under a tag that says so."""
    commit = checkout.commit()
    checkout.write("file", "other")
    assert re.fullmatch(f"{commit}-dirty-[0-9a-f]{{12}}", revision.current(checkout.folder).tag)


def test_an_untracked_file_is_not_the_commit(checkout: Checkout) -> None:
    """A new file would be in the image as well."""
    checkout.commit()
    checkout.write("new", "text")
    assert revision.current(checkout.folder).tree


def test_an_untracked_file_counts_where_git_is_told_to_hide_it(checkout: Checkout) -> None:
    """A user's way to look at git does not make a dirty tree the commit."""
    checkout.commit()
    checkout.git("config", "status.showUntrackedFiles", "no")
    checkout.write("new", "text")
    assert revision.current(checkout.folder).tree


def test_the_same_dirty_content_has_the_same_tag(checkout: Checkout) -> None:
    """A dirty tree is built once, too; another content is another tag."""
    checkout.commit()
    checkout.write("file", "other")
    first = revision.current(checkout.folder)
    checkout.write("file", "third")
    second = revision.current(checkout.folder)
    checkout.write("file", "other")
    assert revision.current(checkout.folder) == first
    assert second != first


def test_a_tracked_file_counts_even_where_it_is_ignored(checkout: Checkout) -> None:
    """What was added by force is in the image, so its content is in the tag."""
    checkout.write(".gitignore", "forced\n")
    checkout.write("forced", "text")
    checkout.git("add", "--force", "forced")
    checkout.commit()
    checkout.write("forced", "other")
    first = revision.current(checkout.folder)
    checkout.write("forced", "third")
    assert revision.current(checkout.folder) != first


def test_looking_does_not_touch_the_index(checkout: Checkout) -> None:
    """What a user has staged, and what not, stays as it is."""
    checkout.commit()
    checkout.write("new", "text")
    revision.current(checkout.folder)
    assert checkout.git("status", "--porcelain") == "?? new"


def test_ignored_files_do_not_count(checkout: Checkout) -> None:
    """Caches and .env do not make a tree dirty."""
    checkout.write(".gitignore", "cache\n")
    commit = checkout.commit()
    checkout.write("cache", "text")
    assert revision.current(checkout.folder) == Revision(commit)


def test_a_reverted_change_is_the_commit_again(checkout: Checkout) -> None:
    """Not the clock but the content decides."""
    commit = checkout.commit("text")
    checkout.write("file", "other")
    checkout.write("file", "text")
    assert revision.current(checkout.folder) == Revision(commit)


def test_without_a_commit_there_is_nothing_to_build(checkout: Checkout, tmp_path: Path) -> None:
    """Before the first commit the message says what to type, as it does outside a repository."""
    outside = tmp_path.parent / "outside"
    outside.mkdir(exist_ok=True)
    for folder in (checkout.folder, outside):
        with pytest.raises(ConfigurationError, match=r"there is no commit .*\n.*git init"):
            revision.current(folder)


def test_history_tells_what_is_older(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit is in its descendant's history and not the other way; git cannot know a stranger."""
    older, newer = checkout.commit("one"), checkout.commit("two")
    monkeypatch.chdir(checkout.folder)
    assert revision.is_ancestor(older, newer) is True
    assert revision.is_ancestor(newer, older) is False
    assert revision.is_ancestor("0" * 40, newer) is None


def test_the_source_is_the_remote_without_credentials(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GitLab job's remote holds the job's token, and an image's label must not."""
    monkeypatch.chdir(checkout.folder)
    assert revision.source() == ""
    checkout.git("remote", "add", "origin", "https://ci-token:hush@gitlab.example/group/app.git")
    assert revision.source() == "https://gitlab.example/group/app.git"
    monkeypatch.setenv("CI_PROJECT_URL", "https://gitlab.example/group/app")
    assert revision.source() == "https://gitlab.example/group/app"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://gitlab.example/app.git", "https://gitlab.example/app.git"),
        ("https://user:p@ss@gitlab.example:8443/app", "https://gitlab.example:8443/app"),
        ("https://token@gitlab.example/a@b", "https://gitlab.example/a@b"),
        ("git@gitlab.example:group/app.git", "git@gitlab.example:group/app.git"),
        ("", ""),
    ],
)
def test_credentials_are_dropped_from_a_url(url: str, shown: str) -> None:
    """User and password go, whatever they hold; a name for ssh has none and stays."""
    assert revision.without_credentials(url) == shown


def test_an_image_has_two_names() -> None:
    """One for people, and one that cannot come to mean something else."""
    image = Image("registry.example/app", "tag", "sha256:1", tested=True)
    assert image.by_tag == "registry.example/app:tag"
    assert image.by_digest == "registry.example/app@sha256:1"
