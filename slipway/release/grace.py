"""The first seconds of the release before: the deploy that made it may still be proving it.

CloudFormation is the lock of an update, and the proof comes after it. A next release that began
at once would replace what is being proven, and a good deploy would be reported as failed.
"""

from collections.abc import Sequence

from slipway import polling
from slipway.aws import contract, service, services
from slipway.aws.stack import Stack
from slipway.events import Note, Say
from slipway.release import judgement
from slipway.settings import Settings

# The proof asks for so long of a task, and then the front door.
GRACE_SECONDS = judgement.SETTLE_SECONDS + 5.0


def let_settle(settings: Settings, current: Stack, say: Say) -> None:
    """Wait until the tasks that serve have run for GRACE_SECONDS; never longer than that."""
    ref = service.web_service_ref(current) if contract.revision_of(current) else None
    (observed,) = services.observe(settings, [ref]) if ref else (None,)
    tasks = observed.tasks if observed else ()
    started = [each.started for each in tasks if each.started is not None]
    if seconds := remaining(started, polling.wall()):
        say(Note(f"the running tasks have just started: waiting {seconds:.0f} s for their proof"))
        polling.sleep(seconds)


def remaining(started: Sequence[float], now: float) -> float:
    """Return how many seconds the youngest task lacks; times in seconds since 1970.

    This machine's clock may differ from AWS's, so that an age may be negative.
    """
    if not started:
        return 0.0
    return min(max(GRACE_SECONDS - (now - max(started)), 0.0), GRACE_SECONDS)
