"""The table of contents: every task that `invoke` knows."""

from invoke import Collection, Context, task

from pipeline import deliver, operate, revision, settings, templates
from pipeline.command import guarded

ENV = "the environment: local, or one that settings name"


@task
@guarded
def build(_: Context) -> None:
    """Build the image of this commit, unless it is there."""
    deliver.build(settings.load("local"), revision.current(), operate.view())


@task
@guarded
def test(_: Context) -> None:
    """Run the suite inside that image, against Postgres: nox -s tests."""
    operate.nox("tests")


@task(help={"env": ENV, "untested": "push a digest whose suite was not green"})
@guarded
def push(_: Context, env: str = "local", untested: bool = False) -> None:
    """Promote the tested digest to the environment's repository."""
    deliver.push(settings.load(env), revision.current(), operate.view(), untested=untested)


@task(
    iterable=["parameter"],
    help={
        "env": ENV,
        "parameter": "a stack parameter, NAME=VALUE; may be repeated",
        "untested": "deploy a digest whose suite was not green",
        "allow-older": "replace a newer commit by this one",
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
    """Do what is missing of the above, then the stack, then the proof."""
    wanted, words = revision.current(), parameter or []
    deliver.deploy(settings.load(env), wanted, words, untested=untested, allow_older=allow_older)


@task(help={"env": ENV})
@guarded
def migrate(_: Context, env: str = "local") -> None:
    """Run the deployed image's migrations as a one-off task."""
    operate.migrate(settings.load(env), operate.view())


@task(help={"env": ENV})
@guarded
def status(_: Context, env: str = "local") -> None:
    """Show the stack's state and what the service runs."""
    operate.status(settings.load(env))


@task(help={"env": ENV})
@guarded
def outputs(_: Context, env: str = "local") -> None:
    """Show the stack's outputs."""
    operate.outputs(settings.load(env))


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
    _: Context, env: str = "local", follow: bool = False, since: str = "", lines: int = 100
) -> None:
    """Show the newest lines that the environment's tasks logged."""
    operate.logs(settings.load(env), follow=follow, since=since, lines=lines)


@task(help={"env": ENV})
@guarded
def shell(_: Context, env: str = "local") -> None:
    """Open a shell in a running task."""
    operate.shell(settings.load(env))


@task(help={"env": ENV})
@guarded
def cancel(_: Context, env: str = "local") -> None:
    """Cancel the stack's running update, and wait until it is rolled back."""
    operate.cancel(settings.load(env), operate.view())


@task(help={"env": ENV})
@guarded
def recover(_: Context, env: str = "local") -> None:
    """Free a stack that is stuck."""
    operate.recover(settings.load(env), operate.view())


@task(help={"env": ENV, "gitlab": "set GitLab's variables, with GITLAB_TOKEN"})
@guarded
def bootstrap(_: Context, env: str = "local", gitlab: bool = False) -> None:
    """Create or update the delivery stack: repository, and who deploys."""
    deliver.prepare(settings.load(env), operate.view())
    deliver.bootstrap(settings.load(env), operate.view(), gitlab=gitlab)


@task
@guarded
def engine(_: Context) -> None:
    """Find a container engine, or on a bare Debian machine install and start one."""
    operate.engine(settings.load("local"))


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
    """Print the application template."""
    templates.template(settings.load(env))


@task(help={"env": ENV, "form": "svg or mermaid"})
@guarded
def stack_diagram(_: Context, env: str = "local", form: str = "svg") -> None:
    """Draw the application stack: what there is, and in which file."""
    templates.diagram(settings.load(env), form)


@task(help={"env": ENV})
@guarded
def stack_lint(_: Context, env: str = "local") -> None:
    """Check the environment's templates: our own checks, then cfn-lint."""
    templates.lint(settings.load(env))


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
        recover,
        bootstrap,
        engine,
    ),
    Collection("local", up=local_up, down=local_down),
    Collection("stack", template=stack_template, diagram=stack_diagram, lint=stack_lint),
)
