"""What the image of a revision does when a task runs it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Migration:
    """A migration that runs for some seconds and ends with a code.

    `needs` is a variable or secret without which it ends with code 1 at once.
    """

    seconds: float = 2.0
    code: int = 0
    lines: tuple[str, ...] = ("Running upgrade",)
    needs: str = ""


@dataclass(frozen=True)
class Application:
    """A web application, in the seconds after its container has started.

    `exits` is the code with which it ends after `after` seconds; None: it goes on.
    `live` is the status that the load balancer's health check gets, `ready` that of the
    readiness path; None: nothing listens. `worker_exits` is the code with which a worker ends.
    A service's task that does not start waits for capacity. `alarms`: its errors ring an alarm.
    """

    exits: int | None = None
    after: float = 1.0
    last_words: tuple[str, ...] = ()
    live: int | None = 200
    ready: int = 200
    starts: bool = True
    worker_exits: int | None = None
    alarms: bool = False
    migration: Migration = Migration()


@dataclass
class Database:
    """What the migrations of a story have done to the database."""

    applied: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    most_at_once: int = 0

    def begin(self, digest: str) -> None:
        """Note that a migration runs."""
        self.running.append(digest)
        self.most_at_once = max(self.most_at_once, len(self.running))

    def end(self, digest: str, *, good: bool) -> None:
        """Note that it has ended."""
        self.running.remove(digest)
        if good:
            self.applied.append(digest)
