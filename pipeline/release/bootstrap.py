"""The delivery stack, created or updated."""

from pipeline.release import parameters, stack, template, update
from pipeline.release.stack import Stack
from pipeline.release.template import Desired
from pipeline.settings import Settings
from pipeline.view.events import Say, stage


def bootstrap(settings: Settings, body: str, say: Say) -> Stack:
    """Create or update the delivery stack, whose template is `body`, and return it."""
    names = {
        "RepositoryName": settings.ecr_repository.partition("/")[2],
        "ApplicationStack": settings.stack_name,
    }
    found = stack.observe(settings, settings.delivery_stack_name)
    parameters.require_valid(template.load(body), names, found.parameters)
    found = update.ensure_updatable(settings, found, say)
    with stage(say, "delivery stack"):
        return update.apply(settings, found, Desired(body, names), say)
