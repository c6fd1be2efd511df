"""A stack operation, followed to its end: its events, the rollout, the tasks that fail."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from slipway import polling
from slipway.aws import stack
from slipway.aws.stack import Stack
from slipway.aws.stack_events import Progress, StackEventCursor, new_token
from slipway.aws.stack_status import State, Step
from slipway.errors import Failed
from slipway.events import Note, Say, StackEvent
from slipway.release import bake, outcome
from slipway.release.service_watch import ServiceWatch
from slipway.release.shown_events import ShownEvents
from slipway.settings import Settings
from slipway.stages import stage

# How long an operation may take without the bake times of its services.
WATCH_SECONDS = 3600
# The pauses between looks: in the first minute, and in an operation that takes hours.
POLL_SECONDS, LONGEST_POLL_SECONDS = 1.0, 10.0
# Reads of a stack may be stale for seconds; after so long without an event they count.
QUIET_SECONDS = 60


@dataclass(frozen=True)
class Operation:
    """An operation that is about to be called on a stack as it is: its token, what was before.

    `runs` if it ends one that is running, whose events may bear another token. `bake_seconds`
    is how long the services of the stack bake, at most.
    """

    before: Stack
    token: str
    cursor: StackEventCursor
    services: ServiceWatch
    runs: bool = False
    bake_seconds: int = 0

    @classmethod
    def on(
        cls,
        settings: Settings,
        stack: Stack,
        say: Say,
        *,
        runs: bool = False,
        bake_seconds: int = 0,
    ) -> "Operation":
        """Prepare an operation on a stack: its events and tasks so far are none of its own."""
        services = ServiceWatch(settings, stack, say, stack.updated if runs else None)
        cursor = StackEventCursor(settings, stack.id).skip()
        return cls(stack, new_token(), cursor, services, runs, bake_seconds)

    @property
    def seconds(self) -> int:
        """How long to watch: a rollback is a deployment of its own, which bakes as well."""
        return WATCH_SECONDS + 2 * self.bake_seconds


def follow(  # noqa: PLR0913 - what is followed, what of it is shown, and when it is given up
    settings: Settings,
    operation: Operation,
    say: Say,
    *,
    resources: Iterable[str] = (),
    good: Callable[[State], bool] = lambda state: state.meaning.good,
    give_up: Callable[[str], None] | None = None,
) -> Stack:
    """Follow an operation to its good end, and return the stack as it is then.

    The events of `resources`, by logical id, and of failures are shown, those of others are
    counted; without any, all are shown. `give_up` is called once with the reason if a new
    revision does not start and nothing else would end it; the operation is then followed on.

    Raises RecoveryNeeded when it ends stuck, Failed with the first reasons when it ends
    otherwise than wanted, Interrupted when the user does not wait for it.
    """
    failures: list[StackEvent] = []
    before = operation.before
    shown = ShownEvents(say, before.name, frozenset(resources))

    def note(event: StackEvent) -> None:
        if event.status in outcome.FAILURES:
            failures.append(event)
        shown.say(event)

    try:
        ended = _until_ended(settings, operation, note, give_up)
    except KeyboardInterrupt:
        raise outcome.interrupted(settings, before) from None
    shown.summarise()
    if good(ended.state):
        return ended
    raise outcome.explain_end(settings, ended, failures, operation.services.summary())


def wait_until_idle(settings: Settings, busy: Stack, say: Say) -> Stack:
    """Wait for the operation that someone else began, and show it; return the stack as it is then.

    CloudFormation is the lock: there is no other, and none can be left behind.
    """
    if busy.step is not Step.WAIT:
        return busy
    what = f"stack {busy.name} is {busy.state.status}: waiting for this operation to end"
    cancel = f"to roll it back instead: invoke cancel --env {settings.environment}"
    can_cancel = busy.state is State.UPDATE_IN_PROGRESS and busy.name == settings.stack_name
    say(Note(f"{what} ({cancel})" if can_cancel else what))
    operation = Operation.on(
        settings, busy, say, runs=True, bake_seconds=bake.of_stack(settings, busy)
    )
    # It may have ended before its events were read; then there is none to wait for.
    if (latest := stack.observe(settings, busy.name)).step is Step.WAIT:
        shown = ShownEvents(say, busy.name, frozenset({busy.name}))
        with stage(say, "wait"):
            _until_ended(settings, operation, shown.say)
            shown.summarise()
        latest = stack.observe(settings, busy.name)
    return latest


def _until_ended(
    settings: Settings,
    operation: Operation,
    say: Callable[[StackEvent], None],
    give_up: Callable[[str], None] | None = None,
) -> Stack:
    """Show what happens until the operation has ended, and return the stack.

    Raises Failed when that takes longer than `operation.seconds`; the operation itself goes on.
    """
    before, progress = operation.before, Progress(operation.token, begun=operation.runs)
    quiet_since = polling.monotonic()
    for _ in polling.attempts(operation.seconds, pause):
        entries = operation.cursor.new()
        for entry in entries:
            say(entry.event)
        progress = progress.after(entries)
        operation.services.add(entries)
        operation.services.look()
        if give_up and operation.services.crash_loop:
            give_up(operation.services.crash_loop)
            give_up = None
        if progress.end:
            return _agreed(settings, before, progress)
        if entries:
            quiet_since = polling.monotonic()
        elif polling.monotonic() - quiet_since >= QUIET_SECONDS:
            if ended := _ended_without_event(settings, before, progress):
                return ended
            quiet_since = polling.monotonic()
    raise Failed(
        f"the operation on stack {before.name} did not end within {operation.seconds} s, "
        "and goes on",
        hint=f"{outcome.command(settings, before)} waits for it",
    )


def pause(elapsed: float) -> float:
    """Return the seconds to the next look: what takes long is looked at less often."""
    return max(POLL_SECONDS, min(elapsed / 60, LONGEST_POLL_SECONDS))


def _agreed(settings: Settings, before: Stack, progress: Progress) -> Stack:
    """Read the stack until its state is the one that the events end with."""
    assert progress.end is not None  # noqa: S101 - the caller has seen it
    latest = before
    for _ in polling.attempts(QUIET_SECONDS, POLL_SECONDS):
        latest = stack.observe(settings, before.id)
        is_stale = latest.updated is not None and latest.updated == before.updated
        if latest.state is progress.end and not is_stale:
            break
    # Otherwise, another operation may have begun, which has states of its own.
    return replace(latest, state=progress.end, reason=progress.reason or latest.reason)


def _ended_without_event(settings: Settings, before: Stack, progress: Progress) -> Stack | None:
    """Look at the stack itself where its events have been silent for long."""
    latest = stack.observe(settings, before.id)
    if not latest.state.meaning.final:
        return None
    if not progress.begun:
        raise Failed(
            f"CloudFormation accepted the call on stack {before.name}, but has not started",
            hint=f"invoke status --env {settings.environment}, then the same command again",
        )
    return latest
