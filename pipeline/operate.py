"""What the smaller tasks do: look at an environment, enter it, keep this machine ready."""

import json
import shutil
import sys
from pathlib import Path

from pipeline import aws
from pipeline.errors import ConfigurationError, Failed
from pipeline.settings import Settings
from pipeline.shell import run
from pipeline.view import report
from pipeline.view.events import Note, Say, stage

DOTENV = Path(".env")


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


def engine(settings: Settings) -> None:
    """Have a container engine and the base images, and remember their names in .env."""
    from pipeline.local import base_images
    from pipeline.local import engine as engines

    found = engines.ensure(say_text)
    images = base_images.ensure(settings.python_image, settings.postgres_image, say_text)
    base_images.remember(images, DOTENV, say_text)
    say_text(f"engine {found.version} runs; base images: {images.python}, {images.postgres}")


def local_up(settings: Settings) -> None:
    """Bring the local account up, and show its address and how other tools use it."""
    from pipeline import local_key
    from pipeline.local import account

    account.up(settings, say_text)
    endpoint = f"http://localhost:{settings.local_port}"
    say_text(f"the local AWS account is up at {endpoint}; for other AWS tools:")
    say_text(local_key.variables(settings.local_port, settings.region, endpoint))


def local_down(settings: Settings, *, yes: bool) -> None:
    """Remove the local account; ask first on a terminal, unless `yes`.

    Raises Refused where the answer is not yes, or nobody can be asked.
    """
    from pipeline.local import account

    account.down(settings, say_text, confirm=lambda question: yes or is_agreed(question))


def is_agreed(question: str) -> bool:
    """Whether the person at the terminal answers yes; False where there is no terminal."""
    if not sys.stdin.isatty():
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def status(settings: Settings) -> None:
    """Print the stack's state, its revision and the service's rollout."""
    from pipeline.release import service, stack
    from pipeline.view import console

    found = stack.observe(settings, settings.stack_name)
    print(f"stack {found.name}: {found.state.status} {found.reason}".rstrip())
    print(f"revision: {found.parameters.get('WebAppRevision', '')}")
    where = service.place(found)
    if where and (seen := service.rollout(settings, where)):
        console.plain(seen)


def outputs(settings: Settings) -> None:
    """Print the stack's outputs as JSON."""
    from pipeline.release import stack

    print(json.dumps(dict(stack.observe(settings, settings.stack_name).outputs), indent=2))


def logs(settings: Settings, *, follow: bool) -> None:
    """Show what the tasks wrote in the last hour, and with `follow` what they write then."""
    from pipeline.release import logs as lines
    from pipeline.release import stack

    group = stack.observe(settings, settings.stack_name).output("WebLogsGroup")
    for line in lines.tail(settings, group, follow=follow):
        print(line, flush=True)


def shell(settings: Settings) -> None:
    """Open a shell in a running task, by ECS Exec.

    Raises ConfigurationError where the session manager's plugin is not installed, or the
    options have no shell, Failed where no task runs.
    """
    from pipeline import blueprint
    from pipeline.release import service, stack

    if shutil.which("session-manager-plugin") is None:
        raise ConfigurationError(
            "session-manager-plugin is not installed",
            hint="https://docs.aws.amazon.com/systems-manager/latest/userguide/"
            "session-manager-working-with-install-plugin.html",
        )
    if not blueprint.options(settings).exec:
        hint = "set STACK_EXEC=yes, and deploy"
        raise ConfigurationError(f"{settings.environment} has no shell", hint=hint)
    where = service.place(stack.observe(settings, settings.stack_name))
    tasks = service.describe_tasks(settings, where, "RUNNING") if where else []
    if not where or not tasks:
        raise Failed("no task runs", hint=f"invoke status --env {settings.environment}")
    execute = ["ecs", "execute-command", "--interactive", "--command", "/bin/sh"]
    target = ["--cluster", where.cluster, "--task", tasks[0]["taskArn"]]
    environment = aws.child_environment(settings)
    run([*_awscli(), *execute, *target], env=environment, show=True, timeout=None)


def migrate(settings: Settings, say: Say) -> None:
    """Run the migration of the image that is deployed."""
    from pipeline.image import registry
    from pipeline.release import oneoff, stack

    found = stack.observe(settings, settings.stack_name)
    tag = found.parameters.get("WebAppRevision", "")
    image = registry.find(settings, tag) if tag else None
    if image is None:
        raise Failed("nothing is deployed", hint=f"invoke deploy --env {settings.environment}")
    with stage(say, "migrate"):
        oneoff.migrate(settings, found, image, say)


def recover(settings: Settings, say: Say) -> None:
    """Free the application stack."""
    from pipeline.release import recover as recovery

    recovery.recover(settings, settings.stack_name, say)


def _awscli() -> list[str]:
    return [sys.executable, "-m", "awscli"]
