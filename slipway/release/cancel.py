"""An update that is cancelled: CloudFormation rolls it back, which is followed to its end."""

from slipway.aws import contract, session, stack, stack_events
from slipway.aws.stack import Stack, is_busy
from slipway.aws.stack_status import State, Step
from slipway.errors import Failed
from slipway.events import Note, Say
from slipway.release import bake, outcome, watch
from slipway.release.watch import Operation
from slipway.settings import Settings

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html
ROLLED_BACK = State.UPDATE_ROLLBACK_COMPLETE
ROLLING_BACK = {
    State.UPDATE_ROLLBACK_IN_PROGRESS,
    State.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS,
}


def cancel(settings: Settings, say: Say) -> None:
    """Cancel the update of the application stack, and wait until the old revision is back.

    A rollback that runs already is watched to its end. Nothing happens where no update runs.
    Raises Failed where the update was quicker or a stack is being created, RecoveryNeeded where
    the rollback fails.
    """
    current = stack.observe(settings, settings.stack_name)
    if current.state is not State.UPDATE_IN_PROGRESS and current.state not in ROLLING_BACK:
        _not_cancellable(settings, current, say)
        return
    operation = Operation.on(
        settings, current, say, runs=True, bake_seconds=bake.of_stack(settings, current)
    )
    if current.state is State.UPDATE_IN_PROGRESS:
        _call(settings, current, operation.token)
    ended = watch.follow(settings, operation, say, good=lambda state: state is ROLLED_BACK)
    say(Note(f"the update was cancelled: {contract.revision_of(ended)} serves"))


def give_up(settings: Settings, before: Stack, why: str, say: Say) -> None:
    """Cancel one's own update, whose new revision does not start; its watch sees the rollback.

    Where that cannot be done, say what a person can do. `before` is the stack as it was.
    """
    if before.step is Step.CREATE:
        way = "CloudFormation can cancel only updates; in its console, you can delete the stack"
        say(Note(f"{why}, and stack {before.name} is still being created: {way}"))
        return
    say(Note(f"{why}: cancelling the update of stack {before.name}"))
    try:
        _call(settings, before, stack_events.new_token())
    except Failed:  # something else has just ended it, which the watch sees, too
        return
    except session.failures() as error:
        way = f"to try it again: invoke cancel --env {settings.environment}"
        say(Note(f"the update cannot be cancelled: {error} ({way})"))


def _call(settings: Settings, current: Stack, token: str) -> None:
    cloudformation, named = session.client(settings, "cloudformation"), {"StackName": current.name}
    try:
        with outcome.calling(settings, current):
            cloudformation.cancel_update_stack(**named, ClientRequestToken=token)
    except cloudformation.exceptions.ClientError as error:
        if not is_busy(error):
            raise
        raise Failed(
            f"the update of stack {current.name} had just ended, or is being rolled back already",
            hint=f"invoke status --env {settings.environment}",
        ) from error


def _not_cancellable(settings: Settings, current: Stack, say: Say) -> None:
    if current.step is not Step.WAIT:
        say(Note(f"stack {current.name} is {current.state.status}: there is no update to cancel"))
        return
    raise Failed(
        f"stack {current.name} is {current.state.status}; only an update can be cancelled",
        hint=f"wait for its end: invoke status --env {settings.environment}",
    )
