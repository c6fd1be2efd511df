"""Docker's client as the image chain calls it: an engine, a registry, and the account's ECR."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway.docker import digests, engine, login
from slipway.image import build, platforms, registry, store, suite, suite_parts
from slipway.shell import CommandFailed, Completed
from tests.story.applications import Application

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.story.world import World

INFO = {
    "ServerVersion": "28.5",
    "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
    "ClientInfo": {"Plugins": [{"Name": "buildx"}]},
}
REPORT = "<testsuite><testcase name='a page'/></testsuite>"
CALLERS = (build, digests, engine, login, platforms, registry, store, suite, suite_parts)


class DockerCommands:
    """Runs docker's commands on names alone; `names` are image names of engine and registry.

    No container runs: the suite passes. `asked` counts the look-ups of each image name, `logins`
    the logins of each host. `during_build` is called while an image is built.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.names: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.logins: Counter[str] = Counter()
        self.builds = 0
        self.during_build: Callable[[], None] = nothing

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer in the place of shell.run."""
        for module in CALLERS:
            monkeypatch.setattr(module, "run", self.run, raising=False)

    def run(self, command: list[str], *, check: bool = True, **_: Any) -> Completed:
        """Run one command of docker."""
        code, out, err = self._answer(command[1:])
        done = Completed(tuple(command), code, out, err)
        if code and check:
            raise CommandFailed(done)
        return done

    def _answer(self, words: list[str]) -> tuple[int, str, str]:
        match words:
            case ["info", *_]:
                return 0, json.dumps(INFO), ""
            case ["version", *_]:
                return 0, "linux/amd64", ""
            case ["image", "inspect", "--format", "{{json .RootFS.Layers}}", name]:
                return 0, json.dumps(["runtime", "suite"] if "suite" in name else ["runtime"]), ""
            case ["image", "inspect", *_, name]:
                return self._look_up(name, "Error: No such image")
            case ["buildx", "imagetools", "inspect", *_, name]:
                return self._look_up(name, f"ERROR: {name}: not found")
        self._act(words)
        return 0, "", ""

    def _act(self, words: list[str]) -> None:
        match words:
            case ["login", *_, host]:
                self.logins[host] += 1
            case ["buildx", "build", *_]:
                self._build(named(words)[0])
            case ["buildx", "imagetools", "create", *_, source]:
                for name in named(words):
                    self._send(name, source.rpartition("@")[2])
            case ["tag", source, name]:
                self.names[name] = self.names[source]
            case ["push", *_, name]:
                self._send(name, self.names[name])
            case ["cp", _, file]:
                Path(file).write_text(REPORT)

    def _look_up(self, name: str, absent: str) -> tuple[int, str, str]:
        self.asked[name] += 1
        return (0, self.names[name], "") if name in self.names else (1, "", absent)

    def _build(self, name: str) -> None:
        self.builds += 1
        self.during_build()
        digest = f"sha256:{hashlib.sha256(str(self.builds).encode()).hexdigest()}"
        self.names[name] = digest
        self.world.applications.setdefault(digest, Application())

    def _send(self, name: str, digest: str) -> None:
        """Keep an image in a registry: ECR knows it, if it is the account's."""
        self.names[name] = digest
        repository, _, tag = name.rpartition(":")
        if repository == self.world.settings.ecr_repository:
            self.world.ecr.put(repository.partition("/")[2], digest, tag)


def named(words: list[str]) -> list[str]:
    """List the image names that a command gives by --tag."""
    return [name for option, name in pairwise(words) if option == "--tag"]


def nothing() -> None:
    """Let nothing happen meanwhile."""
