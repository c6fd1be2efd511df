"""A copy of this checkout with a local account of its own, and commands that run in a folder."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from slipway import shell
from slipway.local import leftovers

ROOT = Path(__file__).parents[1]
PORT, IMAGES = 4588, "slipway/bench"
COMMAND_SECONDS = 900
SOMEBODY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")


@dataclass(frozen=True)
class Place:
    """A folder in which commands run; their account, on a port of its own, is kept in `state`."""

    folder: Path
    state: Path

    @property
    def credentials_file(self) -> Path:
        """The file in which the account keeps its access key."""
        return self.state / "slipway" / str(PORT) / "credentials"

    def run(self, *command: str, env: Mapping[str, str] = MappingProxyType({})) -> str:
        """Run a command that must end well and return its output; else that is the last word."""
        done = self.attempt(*command, env=env)
        if done.code:
            said = f"{done.stdout}{done.stderr}"
            raise SystemExit(f"{said}\n{' '.join(command)}: exit code {done.code}")
        return done.stdout

    def attempt(
        self, *command: str, env: Mapping[str, str] = MappingProxyType({})
    ) -> shell.Completed:
        """Run a command whose exit code is an answer."""
        given = {**environment(self.state), **env}
        return shell.run(command, cwd=self.folder, env=given, check=False, timeout=COMMAND_SECONDS)

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.run("git", "add", "--all")
        self.run("git", *SOMEBODY, "commit", "--quiet", "--message", message)


def environment(state: Path) -> dict[str, str | None]:
    """List what a user changes who has set up nothing but this account."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"LOCAL_PORT": str(PORT), "XDG_STATE_HOME": str(state), "IMAGE_REPOSITORY": IMAGES}
    return {**dict.fromkeys(name for name in os.environ if "AWS_" in name), **own, "PATH": path}


def fill(place: Place) -> None:
    """Copy this work tree, committed or not, and commit it there."""
    for name in _files():
        target = place.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    place.run("git", "init", "--quiet")
    place.commit("as it stands")


@contextmanager
def copied(scratch: Path) -> Iterator[Place]:
    """Make a copy of this work tree, and at the end take down what is up for it."""
    copy = Place(scratch / "checkout", scratch / "state")
    for folder in (copy.folder, copy.state):
        folder.mkdir()
    fill(copy)
    copy.attempt("invoke", "local.down", "--yes")
    try:
        yield copy
    finally:
        copy.attempt("invoke", "local.down", "--yes")
        leftovers.remove_image_names(IMAGES)


def _files() -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = shell.run(listed, cwd=ROOT).stdout.splitlines()
    return [name for name in found if (ROOT / name).exists()]
