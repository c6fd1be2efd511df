"""From settings to templates: what an environment's stacks are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import ConfigurationError
from pipeline.release import template
from pipeline.release.template import Desired

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from stack.options import Options

DELIVERY = "stack.services.delivery.template"


def options(settings: Settings) -> Options:
    """Read the options of the environment's stacks.

    Raises ConfigurationError that lists everything that is malformed, or in conflict.
    """
    from stack.options import OptionsError, read

    try:
        return read(settings.environment, dict(settings.stack_options))
    except OptionsError as error:
        head = f"{len(error.problems)} stack options of {settings.environment!r} are wrong:"
        raise ConfigurationError(
            "\n  ".join([head, *error.problems]),
            hint="set them in the environment or in .env; docs/stack.md explains each",
        ) from error


def application(settings: Settings) -> Desired:
    """Render the application stack's template, and name the parameters that the options know."""
    chosen = options(settings)
    body = template.render(settings.stack_template, chosen)
    secret = chosen.database_secret_arn
    if secret is None or "DatabaseUrl" not in template.parameters(body):
        return Desired(body, {})
    return Desired(body, {"DatabaseUrl": secret})


def delivery(settings: Settings) -> str:
    """Render the delivery stack's template."""
    return template.render(DELIVERY, options(settings))
