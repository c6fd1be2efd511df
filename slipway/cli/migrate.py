"""The migration of the image that is deployed."""

from slipway.aws import contract
from slipway.aws.stack import Stack
from slipway.cli import show
from slipway.errors import Failed
from slipway.events import Say
from slipway.image import registry
from slipway.release import oneoff
from slipway.revision import Image
from slipway.settings import Settings
from slipway.stages import stage


def migrate(settings: Settings, say: Say, *, stop: bool = False) -> None:
    """Run the migration of the image that is deployed, or `stop` those that run.

    Raises Failed when nothing is deployed.
    """
    current = show.deployed(settings)
    if stop:
        oneoff.stop(settings, current, say)
        return
    image = deployed_image(settings, current)
    with stage(say, "migrate"):
        oneoff.migrate(settings, current, image, say)


def deployed_image(settings: Settings, current: Stack) -> Image:
    """Return the image that a stack runs. Raises Failed when there is none."""
    tag = contract.revision_of(current)
    image = registry.find(settings, tag) if tag else None
    if image is None:
        what = f"{settings.ecr_repository} holds no image of {tag}" if tag else "no image runs yet"
        raise Failed(what, hint=f"invoke deploy --env {settings.environment}")
    return image
