"""What a new task owes, beside its line in tasks.py and its file: one list for each."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import tasks

ROOT = Path(__file__).parents[1]
TASKS = sorted(tasks.namespace.task_names)
# What is done on this machine alone: the rehearsal shows it, and no AWS answers.
ON_THIS_MACHINE = ("build", "engine", "local.", "push", "shell", "stack.", "test")


@pytest.mark.parametrize("name", TASKS)
def test_a_task_owes_nothing(name: str) -> None:
    """Each line that is missing says what to write, and where; the rehearsal's end that it ran.

    Permissions are asked for by tests/story/test_permissions.py and tests/stack/test_delivery.py
    when the story runs; help and its defaults by tests/test_tasks.py.
    """
    assert list(owed(name)) == []


def owed(name: str) -> Iterator[str]:
    """List what a task lacks."""
    if name not in table():
        yield f"README.md, the table of tasks: a row that begins with | `invoke {name}` |"
    if not re.search(rf"`(?:invoke )?{re.escape(name)}[` ]", (ROOT / "CHANGELOG.md").read_text()):
        yield f"CHANGELOG.md, Unreleased: what `invoke {name}` does"
    if not name.startswith(ON_THIS_MACHINE) and method_of(name) not in in_stories():
        how = f"Person.{method_of(name)}() or a module of slipway/cli"
        yield f"tests/story/: a story whose person types it, by {how}"
    if name not in in_page_of_json():
        yield f"docs/json.md, the table of commands: what the last line of `invoke {name}` is"
    if name not in rehearsed():
        yield f'tests/rehearsal/: a test that runs it, project.run("invoke", "{name}")'


def method_of(name: str) -> str:
    """Return the method by which a person types a task: secrets.set is Person.secrets_set."""
    return name.replace(".", "_")


@cache
def table() -> set[str]:
    """List the tasks in README's table."""
    text = (ROOT / "README.md").read_text()
    rows = "\n".join(line for line in text.splitlines() if line.startswith("| `invoke"))
    return set(re.findall(r"`(?:invoke )?([a-z.]+)[^`]*`", rows))


@cache
def in_page_of_json() -> set[str]:
    """List the tasks that docs/json.md names before it describes the events."""
    text, _, _ = (ROOT / "docs/json.md").read_text().partition("## Events")
    return set(re.findall(r"`invoke ([a-z.]+)`", text))


@cache
def in_stories() -> set[str]:
    """List what stories call of a person, or of a module of slipway/cli."""
    callers = {"person", "deploys", *(each.stem for each in (ROOT / "slipway/cli").glob("*.py"))}
    return {
        node.func.attr
        for story in ROOT.glob("tests/story/test_*.py")
        for node in ast.walk(ast.parse(story.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if ast.unparse(node.func.value).rpartition(".")[2] in callers
    }


@cache
def rehearsed() -> set[str]:
    """List the tasks that the rehearsal runs, with the README's own command."""
    found = {"engine", "deploy"}
    for story in ROOT.glob("tests/rehearsal/test_*.py"):
        for node in ast.walk(ast.parse(story.read_text())):
            given = node.args if isinstance(node, ast.Call) else []
            words = [str(each.value) for each in given if isinstance(each, ast.Constant)]
            found |= set(re.findall(r"\binvoke ([a-z][a-z.]*)", " ".join(words)))
    return found
