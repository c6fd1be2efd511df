"""What the delivery stack gives to a change of the application stack: a role and a bucket."""

from dataclasses import replace

from slipway import polling
from slipway.aws import stack
from slipway.aws.stack_status import Step
from slipway.errors import Failed
from slipway.events import Note, Say
from slipway.release import watch
from slipway.settings import Settings
from slipway.template import Desired

POLL_SECONDS = 10.0


def delivered(settings: Settings, wanted: Desired, say: Say) -> Desired:
    """Add what the delivery stack made for this: the role and the bucket; "" without one.

    While someone changes that stack, its outputs may be missing. Who deploys may look at it, and
    not at its events. Raises Failed when it changes for longer than watch.WATCH_SECONDS.
    """
    name = settings.delivery_stack_name
    for left in polling.attempts(watch.WATCH_SECONDS, POLL_SECONDS):
        delivery = stack.observe(settings, name)
        if delivery.step is not Step.WAIT:
            break
        if not left:
            raise Failed(
                f"stack {name} is still {delivery.state.status}", hint="run the same command later"
            )
        say(Note(f"stack {name} is {delivery.state.status}: waiting for its outputs"))
    role = delivery.outputs.get("DeliveryServiceRole", "")
    return replace(wanted, service_role=role, bucket=delivery.outputs.get("TemplatesBucket", ""))
