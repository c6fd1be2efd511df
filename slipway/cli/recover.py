"""The stacks of an environment: freed when they are stuck, or an update cancelled."""

from slipway.errors import RecoveryNeeded
from slipway.events import Say
from slipway.release import recover as recovery
from slipway.release.cancel import cancel
from slipway.settings import Settings

__all__ = ["cancel", "recover"]


def recover(settings: Settings, say: Say) -> None:
    """Free both stacks, the delivery stack first: its role makes the changes of the other.

    Raises RecoveryNeeded for the first that is still stuck, after both were tried.
    """
    stuck: list[RecoveryNeeded] = []
    for name in (settings.delivery_stack_name, settings.stack_name):
        try:
            with recovery.explaining_denial(settings, name):
                recovery.recover(settings, name, say)
        except RecoveryNeeded as error:
            stuck.append(error)
    if stuck:
        raise stuck[0]
