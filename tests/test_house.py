"""What of this repository stands in another one: without the example, the tests and the pages."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ("slipway", "stack", "entries")
FILES = ("tasks.py", "noxfile.py", ".gitlab-ci.yml", ".env.example", "requirements.txt")
IMPORT_ALL = """
import importlib, pkgutil, noxfile, slipway, stack, tasks
for package in (slipway, stack):
    for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not each.name.startswith("slipway.emulator."):
            importlib.import_module(each.name)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what an application's repository takes over, and nothing else."""
    folder = tmp_path_factory.mktemp("house")
    for name in HOUSE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    return folder


def run(house: Path, *words: str) -> str:
    """Run Python there, as an isolated user would, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=house,
        env={"PATH": "/usr/bin:/bin", "HOME": str(house), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_imported_without_the_rest(house: Path) -> None:
    """Nothing of it needs webapp/, tests/, bench/ or docs/; the emulator has its own libraries."""
    run(house, "-c", IMPORT_ALL)


def test_the_tasks_are_listed_without_the_rest(house: Path) -> None:
    """`invoke --list` is the same as here."""
    assert "stack.template" in run(house, "-m", "invoke", "--list")


def test_the_template_is_rendered_without_the_rest(house: Path) -> None:
    """A team that has moved in sees its stack at once."""
    assert "AWS::ECS::Service" in run(house, "-m", "invoke", "stack.template")


def test_the_sessions_are_those_of_every_project(house: Path) -> None:
    """`nox` runs the application's tests there, and none of Slipway's own checks."""
    listed = run(house, "-m", "nox", "--list")
    assert re.findall(r"^[*-] (\w+)", listed, re.MULTILINE) == ["tests", "cfn_lint"]
