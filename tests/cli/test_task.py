"""The decorator of tasks.py: what a task is given, and which options it has."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from invoke import Context, Exit

from slipway.cli.task import task
from slipway.errors import Refused
from slipway.events import Say
from slipway.settings import Settings

ROOT = Path(__file__).parents[2]


def options(made: Any) -> dict[str, object]:
    """Return a task's options, each with its default."""
    return {each.name: each.default for each in made.get_arguments()}


def test_a_task_is_given_what_it_names() -> None:
    """The settings of --env, and a view; what is typed goes through."""
    given: list[object] = []

    @task(options={"deep": "how deep"})
    def dive(settings: Settings, say: Say, *, deep: bool = False) -> None:
        """Dive."""
        given.extend([settings.environment, callable(say), deep])

    dive(Context(), env="local", deep=True)
    assert given == ["local", True, True]
    assert options(dive) == {"env": "local", "json": False, "deep": False}


def test_a_task_of_this_machine_has_no_env() -> None:
    """Its settings are those of the local account."""
    given: list[str] = []

    @task(env=False)
    def surface(settings: Settings) -> None:
        """Come up."""
        given.append(settings.environment)

    surface(Context())
    assert given == ["local"]
    assert options(surface) == {}


TASKS = '''
import subprocess, sys
from slipway.cli.task import task
from slipway.errors import Refused
from slipway.events import Note
from slipway.results import Summary

@task(env=False)
def dive(say):
    """Dive."""
    say(Note("diving"))
    print("printed by a library")
    subprocess.run([sys.executable, "-c", "print('printed by a child')"], check=True)
    return Summary(True, {})

@task(env=False)
def drown(say):
    """Drown."""
    raise Refused("too deep", hint="--deep")
'''


def test_json_lines_have_standard_output_to_themselves(tmp_path: Path) -> None:
    """What others print goes to standard error; what a task returns is the last line."""
    done = typed(tmp_path, "dive", "--json")
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["note", "summary"]
    assert done.stderr == "printed by a library\nprinted by a child\n"
    assert done.returncode == 0


def test_an_error_is_the_last_json_line(tmp_path: Path) -> None:
    """With the message on standard error, and the exit code, as without --json."""
    done = typed(tmp_path, "drown", "--json")
    last = json.loads(done.stdout)
    assert last.items() >= {"event": "error", "what": "too deep", "exit_code": 4}.items()
    assert done.stderr == "error: too deep\n  next: --deep\n"
    assert done.returncode == 4


def typed(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a real invoke on a small tasks.py."""
    (folder / "tasks.py").write_text(TASKS)
    command = [sys.executable, "-m", "invoke", *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("environment", ["nowhere", "STAGING"])
def test_an_environment_that_is_not_known_is_code_2(environment: str) -> None:
    """Before the function is called."""

    @task()
    def dive(settings: Settings) -> None:
        """Dive."""
        pytest.fail(str(settings))

    with pytest.raises(Exit) as ended:
        dive(Context(), env=environment)
    assert ended.value.code == 2


def test_an_error_is_an_exit_code() -> None:
    """Every task ends in the one place that turns an error into a message and a code."""

    @task(env=False)
    def dive() -> None:
        """Dive."""
        raise Refused("too deep", hint="--deep")

    with pytest.raises(Exit) as ended:
        dive(Context())
    assert ended.value.code == 4
