"""All that decides what is in an image, and the tag that stands for it."""

import hashlib
from dataclasses import dataclass

from slipway.image import platforms
from slipway.revision import Revision
from slipway.settings import Settings

HASH_CHARACTERS = 12
STAGES = ("runtime", "test")


@dataclass(frozen=True)
class Recipe:
    """A revision, the name of the base image, a platform such as linux/amd64, and two stages.

    The first stage is the image, the second adds its tests.
    """

    revision: Revision
    base: str
    platform: str
    stage: str = "runtime"
    test_stage: str = "test"

    @property
    def tag(self) -> str:
        """COMMIT-HASH, or for uncommitted edits COMMIT-dirty-HASH.

        HASH covers the tree, the base image, the platform and the stages: two environments that
        differ in one of them never share a tag. The tag is also the stack's WebAppRevision.
        """
        inputs = f"{self.revision.tree}\n{self.base}\n{self.platform}"
        if (stages := (self.stage, self.test_stage)) != STAGES:
            inputs = "\n".join([inputs, *stages])
        digest = hashlib.sha256(inputs.encode()).hexdigest()[:HASH_CHARACTERS]
        dirty = "dirty-" if self.revision.dirty else ""
        return f"{self.revision.commit}-{dirty}{digest}"


def of(settings: Settings, revision: Revision) -> Recipe:
    """Return the recipe of a revision's image in an environment."""
    stages = settings.image_stage, settings.test_stage
    return Recipe(revision, settings.python_image, platforms.target(settings), *stages)
