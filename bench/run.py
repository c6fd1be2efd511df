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

from bench.checkout import Place, copied
from bench.ratios import Clock, Comparison, alternate, table

CHANGED = "webapp/app.py"
# `invoke --list` of an empty file is an error.
SMALLEST_TASKS = "from invoke import task\n\n\n@task\ndef nothing(_):\n    pass\n"


def main() -> None:
    """Print the table, whose numbers README.md has, and on what machine it came about."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A user's Python keeps what it compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as it, copied(Path(it)) as place:
        say("deploying")
        place.run("invoke", "engine")
        place.run("invoke", "deploy", "--env", "local")
        found = [measure(place) for measure in (listing, noop, rebuild)]
    print(table(found))
    print(f"\n{machine()}")


def listing(place: Place) -> Comparison:
    """Compare the list of our tasks with that of a file which has one and imports nothing."""
    say("invoke --list")
    bare = Place(place.state / "bare", place.state)
    bare.folder.mkdir()
    (bare.folder / "tasks.py").write_text(SMALLEST_TASKS)
    command = ("invoke", "--list")
    pairs = alternate(clock(place, *command), clock(bare, *command), 30)
    return Comparison("`invoke --list`", "`invoke --list` of a single empty task", 1.2, pairs)


def noop(place: Place) -> Comparison:
    """Compare a deploy of what is deployed with a script that only looks."""
    say("a deploy with nothing to do")
    ours = clock(place, "invoke", "deploy", "--env", "local")
    key = {"AWS_SHARED_CREDENTIALS_FILE": str(place.credentials_file)}
    bare = clock(place, sys.executable, "bench/bare_noop.py", env=key)
    pairs = alternate(ours, bare, 15)
    what = "`invoke deploy`, nothing to do"
    return Comparison(what, "`bare_noop.py`, boto3 alone", 1.4, pairs)


def rebuild(place: Place) -> Comparison:
    """Compare the build after a change of one line with one that finds no layer."""
    say("builds")
    first = clock(place, sys.executable, "-m", "bench.first_build")
    second = clock(place, "invoke", "build", before=lambda: change(place))
    what = "`invoke build` after a change of one line"
    return Comparison(what, "`first_build.py`, no layer cache", 0.25, alternate(second, first, 5))


def change(place: Place) -> None:
    """Add a line to the application that no build has ever seen, and commit it."""
    with (place.folder / CHANGED).open("a") as application:
        application.write(f"# {secrets.token_hex(8)}\n")
    place.commit("a line more")


def clock(
    place: Place,
    *command: str,
    before: Callable[[], None] = lambda: None,
    env: Mapping[str, str] = MappingProxyType({}),
) -> Clock:
    """Make a clock of one command; what comes `before` is not timed."""

    def seconds() -> float:
        before()
        began = time.perf_counter()
        place.run(*command, env=env)
        return time.perf_counter() - began

    return seconds


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
