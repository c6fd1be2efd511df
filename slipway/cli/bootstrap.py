"""The delivery stack, and what GitLab has to know of it."""

from slipway.aws import ecr
from slipway.cli.local import prepare
from slipway.events import Note, Say
from slipway.release import bootstrap as delivery
from slipway.release import gitlab_variables
from slipway.settings import Settings
from slipway.templates import blueprint


def bootstrap(settings: Settings, say: Say, *, gitlab: bool = False) -> None:
    """Create or update the delivery stack; print GitLab's variables, or set them there."""
    prepare(settings, say)
    ecr.require_own(settings)
    options = blueprint.options(settings)
    url = options.gitlab_url if options.identity == "role" else ""
    body = blueprint.delivery(settings)
    outputs = delivery.bootstrap(settings, body, say, gitlab_url=url).outputs
    if gitlab:
        names = gitlab_variables.set_all(settings, options, outputs)
        say(Note(f"set in {options.gitlab_project}: {', '.join(names)}"))
    elif not settings.is_local:
        say(Note("GitLab, Settings, CI/CD, Variables; protected, for this environment:"))
        for line in gitlab_variables.lines(settings, outputs):
            say(Note(line))
