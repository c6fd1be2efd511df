"""A shell in a running task."""

from slipway.aws import service
from slipway.cli import show
from slipway.errors import ConfigurationError, Failed
from slipway.release import shell_session
from slipway.settings import Settings
from slipway.templates import blueprint


def shell(settings: Settings) -> None:
    """Open a shell in a running task of the web service.

    Raises ConfigurationError where the session manager's plugin is missing or too old, or the
    options have no shell, Failed if nothing is deployed or no task runs.
    """
    shell_session.require_plugin()
    if not blueprint.options(settings).exec:
        hint = f"set STACK_EXEC=yes, then: invoke deploy --env {settings.environment}"
        raise ConfigurationError(f"invoke shell is disabled in {settings.environment}", hint=hint)
    where = service.web_service_ref(show.deployed(settings))
    tasks = service.describe_tasks(settings, where, "RUNNING") if where else []
    if not where or not tasks:
        raise Failed("no task runs", hint=f"invoke status --env {settings.environment}")
    shell_session.open_shell(settings, where.cluster, tasks[0])
