"""Which code this is, in real git repositories."""

import re
from pathlib import Path

import pytest

from slipway.errors import ConfigurationError, Failed
from slipway.git import checkout as checkouts
from slipway.revision import Image, Revision
from tests.conftest import Checkout


def test_a_clean_checkout_is_its_commit(checkout: Checkout) -> None:
    """Its name is the commit's; its tree, subject, branch and time are known without a question."""
    commit = checkout.commit()
    current = checkouts.current(checkout.folder)
    assert current == Revision(
        commit=commit,
        tree=checkout.git("rev-parse", "HEAD^{tree}"),
        dirty=False,
        subject="a change",
        branch="main",
        committed=int(checkout.git("log", "-1", "--format=%ct")),
    )
    assert current.name == commit


def test_a_modified_file_is_not_the_commit(checkout: Checkout) -> None:
    """A dirty tree is built under a tag that says so."""
    commit = checkout.commit()
    checkout.write("file", "other")
    assert re.fullmatch(f"{commit}-dirty-[0-9a-f]{{12}}", checkouts.current(checkout.folder).name)


def test_an_untracked_file_is_not_the_commit(checkout: Checkout) -> None:
    """A new file would be in the image as well."""
    checkout.commit()
    checkout.write("new", "text")
    assert checkouts.current(checkout.folder).dirty


def test_an_untracked_file_counts_where_git_is_told_to_hide_it(checkout: Checkout) -> None:
    """A user's way to look at git does not make a dirty tree the commit."""
    checkout.commit()
    checkout.git("config", "status.showUntrackedFiles", "no")
    checkout.write("new", "text")
    assert checkouts.current(checkout.folder).dirty


def test_a_dotenv_is_built_as_it_is_committed_or_not_at_all(checkout: Checkout) -> None:
    """It has a machine's secrets, whether git ignores it or nobody has thought of that."""
    commit = checkout.commit()
    checkout.write(".env", "SECRET=hush")
    assert checkouts.current(checkout.folder).name == commit
    checkout.write("new", "text")
    tree = checkouts.current(checkout.folder).tree
    assert checkout.git("ls-tree", "--name-only", tree).split() == ["file", "new"]
    checkout.write(".gitignore", ".env\n")
    tree = checkouts.current(checkout.folder).tree
    assert ".env" not in checkout.git("ls-tree", "--name-only", tree).split()
    (checkout.folder / ".gitignore").unlink()
    committed = checkout.commit()
    assert ".env" in checkout.git("ls-tree", "--name-only", committed).split()
    checkout.write(".env", "SECRET=another")
    assert checkouts.current(checkout.folder).name == committed


def test_the_same_dirty_content_has_the_same_tag(checkout: Checkout) -> None:
    """A dirty tree is built once, too; another content is another tag."""
    checkout.commit()
    checkout.write("file", "other")
    first = checkouts.current(checkout.folder)
    checkout.write("file", "third")
    second = checkouts.current(checkout.folder)
    checkout.write("file", "other")
    assert checkouts.current(checkout.folder) == first
    assert second != first


def test_a_tracked_file_counts_even_where_it_is_ignored(checkout: Checkout) -> None:
    """What was added by force is in the image, so its content is in the tag."""
    checkout.write(".gitignore", "forced\n")
    checkout.write("forced", "text")
    checkout.git("add", "--force", "forced")
    checkout.commit()
    checkout.write("forced", "other")
    first = checkouts.current(checkout.folder)
    checkout.write("forced", "third")
    assert checkouts.current(checkout.folder) != first


def test_looking_does_not_touch_the_index(checkout: Checkout) -> None:
    """What a user has staged, and what not, stays as it is."""
    checkout.commit()
    checkout.write("new", "text")
    checkouts.current(checkout.folder)
    assert checkout.git("status", "--porcelain") == "?? new"


def test_ignored_files_do_not_count(checkout: Checkout) -> None:
    """Caches and .env do not make a tree dirty."""
    checkout.write(".gitignore", "cache\n")
    commit = checkout.commit()
    checkout.write("cache", "text")
    assert checkouts.current(checkout.folder).name == commit


def test_a_reverted_change_is_the_commit_again(checkout: Checkout) -> None:
    """Not the clock but the content decides."""
    commit = checkout.commit("text")
    checkout.write("file", "other")
    checkout.write("file", "text")
    assert checkouts.current(checkout.folder).name == commit


def test_a_file_that_is_staged_and_taken_back_is_the_commit(checkout: Checkout) -> None:
    """The index differs from both, and the files do not differ from the commit."""
    commit = checkout.commit("text")
    checkout.write("file", "other")
    checkout.git("add", "file")
    checkout.write("file", "text")
    assert checkouts.current(checkout.folder).name == commit


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_is_told_to_overlook_is_in_no_tree(checkout: Checkout, flag: str) -> None:
    """It is not in the clean tree, and not in one with other edits, either."""
    commit = checkout.commit("text")
    checkout.git("update-index", flag, "file")
    checkout.write("file", "overlooked")
    assert checkouts.current(checkout.folder).name == commit
    checkout.write("new", "text")
    dirty = checkouts.current(checkout.folder)
    assert checkout.git("show", f"{dirty.tree}:file") == "text"
    assert checkout.git("show", f"{dirty.tree}:new") == "text"


def test_what_is_edited_later_is_not_in_a_revision_that_was_read(checkout: Checkout) -> None:
    """The tree of uncommitted edits is in git from then on."""
    checkout.commit()
    checkout.write("file", "first edit")
    dirty = checkouts.current(checkout.folder)
    checkout.write("file", "second edit")
    assert checkout.git("show", f"{dirty.tree}:file") == "first edit"


def test_a_project_in_a_folder_of_a_larger_repository_is_that_folder(checkout: Checkout) -> None:
    """Its tree is the folder's; edits elsewhere in the repository do not count."""
    (checkout.folder / "project").mkdir()
    checkout.write("project/own", "text")
    commit = checkout.commit()
    project = checkout.folder / "project"
    checkout.write("file", "edited elsewhere")
    current = checkouts.current(project)
    assert (current.name, current.tree) == (commit, checkout.git("rev-parse", "HEAD:project"))
    checkout.write("project/own", "edited")
    dirty = checkouts.current(project)
    assert dirty.dirty
    assert checkout.git("ls-tree", "--name-only", dirty.tree) == "own"


def test_a_folder_that_no_commit_holds_is_refused(checkout: Checkout) -> None:
    """Everything in it is ignored: there is nothing to build."""
    checkout.write(".gitignore", "project\n")
    checkout.commit()
    (checkout.folder / "project").mkdir()
    checkout.write("project/own", "text")
    with pytest.raises(ConfigurationError, match="has no file in this folder"):
        checkouts.current(checkout.folder / "project")


def test_a_job_s_branch_is_what_gitlab_calls_it(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A runner checks out a commit; outside of a job such a checkout has no branch."""
    commit = checkout.commit()
    checkout.git("checkout", "--quiet", commit)
    assert checkouts.current(checkout.folder).branch == ""
    monkeypatch.setenv("CI_COMMIT_REF_NAME", "feature/sails")
    assert checkouts.current(checkout.folder).branch == "feature/sails"


def test_a_link_to_a_virtual_environment_is_ignored_here(checkout: Checkout) -> None:
    """A pattern that ends with a slash would match folders alone."""
    checkout.write(".gitignore", (Path(__file__).parents[2] / ".gitignore").read_text())
    commit = checkout.commit()
    (checkout.folder / ".venv").symlink_to("/usr")
    (checkout.folder / "build").mkdir()
    checkout.write("build/junit.xml", "text")
    assert checkouts.current(checkout.folder).name == commit


def test_a_repository_inside_with_edits_is_refused(checkout: Checkout) -> None:
    """Cloned there without `git submodule`: of it, git's tree knows a commit and no file."""
    checkout.commit()
    (checkout.folder / "vendor").mkdir()
    inside = Checkout(checkout.folder / "vendor")
    inside.commit()
    assert checkouts.current(checkout.folder).dirty
    inside.write("file", "edited")
    with pytest.raises(ConfigurationError, match="the submodule vendor has uncommitted edits"):
        checkouts.current(checkout.folder)


def test_a_renamed_submodule_with_edits_is_refused() -> None:
    """As an unmerged one, each with fields of its own before the path."""
    zeros = "0 0 0 1 2"
    assert checkouts.edited_submodules([f"2 RM S.M. {zeros} R100 lib 2"]) == ["lib 2"]
    assert checkouts.edited_submodules([f"u UU S..U 0 {zeros} 3 lib"]) == ["lib"]
    assert checkouts.edited_submodules([f"1 .M SC.. {zeros} lib", "? new"]) == []


def test_an_edit_outside_of_a_sparse_checkout_counts(checkout: Checkout) -> None:
    """What git shows as an edit is in the tree; what is not checked out stays in it."""
    for name in ("in", "out"):
        (checkout.folder / name).mkdir()
        checkout.write(f"{name}/file", name)
    checkout.commit()
    checkout.git("sparse-checkout", "set", "in")
    assert not checkouts.current(checkout.folder).dirty
    (checkout.folder / "out").mkdir(exist_ok=True)
    checkout.write("out/new", "new")
    current = checkouts.current(checkout.folder)
    assert current.dirty
    listed = checkout.git("ls-tree", "-r", "--name-only", current.tree)
    assert {"in/file", "out/file", "out/new"} <= set(listed.splitlines())


def test_a_file_s_name_is_no_header_of_git_s(checkout: Checkout) -> None:
    """Python takes more characters for the end of a line than git does."""
    older = checkout.commit("one")
    newer = checkout.commit("two")
    checkout.git("config", "core.quotePath", "false")
    checkout.write(f"name\u2028# branch.oid {older}", "text")
    assert checkouts.current(checkout.folder).commit == newer


def test_a_hook_s_repository_is_not_the_one_that_is_asked(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Git exports the names of its own files to a hook, and so to what the hook runs."""
    commit = checkout.commit()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert checkouts.current(checkout.folder).commit == commit


def test_without_a_commit_there_is_nothing_to_build(checkout: Checkout, tmp_path: Path) -> None:
    """Before the first commit and outside of a repository: two causes, and what to type."""
    with pytest.raises(ConfigurationError, match=r"no commit yet\n.*git commit"):
        checkouts.current(checkout.folder)
    outside = tmp_path.parent / "outside"
    outside.mkdir(exist_ok=True)
    with pytest.raises(ConfigurationError, match=r"not in a git repository\n.*git init"):
        checkouts.current(outside)


def test_a_checkout_of_another_user_is_explained_in_git_s_words(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell runner, a mounted folder, sudo: the hint is the command that git wants."""
    checkout.commit()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(ConfigurationError) as caught:
        checkouts.current(checkout.folder)
    assert caught.value.what == (
        f"git: detected dubious ownership in repository at '{checkout.folder}'"
    )
    assert caught.value.hint == f"git config --global --add safe.directory {checkout.folder}"


def test_another_fault_of_git_is_shown_as_git_says_it(checkout: Checkout) -> None:
    """A cause that nobody thought of is not replaced by one that somebody did."""
    checkout.commit()
    (checkout.folder / ".git" / "config").write_text("[core\n")
    with pytest.raises(Failed, match="bad config line 1"):
        checkouts.current(checkout.folder)


def test_the_source_is_the_remote_without_credentials(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GitLab job's remote holds the job's token, and an image's label must not."""
    monkeypatch.chdir(checkout.folder)
    assert checkouts.source() == ""
    checkout.git("remote", "add", "origin", "https://ci-token:hush@gitlab.example/group/app.git")
    assert checkouts.source() == "https://gitlab.example/group/app.git"
    monkeypatch.setenv("CI_PROJECT_URL", "https://gitlab.example/group/app")
    assert checkouts.source() == "https://gitlab.example/group/app"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://gitlab.example/app.git", "https://gitlab.example/app.git"),
        ("https://user:p@ss@gitlab.example:8443/app", "https://gitlab.example:8443/app"),
        ("https://token@gitlab.example/a@b", "https://gitlab.example/a@b"),
        ("git@gitlab.example:group/app.git", "git@gitlab.example:group/app.git"),
        ("https://gitlab.example/app.git?private_token=hush", "https://gitlab.example/app.git"),
        ("ssh://git@gitlab.example:22/app.git", "ssh://gitlab.example:22/app.git"),
        ("/home/someone/app", ""),
        ("../app", ""),
        ("file:///home/someone/app", ""),
        ("http://[::1/app", ""),
        ("", ""),
    ],
)
def test_credentials_are_dropped_from_a_url(url: str, shown: str) -> None:
    """User, password and query go, whatever they hold; a path of this machine is not shown."""
    assert checkouts.public_url(url) == shown


def test_an_image_has_two_names() -> None:
    """One for people, and one that cannot come to mean something else."""
    image = Image("registry.example/app", "tag", "sha256:1", tested=True)
    assert image.by_tag == "registry.example/app:tag"
    assert image.by_digest == "registry.example/app@sha256:1"
