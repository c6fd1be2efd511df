"""What is built and what was built: a revision of the code, and its image."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """What is built: a commit, and the tree of its files or of the uncommitted edits.

    `commit` and `tree` are full git object names; `dirty` says that the tree is not the
    commit's. `subject` is the first line of the commit's message, `branch` is "" for a detached
    HEAD, `committed` is in seconds since 1970.
    """

    commit: str
    tree: str
    dirty: bool = False
    subject: str = ""
    branch: str = ""
    committed: int = 0

    @property
    def name(self) -> str:
        """The commit, or for uncommitted edits COMMIT-dirty-TREE."""
        return f"{self.commit}-dirty-{self.tree[:12]}" if self.dirty else self.commit


@dataclass(frozen=True)
class Image:
    """An image in a repository: `digest` is sha256:..., `tested` whether its suite passed."""

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
