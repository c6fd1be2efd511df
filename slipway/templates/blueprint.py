"""From settings to templates: what an environment's stacks are made of."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from slipway import template
from slipway.errors import ConfigurationError
from slipway.template import Desired
from slipway.templates import function, origin, two_steps
from slipway.templates import options as declared_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slipway.settings import Settings
    from stack.options import Options

DELIVERY = "stack.services.delivery.template"


def options(settings: Settings) -> Options:
    """Read the options of the environment's stacks.

    Raises ConfigurationError that lists everything that is malformed, in conflict, or impossible
    in the region.
    """
    texts = dict(settings.stack_options)
    return declared_options.read(settings.environment, texts, settings.region, settings.variables)


def application(settings: Settings) -> Desired:
    """Render the application stack's template, and name the parameters that the options know."""
    chosen = options(settings)
    loaded = template.load(function.render(settings.template_function, chosen))
    loaded["Metadata"] = {**loaded.get("Metadata", {}), **origin.metadata(settings)}
    secret = chosen.database_secret_arn
    takes_secret = "DatabaseUrl" in loaded.get("Parameters", {})
    named = {"DatabaseUrl": secret} if secret and takes_secret else {}
    require_same = partial(origin.require_same, settings)
    return Desired(
        template.dump(loaded),
        named,
        first_step=partial(two_steps.first_step, loaded),
        same_environment=partial(two_steps.same_environment, loaded),
        require_same=require_same,
    )


def diagram(settings: Settings, form: str) -> str:
    """Draw the application stack, as svg or mermaid.

    Raises ConfigurationError for another form.
    """
    from slipway.templates import diagram as drawing
    from slipway.templates import function

    application(settings)  # raises what is wrong with the template
    try:
        return drawing.draw(function.find(settings.template_function), options(settings), form)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def delivery(settings: Settings) -> str:
    """Render the delivery stack's template."""
    return function.render(DELIVERY, options(settings))


def deployment(settings: Settings) -> str:
    """Render the delivery stack's template with a deployment policy, also where it has none."""
    return function.render(DELIVERY, replace(options(settings), identity="user"))


def bodies(settings: Settings) -> dict[str, str]:
    """Render the environment's templates, by the names of their stacks."""
    return {"application": application(settings).body, "delivery": delivery(settings)}


def problems(settings: Settings) -> list[str]:
    """List what our own checks find in the templates, each with the name of its stack."""
    from slipway.templates import checks

    return _found(settings, checks.problems)


def notes(settings: Settings) -> list[str]:
    """List what one should know of the templates, each with the name of its stack."""
    from slipway.templates import checks

    return _found(settings, checks.notes)


def _found(settings: Settings, check: Callable[[Any], list[str]]) -> list[str]:
    found = {name: check(json.loads(body)) for name, body in bodies(settings).items()}
    return [f"{name}: {each}" for name, several in found.items() for each in several]


def write(settings: Settings, folder: Path) -> list[Path]:
    """Write the templates into files of a folder, and list these."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, body in bodies(settings).items():
        file = folder / f"{settings.environment}-{name}.json"
        file.write_text(json.dumps(json.loads(body), indent=2))
        files.append(file)
    return files
