"""The events in a GitLab job's log: each stage is a section that folds.

https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
"""

import re

from slipway.events import Event, Record, StageEnded, StageStarted
from slipway.view.lines import lines_of

CLEAR = "\r\033[0K"


def show(record: Record) -> None:
    """Print an event; the marks of a section are invisible in GitLab."""
    for line in marked(record.event, int(record.at)):
        print(line, flush=True)


def marked(event: Event, now: int) -> list[str]:
    """Write an event as lines; `now` is in seconds since 1970."""
    text = lines_of(event)
    match event:
        case StageStarted(name):
            return [f"\033[0Ksection_start:{now}:{_identifier(name)}{CLEAR}{text[0]}", *text[1:]]
        case StageEnded(name):
            return [f"\033[0Ksection_end:{now}:{_identifier(name)}{CLEAR}{text[0]}", *text[1:]]
    return text


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9_.-]", "_", name.lower())
