"""CloudWatch Logs: streams of lines that arrive a moment after they were written."""

from dataclasses import dataclass
from typing import Any

from tests.story.clock import START, Clock
from tests.story.refusals import Refusal

ARRIVAL_SECONDS = 1.0


@dataclass(frozen=True)
class Line:
    """One line, and when (seconds of the story) it was written."""

    written: float
    text: str


class Logs:
    """Log groups: name -> stream name -> lines, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.page = 10_000
        self.groups: dict[str, dict[str, list[Line]]] = {}

    def write(self, group: str, stream: str, *texts: str) -> None:
        """Write lines to a stream; a missing group or stream is created."""
        lines = self.groups.setdefault(group, {}).setdefault(stream, [])
        lines.extend(Line(self.clock.now, text) for text in texts)

    def get_log_events(self, request: dict[str, Any]) -> dict[str, Any]:
        """Read one stream; a token is the number of the next line, and is repeated at the end.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
        """
        streams = self._group(request["logGroupName"])
        if request["logStreamName"] not in streams:
            message = "The specified log stream does not exist."
            raise Refusal("ResourceNotFoundException", message)
        lines = self._arrived(streams[request["logStreamName"]], request.get("startTime", 0))
        limit = min(request.get("limit", self.page), self.page)
        first = 0 if request.get("startFromHead") else max(len(lines) - limit, 0)
        if token := request.get("nextToken"):
            number = int(token.partition("/")[2])
            first = number if token[0] == "f" else max(number - limit, 0)
        shown = lines[first : first + limit]
        return {
            "events": [{**self._event(each), "ingestionTime": self._now()} for each in shown],
            "nextForwardToken": f"f/{first + len(shown)}",
            "nextBackwardToken": f"b/{first}",
        }

    def filter_log_events(self, request: dict[str, Any]) -> dict[str, Any]:
        """Read all streams of a group by time, in pages."""
        start, end = request.get("startTime", 0), request.get("endTime", 1 << 62)
        prefix = request.get("logStreamNamePrefix", "")
        events = [
            {**self._event(line), "logStreamName": stream, "eventId": f"{stream}/{number}"}
            for stream, lines in self._group(request["logGroupName"]).items()
            if stream.startswith(prefix)
            for number, line in enumerate(self._arrived(lines, start))
        ]
        events = sorted((e for e in events if e["timestamp"] <= end), key=lambda e: e["timestamp"])
        first = int(request.get("nextToken", 0))
        limit = min(request.get("limit", self.page), self.page)
        more = {"nextToken": str(first + limit)} if len(events) > first + limit else {}
        return {"events": events[first : first + limit], **more}

    def _group(self, name: str) -> dict[str, list[Line]]:
        if name not in self.groups:
            message = "The specified log group does not exist."
            raise Refusal("ResourceNotFoundException", message)
        return self.groups[name]

    def _arrived(self, lines: list[Line], start: int) -> list[Line]:
        """Return the lines that have arrived; `start` is in milliseconds since 1970."""
        arrived = [each for each in lines if each.written + ARRIVAL_SECONDS <= self.clock.now]
        return [each for each in arrived if (START + each.written) * 1000 >= start]

    def _event(self, line: Line) -> dict[str, Any]:
        return {"timestamp": int((START + line.written) * 1000), "message": line.text}

    def _now(self) -> int:
        return int(self.clock.wall() * 1000)
