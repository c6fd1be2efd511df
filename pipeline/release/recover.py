"""The way out of the states in which CloudFormation takes no update."""

from pipeline import aws
from pipeline.errors import RecoveryNeeded
from pipeline.release import stack, watch
from pipeline.release.stack import Stack
from pipeline.release.states import State, Step
from pipeline.release.watch import Tail
from pipeline.settings import Settings
from pipeline.view.events import Note, Say


def recover(settings: Settings, name: str, say: Say) -> None:
    """Free a stuck stack: finish its rollback, or its deletion; nothing where it is not stuck.

    Raises RecoveryNeeded with CloudFormation's reasons when it is still stuck afterwards,
    and where nothing but a deletion would free a stack that nobody wanted deleted.
    """
    found = watch.settle(settings, stack.observe(settings, name), say)
    cloudformation = aws.client(settings, "cloudformation")
    if found.step is not Step.RECOVER:
        say(Note(f"stack {name} is {found.state.status}: there is nothing to recover"))
    elif found.state is State.UPDATE_ROLLBACK_FAILED:
        tail = _tail(settings, found)
        cloudformation.continue_update_rollback(StackName=name)
        _follow(settings, found, tail, say)
    elif found.state is State.UPDATE_FAILED:
        tail = _tail(settings, found)
        cloudformation.rollback_stack(StackName=name)
        _follow(settings, found, tail, say)
    elif found.state is State.DELETE_FAILED:
        delete(settings, found, say)
    else:
        raise RecoveryNeeded(
            f"stack {name} is {found.state.status}: {found.reason}",
            hint="mend what CloudFormation names, in the console or by awscli",
        )


def delete(settings: Settings, found: Stack, say: Say) -> Stack:
    """Delete a stack, follow it to its end, and return what is there then."""
    tail = _tail(settings, found)
    aws.client(settings, "cloudformation").delete_stack(StackName=found.name)
    watch.follow(settings, found, tail, say)
    return stack.observe(settings, found.name)


def _tail(settings: Settings, found: Stack) -> Tail:
    tail = Tail(settings, found.id)
    tail.new()
    return tail


def _follow(settings: Settings, found: Stack, tail: Tail, say: Say) -> None:
    """Follow a rollback: its good end is the state that says so."""
    ended = watch.until_final(settings, found, tail, say)
    if ended.step is Step.RECOVER:
        raise RecoveryNeeded(
            f"stack {ended.name} is still {ended.state.status}: {ended.reason}",
            hint="mend what CloudFormation names, in the console or by awscli, then again",
        )
