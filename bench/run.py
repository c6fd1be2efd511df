"""Deploy the example to a local account of its own, measure there, and take all of it down."""

import os
import platform
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from bench.ratios import Clock, Comparison, alternate, table
from tests.rehearsal.project import Project, standing

PORT = 4588
CHANGED = "webapp/app.py"
# `invoke --list` of an empty file is an error.
SMALLEST_TASKS = "from invoke import task\n\n\n@task\ndef nothing(_):\n    pass\n"


def main() -> None:
    """Print the table, whose numbers README.md has, and on what machine it came about."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A user's Python keeps what it compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as scratch:
        project = make(Path(scratch))
        with standing(project):
            say("deploying")
            do(project, "invoke", "engine")
            do(project, "invoke", "deploy", "--env", "local")
            found = [measure(project) for measure in (listing, noop, rebuild)]
    print(table(found))
    print(f"\n{machine()}")


def make(scratch: Path) -> Project:
    """Name a checkout and an account that share nothing with any other."""
    folder, state = scratch / "checkout", scratch / "state"
    folder.mkdir()
    state.mkdir()
    return Project(folder, state, port=PORT, images="slipway/bench", show=False)


def listing(project: Project) -> Comparison:
    """Compare the list of our tasks with that of a file which has one and imports nothing."""
    say("invoke --list")
    bare = Project(project.state / "bare", project.state, show=False)
    bare.folder.mkdir()
    bare.write("tasks.py", SMALLEST_TASKS)
    command = ("invoke", "--list")
    pairs = alternate(clock(project, *command), clock(bare, *command), 30)
    return Comparison("`invoke --list`", "`invoke --list` of a single empty task", 1.3, pairs)


def noop(project: Project) -> Comparison:
    """Compare a deploy of what is deployed with a script that only looks."""
    say("a deploy with nothing to do")
    ours = clock(project, "invoke", "deploy", "--env", "local")
    key = {"AWS_SHARED_CREDENTIALS_FILE": str(project.credentials_file)}
    bare = clock(project, sys.executable, "bench/bare_noop.py", env=key)
    pairs = alternate(ours, bare, 15)
    what = "`invoke deploy`, nothing to do"
    return Comparison(what, "`bare_noop.py`, boto3 alone", 3, pairs)


def rebuild(project: Project) -> Comparison:
    """Compare the build after a change of one line with one that finds no layer."""
    say("builds")
    first = clock(project, sys.executable, "-m", "bench.first_build")
    second = clock(project, "invoke", "build", before=lambda: change(project))
    what = "`invoke build` after a change of one line"
    return Comparison(what, "`first_build.py`, no layer cache", 0.25, alternate(second, first, 5))


def change(project: Project) -> None:
    """Add a line to the application that no build has ever seen, and commit it."""
    project.write(CHANGED, project.read(CHANGED) + f"# {secrets.token_hex(8)}\n")
    project.commit("a line more")


def clock(
    project: Project,
    *command: str,
    before: Callable[[], None] = lambda: None,
    env: Mapping[str, str] = MappingProxyType({}),
) -> Clock:
    """Make a clock of one command; what comes `before` is not timed."""

    def seconds() -> float:
        before()
        began = time.perf_counter()
        do(project, *command, env=env)
        return time.perf_counter() - began

    return seconds


def do(project: Project, *command: str, env: Mapping[str, str] = MappingProxyType({})) -> str:
    """Run a command that must end well and return its output; else that is the last word."""
    output = project.run(*command, **env)
    if output.code:
        raise SystemExit(f"{output.text}\n{' '.join(command)}: exit code {output.code}")
    return output.text


def say(text: str) -> None:
    """Show the progress on standard error; standard output has the table."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def machine() -> str:
    """Describe this machine, without naming it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    system = f"{platform.system()} {platform.machine()}"
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {system}, {python}"


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("interrupted; what it had put up is taken down")
        sys.exit(130)
