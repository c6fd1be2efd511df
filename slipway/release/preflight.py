"""What a deploy says and refuses before anything is built."""

from slipway import template
from slipway.aws import contract
from slipway.aws.stack import Stack
from slipway.aws.stack_status import Step
from slipway.events import DeployStarted, Note, Say
from slipway.release import age, parameters
from slipway.revision import Revision
from slipway.settings import Settings
from slipway.template import Desired


def check(  # noqa: PLR0913, PLR0917 - what is deployed, where, and as what
    settings: Settings,
    revision: Revision,
    tag: str,
    desired: Desired,
    current: Stack,
    say: Say,
    *,
    allow_older: bool,
) -> None:
    """Show what is deployed where and what it replaces; refuse what can be refused now.

    `tag` is the image's, `current` the stack as it is. Raises ConfigurationError for parameters
    that the template does not allow, Refused when a newer revision is deployed. The stack may
    change while the image is built, so that the deploy reads it again.
    """
    say(_started(settings, revision, current))
    body = template.load(desired.body)
    named = {**desired.parameters, **contract.decided(settings, tag)}
    # What is about to be created, or deleted before that, carries nothing over.
    carried = {} if current.step in {Step.CREATE, Step.REPLACE} else current.parameters
    parameters.require_valid(body, named, carried)
    declared = body.get("Parameters", {})
    for name, text in parameters.carried_over(declared, named, carried).items():
        say(Note(f"{name} stays {text}, from an earlier deploy"))
    if current.step is not Step.WAIT:
        relation = age.compare(current, tag)
        age.require_not_older(current, tag, relation, allow_older=allow_older)


def _started(settings: Settings, revision: Revision, current: Stack) -> DeployStarted:
    serving = "" if current.step is Step.CREATE else contract.revision_of(current)
    return DeployStarted(
        environment=settings.environment,
        place=_place(settings, current),
        revision=revision.name,
        subject=revision.subject,
        branch=revision.branch,
        dirty=revision.dirty,
        replaces=age.commit_of(serving),
    )


def _place(settings: Settings, current: Stack) -> str:
    """Name the account, as far as it is known without another call, and the region."""
    if settings.is_local:
        return settings.endpoint_url or ""
    # arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
    account = current.id.split(":")[4] if current.id.startswith("arn:") else ""
    return ", ".join(each for each in (account, settings.region) if each)
