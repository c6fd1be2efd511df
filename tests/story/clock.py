"""The time of a story: nobody sleeps, and what AWS does happens while the product waits."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# A process yields the seconds until it goes on; it ends by returning.
Process = Iterator[float]
START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
# A story that takes longer than this is a loop without an end.
LIMIT_SECONDS = 400_000.0


class Clock:
    """Seconds since the story began, and the processes that wait for their time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._started = 0
        self._waiting: list[tuple[float, int, Process]] = []

    def monotonic(self) -> float:
        """Return the seconds since the story began."""
        return self.now

    def wall(self) -> float:
        """Return the seconds since 1970."""
        return START + self.now

    def date(self) -> datetime:
        """Return the date and time in UTC."""
        return self.date_of(self.now)

    def date_of(self, seconds: float) -> datetime:
        """Return the date and time, in UTC, of so many seconds after the beginning."""
        return datetime.fromtimestamp(START + seconds, UTC)

    def start(self, process: Process) -> None:
        """Begin a process; its first step is due at once."""
        self._wait(self.now, process)

    def advance(self, seconds: float) -> None:
        """Let time pass, and take every step that is due in it, in order."""
        until = self.now + seconds
        assert until < LIMIT_SECONDS, "the story does not end"
        while self._waiting and self._waiting[0][0] <= until:
            due, _, process = heapq.heappop(self._waiting)
            self.now = max(self.now, due)
            pause = next(process, None)
            if pause is not None:
                self._wait(self.now + pause, process)
        self.now = max(self.now, until)

    def timer(self, seconds: float, act: Callable[..., object], args: list[Any]) -> "Timer":
        """Return what threading.Timer would be, in the story's time and without a thread."""
        return Timer(self, seconds, lambda: act(*args))

    def _wait(self, due: float, process: Process) -> None:
        self._started += 1
        heapq.heappush(self._waiting, (due, self._started, process))


@dataclass
class Timer:
    """An act that is due some seconds after the start, unless it is cancelled before."""

    clock: Clock
    seconds: float
    act: Callable[[], object]
    daemon: bool = False
    cancelled: bool = False

    def start(self) -> None:
        """Begin to wait."""
        self.clock.start(self._wait())

    def cancel(self) -> None:
        """Wait no longer."""
        self.cancelled = True

    def _wait(self) -> Process:
        yield self.seconds
        if not self.cancelled:
            self.act()
