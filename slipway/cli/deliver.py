"""A whole deploy: the image, the stack, and the proof; and what has to be there before."""

from collections.abc import Iterable
from functools import partial

from slipway import together
from slipway.cli import image_chain
from slipway.errors import ConfigurationError
from slipway.events import Note, Say
from slipway.revision import Image, Revision
from slipway.settings import Settings
from slipway.view import report


def deploy(
    settings: Settings,
    revision: Revision,
    parameters: Iterable[str],
    *,
    untested: bool,
    allow_older: bool,
) -> None:
    """Build, test and push the image if needed, update the stack, and verify the service."""
    from slipway.aws import contract, stack
    from slipway.image import recipe
    from slipway.release import deploy as releases
    from slipway.release import look as before
    from slipway.release import parameters as rules
    from slipway.templates import blueprint

    say, times = report.timed(report.choose())
    named = parse_parameters(parameters)
    rules.require_free(named)
    desired = blueprint.application(settings).naming(named)
    contract.require(desired.body)
    prepare(settings, say)
    tag = recipe.of(settings, revision).tag
    found, deployed, (image, has_repository) = together.run(
        partial(stack.observe, settings, settings.stack_name),
        partial(stack.peek_template, settings, settings.stack_name),
        partial(_find, settings, tag),
    )
    before.look(settings, revision, tag, desired, found, say, allow_older=allow_older)
    observed = (found, deployed) if image and (image.tested or untested) else None
    if not has_repository:
        bootstrap(settings, say)
    if observed is None:
        image = image_chain.pushed(settings, revision, image, say, untested=untested)
    if releases.deploy(settings, image, desired, say, allow_older=allow_older, observed=observed):
        say(Note(times()))
    else:
        say(Note("nothing to do"))


def prepare(settings: Settings, say: Say) -> None:
    """Have the local account up, where the environment is local."""
    if not settings.is_local:
        return
    from slipway.local import account

    account.up(settings, lambda text: say(Note(text)))


def _find(settings: Settings, tag: str) -> tuple[Image | None, bool]:
    """Find the image in the environment's repository, and whether there is a repository.

    Raises RepositoryMissing unless this is a new local account, which gets its repository.
    """
    from slipway.image import registry

    try:
        return registry.find(settings, tag), True
    except registry.RepositoryMissing:
        if not settings.is_local:
            raise
        return None, False


def bootstrap(settings: Settings, say: Say, *, gitlab: bool = False) -> None:
    """Create or update the delivery stack; print GitLab's variables, or set them there."""
    from slipway.aws import ecr
    from slipway.release import bootstrap as delivery
    from slipway.release import gitlab_variables
    from slipway.templates import blueprint

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
