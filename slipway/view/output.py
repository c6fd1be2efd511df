"""Which view this is: of a terminal, of GitLab, of a pipe, or JSON lines."""

import os
import sys

from slipway.events import Say, recorded
from slipway.view import console, gitlab, json_lines
from slipway.view.heartbeat import Heartbeat


def choose(environment: str, *, as_json: bool = False) -> Say:
    """Return what shows an environment's events on standard output.

    A terminal has a clock, unless `CI` says that nobody sits at it; GitLab's view and plain
    lines have a heartbeat.
    """
    if as_json:
        return recorded(json_lines.view(), environment)
    if os.environ.get("GITLAB_CI"):
        return Heartbeat(recorded(gitlab.show, environment))
    if sys.stdout.isatty() and not os.environ.get("CI"):
        return recorded(console.terminal(), environment)
    return Heartbeat(recorded(console.plain, environment))
