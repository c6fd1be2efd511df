"""The events as JSON lines, for programs: one object a line, in ASCII."""

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from slipway.events import Record


def line(record: Record) -> str:
    """Write a record: its time (RFC 3339), its environment, the kind of event, and its fields."""
    then = datetime.fromtimestamp(record.at, UTC).isoformat(timespec="milliseconds")
    head = {
        "time": then.replace("+00:00", "Z"),
        "environment": record.environment,
        "event": kind(type(record.event)),
    }
    return json.dumps({**head, **asdict(record.event)}, default=_plain)


def kind(event: type) -> str:
    """Return the name of a class of events: StageStarted is stage_started."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", event.__name__).lower()


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"an event holds {value!r}, which JSON has no form for")


def view() -> Callable[[Record], None]:
    """Take standard output for the lines; all that others write there goes to standard error.

    So docker, nox and the tests that they run cannot come between two lines.
    """
    sys.stdout.flush()
    output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def show(record: Record) -> None:
        output.write(f"{line(record)}\n".encode("ascii"))

    return show
