"""What the smaller tasks do: enter an environment, free it, keep this machine ready."""

import sys

from slipway.aws.stack import Stack
from slipway.cli import show
from slipway.errors import ConfigurationError, Failed, RecoveryNeeded
from slipway.events import Note, Say, stage
from slipway.revision import Image
from slipway.settings import Settings
from slipway.shell import run
from slipway.view import report


def view() -> Say:
    """Choose how events are shown."""
    return report.choose()


def say_text(text: str) -> None:
    """Show a sentence."""
    view()(Note(text))


def nox(session: str, *words: str) -> None:
    """Run a session of noxfile.py, with these words behind its name."""
    command = [
        sys.executable,
        "-m",
        "nox",
        "--session",
        session,
        *(["--", *words] if words else []),
    ]
    run(command, show=True, timeout=None, hint="read what the session printed above")


def local_up(settings: Settings) -> None:
    """Bring the local account up, and show its address and how other tools use it."""
    from slipway import local_key
    from slipway.local import account

    account.up(settings, say_text)
    endpoint = f"http://localhost:{settings.local_port}"
    say_text(f"the local AWS account is up at {endpoint}; for other AWS tools:")
    say_text(local_key.variables(settings.local_port, settings.region, endpoint))


def local_down(settings: Settings, *, yes: bool) -> None:
    """Remove the local account; ask first on a terminal, unless `yes`.

    Raises Refused where the answer is not yes, or nobody can be asked.
    """
    from slipway.local import account

    account.down(settings, say_text, confirm=lambda question: yes or is_agreed(question))


def is_agreed(question: str) -> bool:
    """Whether the person at the terminal answers yes; False where there is no terminal."""
    if not sys.stdin.isatty():
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def shell(settings: Settings) -> None:
    """Open a shell in a running task of the web service.

    Raises ConfigurationError where the session manager's plugin is missing or too old, or the
    options have no shell, Failed where nothing is deployed or no task runs.
    """
    from slipway.aws import service
    from slipway.release import shell_session
    from slipway.templates import blueprint

    shell_session.require_plugin()
    if not blueprint.options(settings).exec:
        hint = f"set STACK_EXEC=yes, then: invoke deploy --env {settings.environment}"
        raise ConfigurationError(f"{settings.environment} has no shell", hint=hint)
    where = service.place(show.deployed(settings))
    tasks = service.describe_tasks(settings, where, "RUNNING") if where else []
    if not where or not tasks:
        raise Failed("no task runs", hint=f"invoke status --env {settings.environment}")
    shell_session.open_shell(settings, where.cluster, tasks[0])


def migrate(settings: Settings, say: Say, *, stop: bool = False) -> None:
    """Run the migration of the image that is deployed, or `stop` those that run.

    Raises Failed when nothing is deployed.
    """
    from slipway.release import oneoff

    current = show.deployed(settings)
    if stop:
        oneoff.stop(settings, current, say)
        return
    image = _deployed_image(settings, current)
    with stage(say, "migrate"):
        oneoff.migrate(settings, current, image, say)


def _deployed_image(settings: Settings, current: Stack) -> Image:
    """Return the image that a stack runs. Raises Failed when there is none."""
    from slipway.aws import contract
    from slipway.image import registry

    tag = current.parameters.get(contract.REVISION, "")
    image = registry.find(settings, tag) if tag else None
    if image is None:
        what = f"{settings.ecr_repository} holds no image of {tag}" if tag else "no image runs yet"
        raise Failed(what, hint=f"invoke deploy --env {settings.environment}")
    return image


def restart(settings: Settings, say: Say) -> None:
    """Start the tasks of the deployed revision again, by a new deployment that is proven."""
    from slipway.release import restart as restarting

    say, times = report.timed(say)
    if restarting.restart(settings, _deployed_image, say):
        say(Note(times()))


def doctor(settings: Settings, say: Say) -> None:
    """Examine an environment.

    Raises ConfigurationError when something is wrong.
    """
    from slipway.doctor import examine

    examine.examine(settings, say)


def cancel(settings: Settings, say: Say) -> None:
    """Cancel the update of the application stack."""
    from slipway.release import cancel as cancellation

    cancellation.cancel(settings, say)


def recover(settings: Settings, say: Say) -> None:
    """Free both stacks, the delivery stack first: its role makes the changes of the other.

    Raises RecoveryNeeded for the first that is still stuck, after both were tried.
    """
    from slipway.release import recover as recovery

    stuck: list[RecoveryNeeded] = []
    for name in (settings.delivery_stack_name, settings.stack_name):
        try:
            with recovery.explaining_denial(settings, name):
                recovery.recover(settings, name, say)
        except RecoveryNeeded as error:
            stuck.append(error)
    if stuck:
        raise stuck[0]
