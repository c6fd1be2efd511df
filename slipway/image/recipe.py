"""All that decides what is in an image, and the tag that stands for it."""

import hashlib
from dataclasses import astuple, dataclass

from slipway.image import platforms
from slipway.revision import Revision
from slipway.settings import Settings

HASH_CHARACTERS = 12


@dataclass(frozen=True)
class Build:
    """What is built: a Dockerfile and a context, by their paths in the repository; two stages.

    The first stage is the image, the second adds its tests.
    """

    dockerfile: str = "Dockerfile"
    context: str = "."
    stage: str = "runtime"
    test_stage: str = "test"


@dataclass(frozen=True)
class Recipe:
    """A revision, the name of the base image, a platform such as linux/amd64, what is built."""

    revision: Revision
    base: str
    platform: str
    build: Build = Build()

    @property
    def tag(self) -> str:
        """COMMIT-HASH, or for uncommitted edits COMMIT-dirty-HASH.

        HASH covers the tree, the base image, the platform and what is built: two environments that
        differ in one of them never share a tag. The tag is also the stack's WebAppRevision.
        """
        inputs = f"{self.revision.tree}\n{self.base}\n{self.platform}"
        if self.build != Build():
            inputs = "\n".join([inputs, *astuple(self.build)])
        digest = hashlib.sha256(inputs.encode()).hexdigest()[:HASH_CHARACTERS]
        dirty = "dirty-" if self.revision.dirty else ""
        return f"{self.revision.commit}-{dirty}{digest}"


def of(settings: Settings, revision: Revision) -> Recipe:
    """Return the recipe of a revision's image in an environment."""
    build = Build(
        settings.image_dockerfile,
        settings.image_context,
        settings.image_stage,
        settings.test_stage,
    )
    return Recipe(revision, settings.python_image, platforms.target(settings), build)
