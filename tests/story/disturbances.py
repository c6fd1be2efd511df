"""What goes wrong between the product and AWS, and who else acts meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import NoReturn

from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from tests.story.refusals import Refusal

SLEEP = "sleep"
CALL = "*.*"
ALWAYS = 1_000_000
ADDRESS = "https://aws.example/"
Act = Callable[[], object]
# Every disturbance of a story sees each of its calls.
_matches = cache(fnmatchcase)


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, no `finally` either."""


class Garbage(Exception):
    """An answer that is not AWS's, such as a proxy's page."""


@dataclass
class Disturbance:
    """An act before (or after) some of the calls whose name matches a pattern.

    Calls are named SERVICE.Operation; "sleep" is each wait of the product.
    """

    pattern: str
    act: Act
    nth: int
    times: int
    after: bool
    met: int = 0

    def meet(self, name: str, *, after: bool) -> None:
        """Act when it is this call's turn."""
        if after != self.after or not _matches(name, self.pattern):
            return
        self.met += 1
        if self.nth <= self.met < self.nth + self.times:
            self.act()


@dataclass
class Script:
    """The disturbances of a story."""

    disturbances: list[Disturbance] = field(default_factory=list)

    def before(self, pattern: str, act: Act, *, nth: int = 1, times: int = 1) -> None:
        """Act before the n-th call that matches, and so many times in all."""
        self.disturbances.append(Disturbance(pattern, act, nth, times, after=False))

    def after(self, pattern: str, act: Act, *, nth: int = 1, times: int = 1) -> None:
        """Act when AWS has done what was asked, and before its answer arrives."""
        self.disturbances.append(Disturbance(pattern, act, nth, times, after=True))

    def from_then_on(self, pattern: str, act: Act) -> None:
        """Act before each call, whatever it is, from the first one on that matches."""
        self.before(pattern, lambda: self._always(act))

    def _always(self, act: Act) -> None:
        self.before(CALL, act, times=ALWAYS)
        act()

    def meet(self, name: str, *, after: bool = False) -> None:
        """Let every disturbance see a call."""
        for each in list(self.disturbances):
            each.meet(name, after=after)


def throttle() -> NoReturn:
    """Refuse a call because there were too many."""
    raise Refusal("ThrottlingException", "Rate exceeded")


def deny() -> NoReturn:
    """Refuse a call because the identity's permissions do not allow it."""
    raise Refusal("AccessDeniedException", "User is not authorized to perform this", 403)


def expire() -> NoReturn:
    """Refuse a call because its session token is too old."""
    message = "The security token included in the request is expired"
    raise Refusal("ExpiredTokenException", message, 403)


def drop() -> NoReturn:
    """Close the connection without an answer."""
    raise ConnectionClosedError(endpoint_url=ADDRESS)


def time_out() -> NoReturn:
    """Give no answer until the read time-out."""
    raise ReadTimeoutError(endpoint_url=ADDRESS)


def garble() -> NoReturn:
    """Answer with a page of a proxy."""
    raise Garbage


def interrupt() -> NoReturn:
    """Press Ctrl-C."""
    raise KeyboardInterrupt


def kill() -> NoReturn:
    """Kill the process."""
    raise Killed
