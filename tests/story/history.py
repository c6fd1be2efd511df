"""The one place where stories stand in for git."""

from dataclasses import dataclass, field

import pytest

from pipeline import revision


@dataclass
class History:
    """Commits in one line, oldest first; a commit that is not in it is unknown to the checkout."""

    commits: list[str] = field(default_factory=list)

    def is_ancestor(self, older: str, newer: str) -> bool | None:
        """Return whether a commit is in the history of another; None when git cannot know."""
        if older not in self.commits or newer not in self.commits:
            return None
        return self.commits.index(older) <= self.commits.index(newer)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Answer for git in the product."""
        patch.setattr(revision, "is_ancestor", self.is_ancestor)
