"""New tasks of the deployed revision."""

from slipway.cli.migrate import deployed_image
from slipway.events import Say
from slipway.release import restart as restarting
from slipway.results import Summary
from slipway.settings import Settings
from slipway.stages import timed


def restart(settings: Settings, say: Say) -> Summary:
    """Start the tasks of the deployed revision again, by a new deployment that is proven."""
    say, seconds = timed(say)
    return Summary(restarting.restart(settings, deployed_image, say), seconds)
