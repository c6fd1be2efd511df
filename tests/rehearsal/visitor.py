"""Somebody who reads the page all the time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.rehearsal.project import get

PAUSE_SECONDS = 0.02


@dataclass
class Visitor:
    """How many answers there were, and those that were not a page."""

    answers: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def visiting(url: str) -> Iterator[Visitor]:
    """Ask for the page, one request after the other, until the end of the block."""
    visitor, stop = Visitor(), threading.Event()

    def visit() -> None:
        while not stop.wait(PAUSE_SECONDS):
            status, text = get(url)
            visitor.answers += 1
            if status != 200:
                visitor.failures.append((status, text[:200]))

    thread = threading.Thread(target=visit, daemon=True)
    thread.start()
    try:
        yield visitor
    finally:
        stop.set()
        thread.join(timeout=15)
