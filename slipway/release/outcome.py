"""What the end of a stack operation means, in words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from slipway.aws import contract
from slipway.aws.stack import Stack
from slipway.aws.stack_status import State, Step
from slipway.errors import Failed, Interrupted, RecoveryNeeded
from slipway.events import StackEvent
from slipway.settings import Settings

FAILURES = {"CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"}
# CloudFormation says this of what it stopped because something else failed.
CANCELLED = "cancelled"


def explain_end(
    settings: Settings, ended: Stack, failures: list[StackEvent], cause: str
) -> Failed | RecoveryNeeded:
    """Make the error of an operation that ended otherwise than wanted.

    Its last lines have the cause and who serves, where a person looks first.
    """
    own = [each for each in failures if CANCELLED not in each.reason.lower()]
    reasons = [f"{each.logical_id}: {_short(each.reason)}" for each in own[:3]] or [ended.reason]
    if ended.state is State.UPDATE_ROLLBACK_COMPLETE and not (own or cause):
        what = f"the update of stack {ended.name} was cancelled\n  {_serving(ended)}".rstrip()
        return Failed(what, hint=f"{command(settings, ended)} starts it again")
    lines = [f"stack {ended.name} is {ended.state.status}", *reasons, cause, _serving(ended)]
    what = "\n  ".join(line for line in lines if line)
    if ended.step is Step.RECOVER:
        return RecoveryNeeded(what, hint=f"invoke recover --env {settings.environment}")
    return Failed(what, hint=f"fix it and commit, then: {command(settings, ended)}")


def command(settings: Settings, stack: Stack) -> str:
    """Name the command that updates a stack."""
    is_delivery = stack.name == settings.delivery_stack_name
    return f"invoke {'bootstrap' if is_delivery else 'deploy'} --env {settings.environment}"


def _short(reason: str) -> str:
    """Leave out the ARN that a reason begins with: the resource is named before it."""
    return re.sub(r"^arn:\S+: ", "", reason)


def _serving(ended: Stack) -> str:
    """Name the revision that serves after a rollback; "" where that is not known."""
    revision = ended.parameters.get(contract.REVISION)
    if ended.state is not State.UPDATE_ROLLBACK_COMPLETE or revision is None:
        return ""
    return f"rolled back: {revision[:12] or 'no revision'} serves"


def interrupted(settings: Settings, before: Stack, *, begun: bool = True) -> Interrupted:
    """Make the error of a user who does not wait: the operation goes on without them.

    It is not known to have `begun` while the answer to the call has not arrived.
    """
    what = "goes on with" if begun else "may have begun to change"
    is_update = before.step is Step.UPDATE and before.name == settings.stack_name
    cancel = f"; invoke cancel --env {settings.environment} rolls it back" if is_update else ""
    return Interrupted(
        f"interrupted; CloudFormation {what} stack {before.name}",
        hint=f"{command(settings, before)} waits for it{cancel}",
    )


@contextmanager
def calling(settings: Settings, before: Stack) -> Iterator[None]:
    """Say, if the user leaves while a call is under way, that its operation may have begun."""
    try:
        yield
    except KeyboardInterrupt:
        raise interrupted(settings, before, begun=False) from None
