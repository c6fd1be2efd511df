"""Which line of a log names the error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slipway.aws import faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from types_boto3_ecs.type_defs import ContainerTypeDef

# The last line of a traceback: "KeyError: 'X'", "sqlalchemy.exc.OperationalError: ...".
EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt|Configured)\b(: .*)?")
ERROR = re.compile(
    r"(?i)\b(error|fatal|panic|critical|exception|denied|refused|failed|cannot|not found)\b"
)
TRACEBACK = "Traceback (most recent call last):"
# A server's own words about a worker that it lost, after the worker's own.
AFTERWARDS = re.compile(
    r"Worker failed to boot|exited with code|Shutting down|Worker exiting|HaltServer"
)


# A line of an access log, as entries/web.sh and most servers write it.
REQUEST = re.compile(r"\"?(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /|\S+ \S+ \S+ \[.+?\] \"")


def exception_line(lines: Sequence[str]) -> str:
    """Pick the line of a log that names the error; "" when none does.

    The end of the first traceback is the root: what follows it is what it caused, and what a
    server says of the worker that it lost. Without a traceback, it is the last line that
    looks like an exception, or else like an error.
    """
    texts = [each.strip() for each in lines]
    found = next(_ends_of_tracebacks(lines), "")
    exceptions = [each for each in texts if EXCEPTION.fullmatch(each)]
    errors = [each for each in texts if ERROR.search(each) and not AFTERWARDS.search(each)]
    return found or next(reversed(exceptions), "") or next(reversed(errors), "")


def last_words(lines: Sequence[str], container: ContainerTypeDef | None) -> str:
    """Return the line of a log that names the error of a container that stopped.

    One that ended by itself with a code of its own has said why, if anything, in its last
    line: a shell's "NAME: is not set" looks like no error. A request is no last word.
    """
    if line := exception_line(lines):
        return line
    code = (container or {}).get("exitCode")
    ended_itself = code is not None and code != 0 and code not in faults.STOPPED_WITH_THE_TASK
    own = [each.strip() for each in lines if not (AFTERWARDS.search(each) or REQUEST.match(each))]
    return next((each for each in reversed(own) if each), "") if ended_itself else ""


def _ends_of_tracebacks(lines: Sequence[str]) -> Iterator[str]:
    """Find the line after each traceback's frames, which are indented deeper than its head."""
    for number, head in enumerate(lines):
        if TRACEBACK not in head:
            continue
        for line in lines[number + 1 :]:
            # An exception group draws its tracebacks with | and +.
            text = re.sub(r"^\s*[|+] ?", "", line.removeprefix(head.partition(TRACEBACK)[0]))
            if text.strip() and not text[0].isspace():
                yield text.strip()
                break
