"""The way out of the states in which CloudFormation takes no update."""

from collections.abc import Iterator
from contextlib import contextmanager

from slipway.aws import session, stack
from slipway.aws.stack import Stack
from slipway.aws.stack_status import State, Step
from slipway.errors import RecoveryNeeded
from slipway.events import Note, Say
from slipway.release import outcome, watch
from slipway.release.watch import Operation
from slipway.settings import Settings


def recover(settings: Settings, name: str, say: Say) -> None:
    """Free a stuck stack: finish its rollback, or its deletion; nothing where it is not stuck.

    Raises RecoveryNeeded with CloudFormation's reasons when it is still stuck afterwards,
    and if nothing but a deletion would free a stack that nobody wanted deleted.
    """
    current = watch.wait_until_idle(settings, stack.observe(settings, name), say)
    if current.step is Step.CREATE:
        say(Note(f"there is no stack {name}: there is nothing to recover"))
    elif current.step is not Step.RECOVER:
        say(Note(f"stack {name} is {current.state.status}: there is nothing to recover"))
    elif current.state is State.UPDATE_ROLLBACK_FAILED:
        _roll_back(settings, current, "continue_update_rollback", say)
    elif current.state is State.UPDATE_FAILED:
        _roll_back(settings, current, "rollback_stack", say)
    elif current.state is State.DELETE_FAILED:
        delete(settings, current, say)
    else:
        raise RecoveryNeeded(
            f"stack {name} is {current.state.status}: {current.reason}",
            hint="fix what CloudFormation names, in the console or with the AWS CLI",
        )


@contextmanager
def explaining_denial(settings: Settings, name: str) -> Iterator[None]:
    """Raise RecoveryNeeded where these credentials may not free a stack.

    The deployment identity may change the application stack, and not the one that made it.
    """
    cloudformation = session.client(settings, "cloudformation")
    try:
        yield
    except cloudformation.exceptions.ClientError as error:
        if session.error_code(error) != "AccessDenied":
            raise
        raise RecoveryNeeded(
            f"these credentials may not free stack {name}",
            hint="with an administrator's credentials: "
            f"invoke recover --env {settings.environment}",
        ) from error


def delete(settings: Settings, current: Stack, say: Say) -> Stack:
    """Delete a stack, follow it to its end, and return what is there then."""
    operation = Operation.on(settings, current, say)
    with outcome.calling(settings, current):
        session.client(settings, "cloudformation").delete_stack(
            StackName=current.id, ClientRequestToken=operation.token
        )
    gone = State.DELETE_COMPLETE
    watch.follow(settings, operation, say, good=lambda state: state is gone)
    return stack.observe(settings, current.name)


def _roll_back(settings: Settings, current: Stack, call: str, say: Say) -> None:
    """Begin a rollback and follow it: its good end is any that takes an update."""
    operation = Operation.on(settings, current, say)
    begin = getattr(session.client(settings, "cloudformation"), call)
    with outcome.calling(settings, current):
        begin(StackName=current.name, ClientRequestToken=operation.token)

    def is_free(state: State) -> bool:
        return state.meaning.step is Step.UPDATE

    try:
        watch.follow(settings, operation, say, good=is_free)
    except RecoveryNeeded as error:
        fix = "fix what CloudFormation names, in the console or with the AWS CLI"
        hint = f"{fix}, then run the same command again"
        raise RecoveryNeeded(error.what, hint=hint) from error
