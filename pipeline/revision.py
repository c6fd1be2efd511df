"""Which code this is, and which image was made of it."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pipeline.errors import ConfigurationError
from pipeline.shell import CommandFailed, run


@dataclass(frozen=True)
class Revision:
    """A commit, and the tree beside it when that is not what the commit holds.

    `commit` and `tree` are full git object names; `tree` is "" for a clean checkout.
    """

    commit: str
    tree: str = ""

    @property
    def tag(self) -> str:
        """The image's tag and the stack's WebAppRevision; a dirty tree never bears a commit's."""
        return f"{self.commit}-dirty-{self.tree[:12]}" if self.tree else self.commit


@dataclass(frozen=True)
class Image:
    """An image in a repository: `digest` is sha256:..., `tested` whether its suite was green."""

    repository: str
    tag: str
    digest: str
    tested: bool

    @property
    def by_digest(self) -> str:
        """The one name that cannot come to mean something else."""
        return f"{self.repository}@{self.digest}"

    @property
    def by_tag(self) -> str:
        """The name that people and task definitions use."""
        return f"{self.repository}:{self.tag}"


def current(folder: Path = Path()) -> Revision:
    """Tell the revision of the checkout in `folder`.

    Raises ConfigurationError outside a checkout and before the first commit.
    """
    try:
        commit = run(["git", "rev-parse", "--verify", "HEAD"], cwd=folder).stdout.strip()
    except CommandFailed as error:
        raise ConfigurationError(
            "there is no commit to build here", hint="git init, git add and git commit first"
        ) from error
    look = ["git", "status", "--porcelain", "--untracked-files=normal"]
    status = run(look, cwd=folder).stdout
    return Revision(commit, _tree(folder) if status else "")


def _tree(folder: Path) -> str:
    """Name the content of the work tree as git would, without touching the index."""
    git = run(["git", "rev-parse", "--absolute-git-dir"], cwd=folder).stdout.strip()
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch, "index")
        if (now := Path(git, "index")).exists():
            index.write_bytes(now.read_bytes())
        env = {"GIT_INDEX_FILE": str(index)}
        run(["git", "add", "--all"], cwd=folder, env=env)
        return run(["git", "write-tree"], cwd=folder, env=env).stdout.strip()


def is_ancestor(older: str, newer: str) -> bool | None:
    """Tell whether commit `older` is in the history of `newer`; None when git cannot know."""
    done = run(["git", "merge-base", "--is-ancestor", older, newer], check=False)
    return {0: True, 1: False}.get(done.code)


def source() -> str:
    """Name where the code lives, for the image's label; "" when the checkout has no remote."""
    done = run(["git", "remote", "get-url", "origin"], check=False)
    return without_credentials(os.environ.get("CI_PROJECT_URL") or done.stdout.strip())


def without_credentials(url: str) -> str:
    """Drop user and password: a GitLab job's remote URL holds the job's token."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
