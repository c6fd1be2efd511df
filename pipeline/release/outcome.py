"""What the end of a stack operation means, in words."""

from pipeline.errors import Failed, Interrupted, RecoveryNeeded
from pipeline.release import contract
from pipeline.release.stack import Stack
from pipeline.release.states import State, Step
from pipeline.settings import Settings
from pipeline.view.events import StackEvent

FAILURES = {"CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"}
# CloudFormation says this of what it stopped because something else failed.
CANCELLED = "cancelled"


def explain(
    settings: Settings, ended: Stack, failures: list[StackEvent], cause: str
) -> Failed | RecoveryNeeded:
    """Make the error of an operation that ended otherwise than wanted.

    Its last lines have the cause and who serves, where a person looks first.
    """
    own = [each for each in failures if CANCELLED not in each.reason.lower()]
    reasons = [f"{each.logical_id}: {each.reason}" for each in own[:3]] or [ended.reason]
    lines = [f"stack {ended.name} is {ended.state.status}", *reasons, cause, _serving(ended)]
    what = "\n  ".join(line for line in lines if line)
    if ended.step is Step.RECOVER:
        return RecoveryNeeded(what, hint=f"invoke recover --env {settings.environment}")
    again = f"invoke deploy --env {settings.environment}"
    return Failed(what, hint=f"fix it and commit, then: {again}")


def _serving(ended: Stack) -> str:
    """Name the revision that serves after a rollback; "" where that is not known."""
    revision = ended.parameters.get(contract.REVISION, "")
    is_back = ended.state is State.UPDATE_ROLLBACK_COMPLETE and revision
    return f"rolled back: {revision[:12]} serves" if is_back else ""


def interrupted(settings: Settings, before: Stack, *, begun: bool = True) -> Interrupted:
    """Make the error of a user who does not wait: the operation goes on without them.

    It is not known to have `begun` while the answer to the call has not arrived.
    """
    environment = settings.environment
    what = "goes on with" if begun else "may have begun to change"
    return Interrupted(
        f"interrupted; CloudFormation {what} stack {before.name}",
        hint=f"invoke deploy --env {environment} waits for it; "
        f"invoke cancel --env {environment} rolls an update back",
    )
