"""A stack that changes, followed to its end: its events, its rollout, its fallen tasks."""

from typing import Any

from pipeline import aws, polling
from pipeline.errors import Failed, RecoveryNeeded
from pipeline.release import service, stack
from pipeline.release.diagnose import Evidence
from pipeline.release.stack import Stack
from pipeline.release.states import Step
from pipeline.settings import Settings
from pipeline.view.events import Event, Note, Rollout, Say, StackEvent

WATCH_SECONDS = 3600
POLL_SECONDS = 1.0
FAILURES = {"CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"}
# CloudFormation says this of what it stopped because something else failed.
CANCELLED = "cancelled"


class Tail:
    """The end of a stack's history: each event is returned once, oldest first."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings = settings
        self.name = name
        self.seen: set[str] = set()

    def new(self) -> list[StackEvent]:
        """Read the newest pages, as far as the first event that was seen before."""
        found: list[StackEvent] = []
        for event in self._newest_first():
            if event["EventId"] in self.seen:
                break
            self.seen.add(event["EventId"])
            found.append(parse_event(event))
        return found[::-1]

    def _newest_first(self) -> Any:
        cloudformation = aws.client(self.settings, "cloudformation")
        pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.name)
        try:
            for page in pages:
                yield from page["StackEvents"]
        except cloudformation.exceptions.ClientError as error:
            if "does not exist" not in str(error):
                raise


def parse_event(found: dict[str, Any]) -> StackEvent:
    """Read one event of DescribeStackEvents."""
    reason = found.get("ResourceStatusReason", "")
    return StackEvent(
        found["LogicalResourceId"], found["ResourceType"], found["ResourceStatus"], reason
    )


def follow(settings: Settings, before: Stack, tail: Tail, say: Say) -> Stack:
    """Follow a change of the stack to its good end, and return the stack.

    `before` is the stack as last observed. Raises RecoveryNeeded when it ends stuck,
    Failed with the first reasons when it ends otherwise than wanted.
    """
    failures: list[StackEvent] = []

    def note(event: Event) -> None:
        if isinstance(event, StackEvent) and event.status in FAILURES:
            failures.append(event)
        say(event)

    return require_good(settings, until_final(settings, before, tail, note), failures)


def until_final(settings: Settings, before: Stack, tail: Tail, say: Say) -> Stack:
    """Tell all that happens until the stack's state lasts, and return the stack.

    Raises Failed when that takes longer than WATCH_SECONDS; the change itself goes on.
    """
    watched = _Watched(settings, before, say)
    until = polling.monotonic() + WATCH_SECONDS
    while polling.monotonic() < until:
        # First the state, then the events, so that the last reason is not lost.
        now = stack.observe(settings, before.id)
        for event in tail.new():
            say(event)
        watched.look()
        if now.state.meaning.final:
            return now
        polling.sleep(POLL_SECONDS)
    raise Failed(
        f"stack {before.name} has no end after {WATCH_SECONDS} s; its change goes on",
        hint=f"invoke deploy --env {settings.environment} waits for it",
    )


class _Watched:
    """The services beside the stack, where there are any: their rollouts, and what fails."""

    def __init__(self, settings: Settings, before: Stack, say: Say) -> None:
        self.settings = settings
        self.say = say
        self.evidence = [Evidence(settings, each) for each in service.places(before)]
        self.shown: dict[str, Rollout] = {}

    def look(self) -> None:
        for evidence in self.evidence:
            where = evidence.where
            rollout = service.rollout(self.settings, where)
            if rollout and rollout != self.shown.get(where.service):
                self.say(rollout)
                self.shown[where.service] = rollout
            if event := evidence.look():
                self.say(event)

    def summary(self) -> str | None:
        """Return the first cause, and where its log is; None while there is no fault."""
        return next(filter(None, (each.summary() for each in self.evidence)), None)


def require_good(settings: Settings, ended: Stack, failures: list[StackEvent]) -> Stack:
    """Return the stack when its state is what was wanted.

    Raises RecoveryNeeded when it is stuck, Failed with the first reasons otherwise.
    """
    if ended.state.meaning.good or ended.step is Step.CREATE:
        return ended
    own = [each for each in failures if CANCELLED not in each.reason]
    reasons = [f"{each.logical_id}: {each.reason}" for each in own[:3]] or [ended.reason]
    what = "\n  ".join([f"stack {ended.name} is {ended.state.status}", *reasons])
    again = f"invoke deploy --env {settings.environment}"
    if ended.step is Step.RECOVER:
        raise RecoveryNeeded(what, hint=f"invoke recover --env {settings.environment}")
    raise Failed(what, hint=f"mend it and commit, then: {again}")


def settle(settings: Settings, found: Stack, say: Say) -> Stack:
    """Wait for whoever is changing the stack, showing what they do; then look again.

    CloudFormation is the lock: there is no other, and none can be left behind.
    """
    if found.step is not Step.WAIT:
        return found
    say(Note(f"stack {found.name} is {found.state.status}: waiting for that to end"))
    tail = Tail(settings, found.id)
    tail.new()
    until_final(settings, found, tail, say)
    return stack.observe(settings, found.name)
