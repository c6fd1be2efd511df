"""A sign of life: a stage that is silent for long says that it still runs."""

import contextlib
import threading
import time

from slipway.events import Event, Note, Say, StageEnded, StageStarted

SILENCE_SECONDS = 30.0


class Heartbeat:
    """A view that adds a line to another one for each `silence` seconds without an event.

    It beats within a stage only, from a thread of its own that ends with the stage; the two
    threads never write at the same time.
    """

    def __init__(self, say: Say, silence: float = SILENCE_SECONDS) -> None:
        self._say = say
        self._silence = silence
        self._lock = threading.Lock()
        self._stage: StageStarted | None = None
        self._started = 0.0
        self._timer: threading.Timer | None = None

    def __call__(self, event: Event) -> None:
        """Show an event, and wait for the next from now on."""
        with self._lock:
            if isinstance(event, StageStarted):
                self._stage, self._started = event, time.monotonic()
            if isinstance(event, StageEnded):
                self._stage = None
            self._say(event)
            self._restart()

    def _restart(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._stage:
            self._timer = threading.Timer(self._silence, self._beat)
            self._timer.daemon = True
            self._timer.start()

    def _beat(self) -> None:
        with self._lock:
            # The stage may have ended, or said something, while this waited for the lock.
            if self._stage and threading.current_thread() is self._timer:
                seconds = time.monotonic() - self._started
                note = Note(f"{self._stage.name}: still running after {seconds:.0f} s")
                # A reader that went away is the main thread's to notice.
                with contextlib.suppress(OSError):
                    self._say(note)
                self._restart()
