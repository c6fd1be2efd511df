"""What the tasks of an environment write, read from its log group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slipway import polling
from slipway.aws import session
from slipway.errors import ConfigurationError
from slipway.results import LogLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_logs.type_defs import (
        FilteredLogEventTypeDef,
        FilterLogEventsRequestPaginateTypeDef,
    )

    from slipway.settings import Settings

# Without --since, the newest lines are looked for this far back.
DAY_SECONDS = 86_400.0
FIRST_WINDOW_SECONDS = 60.0
POLL_SECONDS = 2.0
# A line may arrive later than one that was written after it.
OVERLAP_SECONDS = 60.0
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
PAGE_EVENTS = 10_000
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse_since(text: str) -> float:
    """Read a length of time such as 90s, 10m, 2h or 1d, and return its seconds.

    Raises ConfigurationError for another text.
    """
    match = re.fullmatch(r"([1-9]\d{0,5})([smhd])", text)
    if not match:
        raise ConfigurationError(f"--since {text!r} is not a duration", hint="such as 10m or 2h")
    return int(match[1]) * float(UNITS[match[2]])


def parse_lines(text: str) -> int:
    """Read how many lines to show. Raises ConfigurationError for a text that is no such number."""
    if not re.fullmatch(r"[1-9]\d{0,6}", text):
        raise ConfigurationError(f"--lines {text!r} is not a number of lines", hint="such as 100")
    return int(text)


def newest(
    settings: Settings, group: str, now: float, *, since: float | None, lines: int
) -> list[FilteredLogEventTypeDef]:
    """Return the last `lines` events before `now`, oldest first, as FilterLogEvents has them.

    `since` is how many seconds back they may be: a day at most without it. The log is read
    backwards in windows that grow, so that a long log costs no more than a short one.
    Raises botocore's ResourceNotFoundException when there is no such log group.
    """
    events: list[FilteredLogEventTypeDef] = []
    for start, end in windows(now, since or DAY_SECONDS):
        events = [*_events(settings, group, start, end), *events]
        if len(events) >= lines:
            break
    return events[-lines:]


def windows(now: float, length: float) -> Iterator[tuple[int, int]]:
    """List windows from `now` backwards, each twice as long as the one before, in milliseconds.

    Together they cover the last `length` seconds without a gap or an overlap; both ends belong
    to a window.
    """
    earliest, end, size = now - length, now, FIRST_WINDOW_SECONDS
    while end > earliest:
        start = max(earliest, end - size)
        yield int(start * 1000), int(end * 1000) - (0 if end == now else 1)
        end, size = start, size * 2


def follow(
    settings: Settings, group: str, shown: list[FilteredLogEventTypeDef]
) -> Iterator[FilteredLogEventTypeDef]:
    """Return the events that come after those that were `shown`, as they come, without an end."""
    seen = {event["eventId"]: event["timestamp"] for event in shown}
    first = shown[0]["timestamp"] if shown else 0
    while True:
        start = max(first, int((polling.wall() - OVERLAP_SECONDS) * 1000))
        for event in _events(settings, group, start, None):
            if event["eventId"] not in seen:
                yield event
            seen[event["eventId"]] = event["timestamp"]
        # What is older than the overlap is not asked for again.
        seen = {name: then for name, then in seen.items() if then >= start}
        polling.sleep(POLL_SECONDS)


def line(event: FilteredLogEventTypeDef) -> LogLine:
    """Return one event as a line: when it was written, by which entry and task, and its text."""
    entry, _, task = event["logStreamName"].rpartition("/")
    text = event["message"].rstrip()
    return LogLine(event["timestamp"] / 1000, entry.partition("/")[0], task, text)


def _events(
    settings: Settings, group: str, start: int, end: int | None
) -> Iterator[FilteredLogEventTypeDef]:
    """Read every event from `start` to `end` (milliseconds), oldest first, each once.

    A full page without a token is followed by another question from its last event on, because
    an emulator may have no tokens.
    """
    seen: set[str] = set()
    while True:
        page = _page(settings, group, start, end)
        new = [event for event in page if event["eventId"] not in seen]
        yield from new
        if len(page) < PAGE_EVENTS or not new:
            return
        seen = {event["eventId"] for event in page}
        start = page[-1]["timestamp"]


def _page(
    settings: Settings, group: str, start: int, end: int | None
) -> list[FilteredLogEventTypeDef]:
    pages = session.client(settings, "logs").get_paginator("filter_log_events")
    question: FilterLogEventsRequestPaginateTypeDef = {"logGroupName": group, "startTime": start}
    if end:
        question["endTime"] = end
    return [event for page in pages.paginate(**question) for event in page.get("events", [])]
