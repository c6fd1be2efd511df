"""One update of a stack: a change set that is shown, executed and followed, in turn with others."""

from collections.abc import Callable

from slipway import polling
from slipway.aws import change_set, stack
from slipway.aws.change_set import ChangeSet
from slipway.aws.stack import Busy, Stack
from slipway.aws.stack_status import Step
from slipway.errors import RecoveryNeeded
from slipway.events import Note, Say
from slipway.release import cancel, changes, outcome, recover, watch
from slipway.release.watch import Operation
from slipway.settings import Settings
from slipway.template import Desired

# How often a command begins again because someone else changed the stack meanwhile.
TURNS = 5
# A stack may be read as it was before for seconds after a call. Together, the pauses outlast that.
TURN_SECONDS = 5.0


def in_turn(settings: Settings, turn: Callable[[], bool], say: Say) -> bool:
    """Return what a turn at the application stack returns; one that raises Busy is repeated.

    Raises Busy when others keep changing the stack.
    """
    for _ in range(TURNS):
        try:
            return turn()
        except Busy as busy:
            say(Note(f"{busy.what}: trying again"))
            polling.sleep(TURN_SECONDS)
    raise Busy(settings.stack_name)


def ensure_updatable(settings: Settings, current: Stack, say: Say) -> Stack:
    """Bring the stack to a state that takes a change: wait for others, delete a failed creation.

    Raises RecoveryNeeded when it is stuck.
    """
    current = watch.wait_until_idle(settings, current, say)
    if current.step is Step.RECOVER:
        raise RecoveryNeeded(
            f"stack {current.name} is {current.state.status}: {current.reason}",
            hint=f"invoke recover --env {settings.environment}",
        )
    if current.step is Step.REPLACE:
        status = current.state.status
        say(Note(f"stack {current.name} is {status} and cannot be updated: deleting it first"))
        current = recover.delete(settings, current, say)
    return current


def apply(settings: Settings, current: Stack, wanted: Desired, say: Say) -> Stack:
    """Bring the stack to what it is to be, and return it as it is then.

    Raises Busy when someone else changes the stack meanwhile.
    """
    with changes.proposal(settings, current, wanted) as proposed:
        show(proposed, current, say)
        operation = begin(settings, current, proposed, say)
    return follow(settings, current, operation, proposed, say)


def show(proposed: ChangeSet | None, current: Stack, say: Say) -> None:
    """Show what a change set will do."""
    if proposed is None:
        say(Note(f"stack {current.name}: nothing to change"))
        return
    for change in proposed.changes:
        say(change)


def begin(
    settings: Settings, current: Stack, proposed: ChangeSet | None, say: Say
) -> Operation | None:
    """Look once more who else was at work, and execute the change set, if there is one.

    Raises Busy when the stack is not what was decided on.
    """
    latest = stack.observe(settings, current.name)
    if not current.is_same(latest):
        raise Busy(current.name)
    if proposed is None:
        return None
    operation = Operation.on(settings, latest, say, bake_seconds=proposed.bake_seconds)
    with outcome.calling(settings, latest):
        change_set.execute(settings, proposed, operation.token)
    return operation


def follow(
    settings: Settings,
    current: Stack,
    operation: Operation | None,
    proposed: ChangeSet | None,
    say: Say,
) -> Stack:
    """Follow an operation to its good end; without one, the stack is what it is.

    A new revision that does not start is cancelled where ECS goes on trying.
    """
    if operation is None or proposed is None:
        return current
    before, resources = operation.before, [each.logical_id for each in proposed.changes]

    def give_up(why: str) -> None:
        cancel.give_up(settings, before, why, say)

    return watch.follow(settings, operation, say, resources=resources, give_up=give_up)
