"""What the tasks of an environment write, read from its log group."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pipeline import aws, polling
from pipeline.settings import Settings

SINCE_SECONDS = 3600
POLL_SECONDS = 2.0
# A line may arrive later than one that was written after it.
OVERLAP_SECONDS = 60


def tail(settings: Settings, group: str, *, follow: bool) -> Iterator[str]:
    """Read the lines of the last hour, oldest first; with `follow`, all that come, until Ctrl-C.

    Raises botocore's ResourceNotFoundException where there is no such log group.
    """
    seen: set[str] = set()
    since = polling.wall() - SINCE_SECONDS
    while True:
        asked = polling.wall()
        for event in _events(settings, group, since):
            if event["eventId"] not in seen:
                yield line(event)
            seen.add(event["eventId"])
        if not follow:
            return
        since = asked - OVERLAP_SECONDS
        polling.sleep(POLL_SECONDS)


def line(event: dict[str, Any]) -> str:
    """Write one event of FilterLogEvents: its time (UTC), its task, what was said."""
    then = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    entry, _, task = event["logStreamName"].rpartition("/")
    return f"{then:%H:%M:%S} {entry.partition('/')[0]} {task[:8]} {event['message'].rstrip()}"


def _events(settings: Settings, group: str, since: float) -> Iterator[dict[str, Any]]:
    pages = aws.client(settings, "logs").get_paginator("filter_log_events")
    for page in pages.paginate(logGroupName=group, startTime=int(since * 1000)):
        yield from page["events"]
