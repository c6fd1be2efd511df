"""All that decides what is in an image, and the tag that stands for it."""

import hashlib
from dataclasses import dataclass

from slipway.image import platforms
from slipway.revision import Revision
from slipway.settings import Settings

HASH_CHARACTERS = 12


@dataclass(frozen=True)
class Recipe:
    """A revision, the name of the base image, and a platform such as linux/amd64."""

    revision: Revision
    base: str
    platform: str

    @property
    def tag(self) -> str:
        """COMMIT-HASH, or for uncommitted edits COMMIT-dirty-HASH.

        HASH covers the tree, the base image and the platform: two environments that differ in
        one of them never share a tag. The tag is also the stack's WebAppRevision.
        """
        inputs = f"{self.revision.tree}\n{self.base}\n{self.platform}"
        digest = hashlib.sha256(inputs.encode()).hexdigest()[:HASH_CHARACTERS]
        dirty = "dirty-" if self.revision.dirty else ""
        return f"{self.revision.commit}-{dirty}{digest}"


def of(settings: Settings, revision: Revision) -> Recipe:
    """Return the recipe of a revision's image in an environment."""
    return Recipe(revision, settings.python_image, platforms.target(settings))
