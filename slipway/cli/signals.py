"""Ctrl-C and the signals that mean the same: the first one interrupts, the others wait."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CLEANING_UP = b"\ninterrupted: cleaning up; another signal is ignored\n"


def catch() -> None:
    """Have the first Ctrl-C, SIGTERM or SIGHUP raise KeyboardInterrupt, and ignore the others.

    What was begun is then cleaned up undisturbed, and so are the commands that do it: they
    inherit that the signals are ignored. A signal that was ignored before stays ignored, as
    under nohup and in a shell's background job.
    """
    for each in INTERRUPTS:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, _interrupt)


@contextmanager
def until_interrupted() -> Iterator[None]:
    """Let Ctrl-C end the block without a word: it is how one stops to look on."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        yield


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    for each in INTERRUPTS:
        signal.signal(each, signal.SIG_IGN)
    if number == signal.SIGHUP:
        # The terminal is gone; a line to it would be an error in the middle of the clean-up.
        silence()
    with suppress(OSError):
        os.write(2, CLEANING_UP)
    raise KeyboardInterrupt


def silence() -> None:
    """Send all further output nowhere, because nobody can read it any more.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
