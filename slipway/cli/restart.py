"""New tasks of the deployed revision."""

from slipway.cli.migrate import deployed_image
from slipway.events import Note, Say
from slipway.release import restart as restarting
from slipway.settings import Settings
from slipway.view import report


def restart(settings: Settings, say: Say) -> None:
    """Start the tasks of the deployed revision again, by a new deployment that is proven."""
    say, times = report.timed(say)
    if restarting.restart(settings, deployed_image, say):
        say(Note(times()))
