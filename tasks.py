"""The table of contents: every task that `invoke` knows."""

import os
from pathlib import Path

from invoke import Collection, Context, task

from slipway import settings
from slipway.bare_engine import ensure as bare_engine
from slipway.cli import deliver, image_chain, operate, show, stacks
from slipway.cli.command import guarded
from slipway.git import checkout

# Settings, git and the build are of this project, wherever in it invoke was typed.
os.chdir(Path(__file__).parent)

ENV = "the environment: local, or one whose stack has a name in the settings (default: local)"


@task
@guarded
def build(_: Context) -> None:
    """Build the image of this commit, unless it exists."""
    image_chain.build(settings.load("local"), checkout.current(), operate.view())


@task
@guarded
def test(_: Context) -> None:
    """Run the tests inside the image of this commit, against Postgres (nox -s tests)."""
    operate.nox("tests")


@task(help={"env": ENV, "untested": "push an image that did not pass its tests"})
@guarded
def push(_: Context, env: str = "local", untested: bool = False) -> None:
    """Push the tested image of this commit to the environment's ECR repository."""
    image_chain.push(settings.load(env), checkout.current(), operate.view(), untested=untested)


@task(
    iterable=["parameter"],
    help={
        "env": ENV,
        "parameter": "a stack parameter, NAME=VALUE; may be repeated",
        "untested": "deploy an image that did not pass its tests",
        "allow-older": "replace a newer commit with this one",
    },
)
@guarded
def deploy(
    _: Context,
    env: str = "local",
    parameter: list[str] | None = None,
    untested: bool = False,
    allow_older: bool = False,
) -> None:
    """Build, test and push the image if needed, update the stack, and verify the service."""
    wanted, words = checkout.current(), parameter or []
    deliver.deploy(settings.load(env), wanted, words, untested=untested, allow_older=allow_older)


@task(help={"env": ENV, "stop": "stop all running migrations instead of starting one"})
@guarded
def migrate(_: Context, env: str = "local", stop: bool = False) -> None:
    """Run the database migrations of the deployed image as a one-off task."""
    operate.migrate(settings.load(env), operate.view(), stop=stop)


@task(help={"env": ENV})
@guarded
def status(_: Context, env: str = "local") -> None:
    """Show the state of the stack, the deployed revision, and what the service runs."""
    show.status(settings.load(env))


@task(help={"env": ENV})
@guarded
def outputs(_: Context, env: str = "local") -> None:
    """Print the outputs of the application stack as JSON."""
    show.outputs(settings.load(env))


@task(
    help={
        "env": ENV,
        "follow": "show new lines as they come, until Ctrl-C",
        "since": "how far back, such as 90s, 10m or 2h (default: a day)",
        "lines": "how many of the newest lines (default: 100)",
    }
)
@guarded
def logs(
    _: Context, env: str = "local", follow: bool = False, since: str = "", lines: str = "100"
) -> None:
    """Show the newest lines that the environment's tasks logged."""
    show.logs(settings.load(env), follow=follow, since=since, lines=lines)


@task(help={"env": ENV})
@guarded
def shell(_: Context, env: str = "local") -> None:
    """Open a shell in a running task of the web service (needs STACK_EXEC=yes)."""
    operate.shell(settings.load(env))


@task(help={"env": ENV})
@guarded
def cancel(_: Context, env: str = "local") -> None:
    """Cancel the stack's running update, and wait until it is rolled back."""
    operate.cancel(settings.load(env), operate.view())


@task(help={"env": ENV})
@guarded
def restart(_: Context, env: str = "local") -> None:
    """Start the tasks of the deployed revision again, and verify the service."""
    operate.restart(settings.load(env), operate.view())


@task(help={"env": ENV})
@guarded
def recover(_: Context, env: str = "local") -> None:
    """Free a stack that is stuck after a failed rollback, update or deletion."""
    operate.recover(settings.load(env), operate.view())


@task(help={"env": ENV})
@guarded
def doctor(_: Context, env: str = "local") -> None:
    """Check credentials, stacks, account, domain, quotas and secrets; change nothing."""
    operate.doctor(settings.load(env), operate.view())


@task(
    help={
        "env": ENV,
        "gitlab": "set the variables in GitLab, with GITLAB_TOKEN, instead of printing them",
    }
)
@guarded
def bootstrap(_: Context, env: str = "local", gitlab: bool = False) -> None:
    """Create or update the delivery stack: ECR repository and deployment role."""
    deliver.prepare(settings.load(env), operate.view())
    deliver.bootstrap(settings.load(env), operate.view(), gitlab=gitlab)


@task
@guarded
def engine(_: Context) -> None:
    """Find a container engine; on a bare Debian machine, install and start one."""
    bare_engine.ensure(settings.load("local"), operate.say_text)


@task
@guarded
def local_up(_: Context) -> None:
    """Bring the local AWS account up."""
    operate.local_up(settings.load("local"))


@task(help={"yes": "remove the database, too, without being asked"})
@guarded
def local_down(_: Context, yes: bool = False) -> None:
    """Remove the local AWS account, with all that is in it."""
    operate.local_down(settings.load("local"), yes=yes)


@task(help={"env": ENV})
@guarded
def stack_template(_: Context, env: str = "local") -> None:
    """Print the template of the application stack as JSON."""
    stacks.template(settings.load(env))


@task(help={"env": ENV, "form": "svg or mermaid (default: svg)"})
@guarded
def stack_diagram(_: Context, env: str = "local", form: str = "svg") -> None:
    """Draw the application stack: its resources, and the file that defines each."""
    stacks.diagram(settings.load(env), form)


@task(help={"env": ENV})
@guarded
def stack_lint(_: Context, env: str = "local") -> None:
    """Check the templates of both stacks with Slipway's own checks and cfn-lint."""
    stacks.lint(settings.load(env))


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
    Collection("local", up=local_up, down=local_down),
    Collection("stack", template=stack_template, diagram=stack_diagram, lint=stack_lint),
)
