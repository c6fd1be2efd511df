"""The checkout and the account of the rehearsal."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.project import ROOT, Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A clean checkout of what stands here, committed or not, and at the end nothing of it."""
    made = Project(tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("state"))
    for name in _files():
        target = made.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    made.git("init", "--quiet")
    made.commit("as it stands")
    made.run("invoke", "local.down")
    yield made
    made.run("invoke", "local.down")
    _remove_images()


def _files() -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in found.stdout.split("\n") if name and Path(ROOT, name).exists()]


def _remove_images() -> None:
    filters = ["--filter", "reference=slipway/rehearsal", "--filter", "reference=localhost:4577/*"]
    listed = ["docker", "images", "--quiet", *filters]
    found = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()
    if found:
        command = ["docker", "rmi", "--force", *sorted(set(found))]
        subprocess.run(command, check=False, capture_output=True)
