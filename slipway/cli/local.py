"""The local AWS account: brought up, and removed."""

import sys

from slipway import local_key
from slipway.events import Note, Say
from slipway.local import account
from slipway.settings import Settings


def prepare(settings: Settings, say: Say) -> None:
    """Bring the local account up, if the environment is local."""
    if settings.is_local:
        account.up(settings, lambda text: say(Note(text)))


def up(settings: Settings, say: Say) -> None:
    """Bring the local account up, and show its address and how other tools use it."""
    prepare(settings, say)
    endpoint = f"http://localhost:{settings.local_port}"
    say(Note(f"the local AWS account is up at {endpoint}; for other AWS tools:"))
    say(Note(local_key.variables(settings.local_port, settings.region, endpoint)))


def down(settings: Settings, say: Say, *, yes: bool) -> None:
    """Remove the local account; ask first on a terminal, unless `yes`.

    Raises Refused where the answer is not yes, or nobody can be asked.
    """
    account.down(
        settings,
        lambda text: say(Note(text)),
        confirm=lambda question: yes or is_agreed(question),
    )


def is_agreed(question: str) -> bool:
    """Whether the person at the terminal answers yes; False if there is no terminal."""
    if not sys.stdin.isatty():
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
