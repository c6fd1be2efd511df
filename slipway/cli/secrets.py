"""The application's own secrets: set, and listed."""

import getpass
import sys

from slipway.cli.local import prepare
from slipway.errors import ConfigurationError
from slipway.events import Note, Say
from slipway.release import app_secrets
from slipway.settings import Settings
from slipway.templates import blueprint
from slipway.templates.options import OWN_VARIABLES


def put(settings: Settings, name: str, say: Say) -> None:
    """Keep a secret, whose value is asked for at a terminal, or read from standard input.

    Raises ConfigurationError for a name that is none, and without a value.
    """
    app_secrets.require_variable(name)
    if name in OWN_VARIABLES:
        what = f"{name} is set by the stack itself, and cannot be a secret of yours"
        raise ConfigurationError(what, hint="choose another name")
    is_used = name in used(settings)
    value = read_value(settings, name)
    prepare(settings, say)
    app_secrets.put(settings, name, value)
    say(Note(f"{name} is kept as {app_secrets.secret_name(settings, name)} in Secrets Manager"))
    environment = settings.environment
    if is_used:
        say(Note(f"running tasks get it with: invoke restart --env {environment}"))
    else:
        say(Note(f"to give it to the tasks, add {name} to STACK_SECRETS, then deploy"))


def read_all(settings: Settings, say: Say) -> None:
    """List the secrets of an environment by their names, and those that it lacks."""
    for secret in app_secrets.read_all(settings, used(settings)):
        say(secret)


def used(settings: Settings) -> list[str]:
    """List the secrets that STACK_SECRETS takes by their names alone."""
    return [each for each in blueprint.options(settings).secrets or () if "=" not in each]


def read_value(settings: Settings, name: str) -> str:
    """Read the value of a secret, without its last line end. Raises ConfigurationError for none."""
    is_asked = sys.stdin.isatty()
    try:
        text = getpass.getpass(f"value of {name}: ") if is_asked else sys.stdin.read()
    except UnicodeDecodeError:
        what = f"the value of {name} is not UTF-8 text"
        raise ConfigurationError(what, hint="encode it, such as with base64") from None
    if value := text.removesuffix("\n").removesuffix("\r"):
        return value
    command = f"invoke secrets.set {name} --env {settings.environment}"
    raise ConfigurationError(f"{name} has no value", hint=f"type one, or: {command} < FILE")
