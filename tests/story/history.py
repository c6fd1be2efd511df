"""The one place where stories stand in for git."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from slipway.git.history import Relation
from slipway.release import age


@dataclass
class History:
    """Commits in one line, oldest first; a commit that is not in it is unknown to the checkout."""

    commits: list[str] = field(default_factory=list)
    # Commits of another branch, which this checkout has.
    others: set[str] = field(default_factory=set)

    def relation(self, deployed: str, wanted: str, _folder: Path = Path()) -> Relation:
        """Return what one commit is to another, as slipway.git.history does."""
        if deployed == wanted:
            return Relation.SAME
        if self.others & {deployed, wanted}:
            return Relation.DIVERGED
        if deployed not in self.commits or wanted not in self.commits:
            return Relation.UNKNOWN
        is_newer = self.commits.index(wanted) > self.commits.index(deployed)
        return Relation.NEWER if is_newer else Relation.OLDER

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Answer for git in the product."""
        patch.setattr(age, "relation", self.relation)
