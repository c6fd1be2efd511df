"""The revision of a checkout, as git names it, and where its code comes from."""

import os
import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from slipway.errors import ConfigurationError
from slipway.git.command import attempt, git
from slipway.revision import Revision

# https://git-scm.com/docs/gitglossary#Documentation/gitglossary.txt-exclude
NO_DOTENV = ":(exclude).env"


def current(folder: Path = Path()) -> Revision:
    """Return the revision of the checkout in `folder`: read once, and fixed from then on.

    Uncommitted edits become a tree in git's object store, so that edits made later do not
    change what is built. Edits that git is told to overlook (assume-unchanged, skip-worktree)
    and ignored files are in no tree. In a larger repository, the tree is that of `folder`.

    Raises ConfigurationError outside a checkout, before the first commit, and for a
    submodule with uncommitted edits.
    """
    look = ["-z", "--branch", "--untracked-files=normal", "--ignore-submodules=none"]
    status = git("status", "--porcelain=v2", *look, "--", ".", folder=folder)
    head, edits = parse_status(status)
    commit, branch = head["branch.oid"], head["branch.head"]
    if commit == "(initial)":
        raise ConfigurationError(
            "this repository has no commit yet", hint="git add . and git commit"
        )
    _refuse_edited_submodules(edits)
    committed = attempt("rev-parse", "--verify", "--quiet", f"{commit}:./", folder=folder)
    tree = _work_tree(folder) if edits else committed.stdout.strip()
    if not tree:
        raise ConfigurationError(
            f"the commit {commit[:12]} has no file in this folder", hint="git add . and git commit"
        )
    seconds, subject = _describe(commit, folder)
    return Revision(
        commit=commit,
        tree=tree,
        dirty=tree != committed.stdout.strip(),
        subject=subject,
        # A GitLab job checks out a commit, and not its branch.
        branch=os.environ.get("CI_COMMIT_REF_NAME", "") if branch == "(detached)" else branch,
        committed=seconds,
    )


def parse_status(status: str) -> tuple[dict[str, str], list[str]]:
    """Read `git status --porcelain=v2 -z --branch`: its headers by name, and its entries.

    Nothing but NUL separates entries: a file's name may hold any other character.
    """
    head: dict[str, str] = {}
    entries: list[str] = []
    parts = iter(status.split("\0"))
    for part in parts:
        if part.startswith("# "):
            name, _, value = part[2:].partition(" ")
            head.setdefault(name, value)
        elif part:
            entries.append(part)
            if part.startswith("2 "):  # the name before is a part of its own
                next(parts, None)
    return head, entries


def edited_submodules(entries: list[str]) -> list[str]:
    """Return the paths of submodules that hold uncommitted edits.

    `entries` are those of `git status --porcelain=v2`: changed, renamed and unmerged ones have
    8, 9 and 10 fields before the path. The third field is S, then C for another commit, M for
    modified and U for untracked files:
    https://git-scm.com/docs/git-status#_changed_tracked_entries
    """
    before = {"1": 8, "2": 9, "u": 10}
    fields = [each.split(" ", before[each[0]]) for each in entries if each[0] in before]
    return [each[-1] for each in fields if re.fullmatch(r"S.(M.|.U)", each[2])]


def _refuse_edited_submodules(entries: list[str]) -> None:
    if paths := edited_submodules(entries):
        raise _edited(paths[0])


def _edited(path: str) -> ConfigurationError:
    return ConfigurationError(
        f"the submodule {path} has uncommitted edits, which no commit of it names",
        hint=f"commit them there, or: git -C {path} stash --include-untracked",
    )


def _work_tree(folder: Path) -> str:
    """Return the tree of the files in `folder`, without touching the index.

    A `.env` is in it as it is committed, or not at all: it has a machine's secrets.
    """
    repository = git("rev-parse", "--absolute-git-dir", folder=folder)
    prefix = git("rev-parse", "--show-prefix", folder=folder)
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch, "index")
        if (own := Path(repository, "index")).exists():
            index.write_bytes(own.read_bytes())
        env = {"GIT_INDEX_FILE": str(index)}
        git("add", "--all", *_also_sparse(folder), ".", *_no_dotenv(folder), folder=folder, env=env)
        _refuse_edited_repositories(folder, env)
        part = [f"--prefix={prefix}"] if prefix else []
        return git("write-tree", *part, folder=folder, env=env)


def _also_sparse(folder: Path) -> list[str]:
    """Return the option for edits outside of a sparse checkout, which git leaves out otherwise."""
    sparse = attempt("config", "--type=bool", "core.sparseCheckout", folder=folder).stdout.strip()
    return ["--sparse"] if sparse == "true" else []


def _no_dotenv(folder: Path) -> list[str]:
    """Return the exclusion of a `.env`; git takes none of a file that it ignores anyway."""
    if not (folder / ".env").exists():
        return []
    is_ignored = attempt("check-ignore", "--quiet", ".env", folder=folder).code == 0
    return [] if is_ignored else [NO_DOTENV]


def _refuse_edited_repositories(folder: Path, env: dict[str, str]) -> None:
    """Refuse edits in a repository inside this one: of it, git knows a commit alone."""
    listed = git("ls-files", "--stage", "-z", folder=folder, env=env).split("\0")
    links = [each.partition("\t")[2] for each in listed if each.startswith("160000 ")]
    for path in links:
        inside = folder / path
        # Without a repository of its own, as before `git submodule update`, it has no edits.
        if not (inside / ".git").exists():
            continue
        if git("status", "--porcelain", "--ignore-submodules=none", folder=inside):
            raise _edited(path)


def _describe(commit: str, folder: Path) -> tuple[int, str]:
    """Return a commit's time, in seconds since 1970, and its subject."""
    show = ["--no-show-signature", "--encoding=UTF-8", "--max-count=1", "--format=%ct %s"]
    seconds, _, subject = git("log", *show, commit, folder=folder).partition(" ")
    return int(seconds), subject


def source(folder: Path = Path()) -> str:
    """Return the address of the code, for the image's label; "" without one to show."""
    origin = attempt("remote", "get-url", "origin", folder=folder).stdout.strip()
    return public_url(os.environ.get("CI_PROJECT_URL") or origin)


def public_url(url: str) -> str:
    """Return a repository's address without user, password and query; "" for a local path.

    A GitLab job's remote URL holds the job's token.
    """
    if re.fullmatch(r"[\w.-]+@[\w.-]+:[^\s?]+", url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "ssh", "git"}:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))
