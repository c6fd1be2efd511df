"""The delivery stack, created or updated, and what its account has to have once."""

from slipway import template
from slipway.aws import session, stack
from slipway.aws.stack import Stack
from slipway.aws.stack_status import Step
from slipway.errors import ConfigurationError
from slipway.events import Say
from slipway.release import gitlab_provider, linked_roles, parameters, update
from slipway.settings import Settings
from slipway.stages import stage
from slipway.template import Desired


def bootstrap(settings: Settings, body: str, say: Say, *, gitlab_url: str = "") -> Stack:
    """Create or update the delivery stack, whose template is `body`, and return it.

    Before it, the account gets what it has only once: service-linked roles and, with a
    `gitlab_url`, the OIDC provider. The emulator has neither. Raises ConfigurationError for a
    repository that exists and is another's.
    """
    own = names(settings)
    current = stack.observe(settings, settings.delivery_stack_name)
    parameters.require_valid(template.load(body), own, current.parameters)
    current = update.ensure_updatable(settings, current, say)
    if not settings.is_local:
        if current.step is Step.CREATE:
            _require_new_repository(settings, current)
        linked_roles.ensure(settings, say)
        if gitlab_url:
            gitlab_provider.ensure(settings, gitlab_url, say)
    with stage(say, "delivery stack"):
        current = _retain_provider(settings, current, Desired(body, own), say)
        return update.apply(settings, current, Desired(body, own), say)


def names(settings: Settings) -> dict[str, str]:
    """Return the delivery stack's parameters: what it is made for, by name."""
    return {
        "RepositoryName": settings.ecr_repository.partition("/")[2],
        "ApplicationStack": settings.stack_name,
    }


def _require_new_repository(settings: Settings, current: Stack) -> None:
    """Raise ConfigurationError if the repository exists that the stack is about to create.

    It is of the stack's account and region: aws/ecr.py, require_own.
    """
    name = settings.ecr_repository.partition("/")[2]
    client = session.client(settings, "ecr")
    try:
        client.describe_repositories(repositoryNames=[name])
    except client.exceptions.RepositoryNotFoundException:
        return
    raise ConfigurationError(
        f"the repository {name} exists, and stack {current.name} did not create it",
        hint=f"if nothing needs it: aws ecr delete-repository --repository-name {name}\n"
        "or set another ECR_REPOSITORY",
    )


def _retain_provider(settings: Settings, current: Stack, wanted: Desired, say: Say) -> Stack:
    """Have a provider that the stack owns be retained, before the update that drops it."""
    if settings.is_local or current.step is not Step.UPDATE:
        return current
    deployed = stack.deployed_template(settings, current.name)
    body = gitlab_provider.retained(deployed, template.load(wanted.body))
    if body is None:
        return current
    first = Desired(template.dump(body), wanted.parameters)
    return update.apply(settings, current, first, say)
