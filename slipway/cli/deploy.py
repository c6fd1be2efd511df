"""A whole deploy: the image, the stack, and the proof; and what has to be there before."""

from collections.abc import Iterable
from functools import partial

from slipway import together
from slipway.aws import contract, stack
from slipway.cli import image as images
from slipway.cli.bootstrap import bootstrap
from slipway.cli.local import prepare
from slipway.errors import ConfigurationError
from slipway.events import Say
from slipway.image import recipe, registry
from slipway.release import deploy as releases
from slipway.release import parameters as rules
from slipway.release import preflight
from slipway.results import Summary
from slipway.revision import Image, Revision
from slipway.settings import Settings
from slipway.stages import timed
from slipway.templates import blueprint


def deploy(  # noqa: PLR0913 - each an option of the task
    settings: Settings,
    revision: Revision,
    parameters: Iterable[str],
    say: Say,
    *,
    untested: bool,
    allow_older: bool,
) -> Summary:
    """Build, test and push the image if needed, update the stack, and verify the service."""
    say, seconds = timed(say)
    named = parse_parameters(parameters)
    rules.require_free(named)
    desired = blueprint.application(settings).with_parameters(named)
    contract.require(desired.body)
    prepare(settings, say)
    tag = recipe.of(settings, revision).tag
    current, deployed, (image, has_repository) = together.run(
        partial(stack.observe, settings, settings.stack_name),
        partial(stack.peek_template, settings, settings.stack_name),
        partial(_find, settings, tag),
    )
    preflight.check(settings, revision, tag, desired, current, say, allow_older=allow_older)
    observed = (current, deployed) if image and (image.tested or untested) else None
    if not has_repository:
        bootstrap(settings, say)
    if observed is None:
        image = images.pushed(settings, revision, image, say, untested=untested)
    changed = releases.deploy(
        settings, image, desired, say, allow_older=allow_older, observed=observed
    )
    return Summary(changed, seconds)


def _find(settings: Settings, tag: str) -> tuple[Image | None, bool]:
    """Find the image in the environment's repository, and whether there is a repository.

    Raises RepositoryMissing unless this is a new local account, which gets its repository.
    """
    try:
        return registry.find(settings, tag), True
    except registry.RepositoryMissing:
        if not settings.is_local:
            raise
        return None, False


def parse_parameters(words: Iterable[str]) -> dict[str, str]:
    """Read NAME=VALUE words.

    Raises ConfigurationError for a word without a name or an equals sign.
    """
    named: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise ConfigurationError(f"--parameter {word!r} is not NAME=VALUE")
        named[name] = value
    return named
