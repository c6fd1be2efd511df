"""The table of contents: every task that `invoke` knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Collection

from slipway import cli
from slipway.cli.task import task

if TYPE_CHECKING:
    from slipway.events import Say
    from slipway.results import EnvironmentStatus, Summary
    from slipway.revision import Image, Revision
    from slipway.settings import Settings


@task(env=False)
def build(settings: Settings, revision: Revision, say: Say) -> Image:
    """Build the image of this commit, unless it exists."""
    return cli.image.build(settings, revision, say)


@task(env=False)
def test() -> None:
    """Run the tests inside the image of this commit, against Postgres (nox -s tests)."""
    cli.sessions.run_session("tests")


@task(options={"untested": "push an image that did not pass its tests"})
def push(settings: Settings, revision: Revision, say: Say, *, untested: bool = False) -> Image:
    """Push the tested image of this commit to the environment's ECR repository."""
    return cli.image.push(settings, revision, say, untested=untested)


@task(
    iterable=["parameter"],
    options={
        "parameter": "a stack parameter, NAME=VALUE (repeatable)",
        "untested": "deploy an image that did not pass its tests",
        "allow-older": "replace a newer commit with this one",
    },
)
def deploy(  # noqa: PLR0913 - each an option
    settings: Settings,
    revision: Revision,
    say: Say,
    *,
    parameter: list[str] | None = None,
    untested: bool = False,
    allow_older: bool = False,
) -> Summary:
    """Build, test and push the image if needed, update the stack, and verify the service."""
    words, older = parameter or [], allow_older
    return cli.deploy.deploy(settings, revision, words, say, untested=untested, allow_older=older)


@task(options={"stop": "stop all running migrations instead of starting one"})
def migrate(settings: Settings, say: Say, *, stop: bool = False) -> None:
    """Run the database migrations of the deployed image as a one-off task."""
    cli.migrate.migrate(settings, say, stop=stop)


@task()
def status(settings: Settings) -> EnvironmentStatus:
    """Show the state of the stack, the deployed revision, and what the service runs."""
    return cli.show.status(settings)


@task()
def outputs(settings: Settings) -> str:
    """Print the outputs of the application stack as JSON."""
    return cli.show.outputs(settings)


@task(
    options={
        "follow": "show new lines as they come, until Ctrl-C",
        "since": "how far back, such as 90s, 10m or 2h (default: a day)",
        "lines": "how many of the newest lines (default: 100)",
    }
)
def logs(
    settings: Settings, say: Say, *, follow: bool = False, since: str = "", lines: str = "100"
) -> None:
    """Show the newest lines that the environment's tasks logged."""
    cli.show.logs(settings, say, follow=follow, since=since, lines=lines)


@task()
def shell(settings: Settings) -> None:
    """Open a shell in a running task of the web service (needs STACK_EXEC=yes)."""
    cli.shell.shell(settings)


@task()
def cancel(settings: Settings, say: Say) -> None:
    """Cancel the stack's running update, and wait until it is rolled back."""
    cli.recover.cancel(settings, say)


@task()
def restart(settings: Settings, say: Say) -> Summary:
    """Start the tasks of the deployed revision again, and verify the service."""
    return cli.restart.restart(settings, say)


@task()
def recover(settings: Settings, say: Say) -> None:
    """Free a stack that is stuck after a failed rollback, update or deletion."""
    cli.recover.recover(settings, say)


@task()
def doctor(settings: Settings, say: Say) -> None:
    """Check credentials, stacks, account, domain, quotas and secrets; change nothing."""
    cli.doctor.examine(settings, say)


@task(
    options={
        "gitlab": "set the variables in GitLab, with GITLAB_TOKEN, instead of printing them",
    }
)
def bootstrap(settings: Settings, say: Say, *, gitlab: bool = False) -> None:
    """Create or update the delivery stack: ECR repository and deployment identity."""
    cli.bootstrap.bootstrap(settings, say, gitlab=gitlab)


@task(options={"name": "the environment variable, such as API_KEY"})
def secrets_set(settings: Settings, say: Say, *, name: str) -> None:
    """Keep a secret of the application; its value is prompted for, or read from standard input."""
    cli.secrets.put(settings, name, say)


@task()
def secrets_list(settings: Settings, say: Say) -> None:
    """List the application's own secrets by name, and those that are missing; no values."""
    cli.secrets.read_all(settings, say)


@task(env=False)
def engine(settings: Settings, say: Say) -> None:
    """Find a container engine; on a bare Debian machine, install and start one."""
    from slipway.bare_engine import ensure

    ensure.ensure(settings, say)


@task(env=False)
def local_up(settings: Settings, say: Say) -> None:
    """Start the local AWS account."""
    cli.local.up(settings, say)


@task(env=False, options={"yes": "remove the database without asking"})
def local_down(settings: Settings, say: Say, *, yes: bool = False) -> None:
    """Remove the local AWS account and everything in it."""
    cli.local.down(settings, say, yes=yes)


@task()
def stack_template(settings: Settings) -> str:
    """Print the template of the application stack as JSON."""
    return cli.stack.template(settings)


@task(options={"form": "svg or mermaid (default: svg)"})
def stack_diagram(settings: Settings, *, form: str = "svg") -> str:
    """Draw the application stack: its resources, and the file that defines each."""
    return cli.stack.diagram(settings, form)


@task()
def stack_lint(settings: Settings, say: Say) -> None:
    """Check the templates of both stacks with Slipway's own checks and cfn-lint."""
    cli.stack.lint(settings, say)


namespace = Collection(
    *(
        build,
        test,
        push,
        deploy,
        migrate,
        status,
        outputs,
        logs,
        shell,
        cancel,
        restart,
        recover,
        bootstrap,
        doctor,
        engine,
    ),
    Collection("secrets", set=secrets_set, list=secrets_list),
    Collection("local", up=local_up, down=local_down),
    Collection("stack", template=stack_template, diagram=stack_diagram, lint=stack_lint),
)
