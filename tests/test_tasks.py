"""What every task owes: a line of help, one call, and a start that costs nothing."""

import ast
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from invoke import Argument, Task

import tasks

ROOT = Path(__file__).parents[1]
COSTLY = {"boto3", "botocore", "troposphere", "awacs", "rich"}


def every_task() -> dict[str, Task]:  # type: ignore[type-arg]
    """Find each task by the name that a user types."""
    return {name: tasks.namespace[name] for name in tasks.namespace.task_names}


@cache
def arguments(name: str) -> list[Argument]:
    """List a task's options; once, because asking takes their help away from the task."""
    return list(every_task()[name].get_arguments())


def test_the_tasks_are_found() -> None:
    """The tests below look at something."""
    assert {"build", "deploy", "local.up", "stack.template"} <= set(every_task())


@pytest.mark.parametrize("name", sorted(every_task()))
def test_a_task_is_explained(name: str) -> None:
    """Each has a docstring, and each of its options a line of help."""
    assert every_task()[name].__doc__
    assert [each.name for each in arguments(name) if not each.help] == []


@pytest.mark.parametrize("name", sorted(every_task()))
def test_a_task_s_line_can_be_read_alone(name: str) -> None:
    """`invoke --list` sorts by name: no line may point to another one."""
    line = str(every_task()[name].__doc__).splitlines()[0]
    assert re.search(r"\b(above|below|that image|of these|the same|it is there)\b", line) is None
    assert len(line) <= 90


@pytest.mark.parametrize("name", sorted(every_task()))
def test_an_option_s_help_shows_its_default(name: str) -> None:
    """`invoke --help` shows none by itself; a switch is off, a list empty."""
    defaults = {
        each.name: each.default
        for each in arguments(name)
        if each.default and not isinstance(each.default, bool | list)
    }
    helped = {each.name: str(each.help) for each in arguments(name)}
    assert [key for key, text in defaults.items() if f"(default: {text})" not in helped[key]] == []


def test_the_project_is_the_folder_of_the_tasks(tmp_path: Path) -> None:
    """Settings, git and the build are the same in a subfolder and with `invoke -r`."""
    code = "import os, invoke; from slipway.cli.task import task; "
    code += "task(env=False)(lambda: print(os.getcwd()))(invoke.Context())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{ROOT}\n"


def test_a_task_has_no_branch() -> None:
    """Rule 1: a branch in tasks.py is logic in the wrong room."""
    branches = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.Match, ast.IfExp)
    found = ast.walk(ast.parse((ROOT / "tasks.py").read_text()))
    conditions = [node for node in found if isinstance(node, branches)]
    assert [ast.unparse(each.test) for each in conditions if isinstance(each, ast.If)] == [
        "TYPE_CHECKING"
    ]
    assert len(conditions) == 1


def test_a_job_is_one_task() -> None:
    """Rule 1: each script of .gitlab-ci.yml is one line, a task with options that it has."""
    content = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())
    jobs = {name: each for name, each in content.items() if "script" in each}
    assert {"build", "test", "staging", "production"} <= set(jobs)
    for job in jobs.values():
        program, name, *words = shlex.split(job["script"])
        assert program == "invoke"
        flags = {f"--{each.name}".replace("_", "-") for each in arguments(name)}
        assert {word for word in words if word.startswith("-")} <= flags
        assert not {";", "&&", "|", "||"} & set(words)


def test_a_job_that_deploys_has_a_token_and_takes_its_turn() -> None:
    """It takes its role by the token, is not cut off, and two of one environment do not meet."""
    jobs = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())
    found = [job for job in jobs.values() if "invoke deploy" in str(job)]
    assert len(found) == 2
    for job in found:
        whole = {**jobs[job["extends"]], **job}
        assert whole["id_tokens"] == {"AWS_ID_TOKEN": {"aud": "$CI_SERVER_URL"}}
        assert whole["interruptible"] is False
        assert whole["resource_group"] == whole["environment"] == whole["script"].split()[-1]


def test_listing_the_tasks_costs_nothing() -> None:
    """Rule 6: what takes long to import is not imported by tasks.py."""
    code = f"import sys, tasks; print(*sorted({COSTLY!r} & set(sys.modules)), sep=',')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout == "\n"
