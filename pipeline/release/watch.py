"""A stack operation, followed to its end: its events, the rollout, the tasks that fail."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pipeline import polling
from pipeline.errors import Failed
from pipeline.release import outcome, stack
from pipeline.release.service_watch import ServiceWatch
from pipeline.release.shown_events import ShownEvents
from pipeline.release.stack import Stack
from pipeline.release.stack_events import Progress, StackEventCursor, new_token
from pipeline.release.states import State, Step
from pipeline.settings import Settings
from pipeline.view.events import Note, Say, StackEvent, stage

WATCH_SECONDS = 3600
POLL_SECONDS = 1.0
# Reads of a stack may be stale for seconds; after so long without an event they count.
QUIET_SECONDS = 60


@dataclass(frozen=True)
class Operation:
    """An operation that is about to be called on a stack as it is: its token, what was before.

    `runs` if it ends one that is running, whose events may bear another token.
    """

    before: Stack
    token: str
    cursor: StackEventCursor
    services: ServiceWatch
    runs: bool = False

    @classmethod
    def on(cls, settings: Settings, stack: Stack, say: Say, *, runs: bool = False) -> "Operation":
        """Prepare an operation on a stack: its events and tasks so far are none of its own."""
        services = ServiceWatch(settings, stack, say, stack.updated if runs else None)
        cursor = StackEventCursor(settings, stack.id).skip()
        return cls(stack, new_token(), cursor, services, runs)


def follow(
    settings: Settings,
    operation: Operation,
    say: Say,
    *,
    resources: Iterable[str] = (),
    good: Callable[[State], bool] = lambda state: state.meaning.good,
) -> Stack:
    """Follow an operation to its good end, and return the stack as it is then.

    The events of `resources`, by logical id, and of failures are shown, those of others are
    counted; without any, all are shown.

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
        ended = _until_ended(settings, operation, note)
    except KeyboardInterrupt:
        raise outcome.interrupted(settings, before) from None
    shown.summarise()
    if good(ended.state):
        return ended
    raise outcome.explain(settings, ended, failures, operation.services.summary())


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
    operation = Operation.on(settings, busy, say, runs=True)
    # It may have ended before its events were read; then there is none to wait for.
    if (latest := stack.observe(settings, busy.name)).step is Step.WAIT:
        shown = ShownEvents(say, busy.name, frozenset({busy.name}))
        with stage(say, "wait"):
            _until_ended(settings, operation, shown.say)
            shown.summarise()
        latest = stack.observe(settings, busy.name)
    return latest


def _until_ended(
    settings: Settings, operation: Operation, say: Callable[[StackEvent], None]
) -> Stack:
    """Show what happens until the operation has ended, and return the stack.

    Raises Failed when that takes longer than WATCH_SECONDS; the operation itself goes on.
    """
    before, progress = operation.before, Progress(operation.token, begun=operation.runs)
    started = quiet_since = polling.monotonic()
    while polling.monotonic() - started < WATCH_SECONDS:
        entries = operation.cursor.new()
        for entry in entries:
            say(entry.event)
        progress = progress.after(entries)
        operation.services.add(entries)
        operation.services.look()
        if progress.end:
            return _agreed(settings, before, progress)
        if entries:
            quiet_since = polling.monotonic()
        elif polling.monotonic() - quiet_since >= QUIET_SECONDS:
            if ended := _ended_without_event(settings, before, progress):
                return ended
            quiet_since = polling.monotonic()
        polling.sleep(POLL_SECONDS)
    raise Failed(
        f"stack {before.name} has no end after {WATCH_SECONDS} s; its operation goes on",
        hint=f"{outcome.command(settings, before)} waits for it",
    )


def _agreed(settings: Settings, before: Stack, progress: Progress) -> Stack:
    """Read the stack until its state is the one that the events end with."""
    assert progress.end is not None  # noqa: S101 - the caller has seen it
    until = polling.monotonic() + QUIET_SECONDS
    while True:
        latest = stack.observe(settings, before.id)
        is_stale = latest.updated is not None and latest.updated == before.updated
        # Another operation may have begun, which has states of its own.
        if (latest.state is progress.end and not is_stale) or polling.monotonic() > until:
            return replace(latest, state=progress.end, reason=progress.reason or latest.reason)
        polling.sleep(POLL_SECONDS)


def _ended_without_event(settings: Settings, before: Stack, progress: Progress) -> Stack | None:
    """Look at the stack itself where its events have been silent for long."""
    latest = stack.observe(settings, before.id)
    if not latest.state.meaning.final:
        return None
    if not progress.begun:
        raise Failed(
            f"CloudFormation took the call on stack {before.name} and has not begun",
            hint=f"invoke status --env {settings.environment}, then the same command again",
        )
    return latest
