"""The rules of the design that a reader of the code could break without noticing."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from invoke import Argument, Task

import tasks

ROOT = Path(__file__).parents[1]
GROUND = {
    "aws",
    "aws_calls",
    "aws_errors",
    "aws_hints",
    "credentials",
    "dotenv_file",
    "errors",
    "fargate_sizes",
    "git",
    "git_history",
    "git_tree",
    "local_key",
    "polling",
    "revision",
    "setting",
    "settings",
    "shell",
}
ABOVE = (
    "blueprint",
    "command",
    "deliver",
    "doctor",
    "gitlab_variables",
    "image_chain",
    "operate",
    "show",
    "templates",
)
COSTLY = {"boto3", "botocore", "troposphere", "awacs", "rich"}
MODULES = sorted(ROOT.glob("pipeline/**/*.py")) + sorted(ROOT.glob("stack/**/*.py"))
# They run in the local account's own virtual environment, and nothing here imports them.
APART = set(ROOT.glob("pipeline/local/server*.py"))


def every_task() -> dict[str, Task]:  # type: ignore[type-arg]
    """Find each task by the name that a user types."""
    return {name: tasks.namespace[name] for name in tasks.namespace.task_names}


@cache
def arguments(name: str) -> list[Argument]:
    """List a task's options; once, because asking takes their help away from the task."""
    return list(every_task()[name].get_arguments())


def imported(source: ast.AST) -> Iterator[str]:
    """List what a piece of code imports, by full names."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def at_import(module: ast.Module) -> Iterator[str]:
    """List what a module imports when it is imported itself: not for types, not in functions."""
    for node in module.body:
        guard = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not (guard or isinstance(node, ast.FunctionDef | ast.ClassDef)):
            yield from imported(node)


def imports_of(*patterns: str) -> list[tuple[str, str]]:
    """List every import in files, with the file it stands in."""
    files = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    assert files
    return [
        (str(path.relative_to(ROOT)), name)
        for path in files
        for name in imported(ast.parse(path.read_text()))
    ]


def is_in(name: str, *packages: str) -> bool:
    """Whether an imported name is a package's, or the package itself."""
    return any(name == each or name.startswith(f"{each}.") for each in packages)


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
    code = "import tasks, os; print(os.getcwd())"
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
    assert [ast.unparse(node) for node in found if isinstance(node, branches)] == []


def test_a_job_is_one_task() -> None:
    """Rule 1: each script of .gitlab-ci.yml is one line of invoke."""
    lines = (ROOT / ".gitlab-ci.yml").read_text().splitlines()
    scripts = [line.strip() for line in lines if line.strip().startswith("script:")]
    named = [script.removeprefix("script: invoke ").split()[0] for script in scripts]
    assert named
    assert set(named) <= set(every_task())


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
    """Rule 11: what takes long to import is not imported by tasks.py."""
    code = f"import sys, tasks; print(*sorted({COSTLY!r} & set(sys.modules)), sep=',')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout == "\n"


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.parts[len(ROOT.parts)] == "pipeline" and path not in APART],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_module_imports_nothing_costly(path: Path) -> None:
    """Rule 11, for each module on its own."""
    found = at_import(ast.parse(path.read_text()))
    assert [name for name in found if name.partition(".")[0] in COSTLY] == []


def test_the_ground_floor_stands_on_itself() -> None:
    """Values and the two boundaries import nothing of what is built on them."""
    files = [f"pipeline/{name}.py" for name in sorted(GROUND)]
    allowed = [f"pipeline.{name}" for name in sorted(GROUND)]
    found = [(path, name) for path, name in imports_of(*files) if is_in(name, "pipeline", "stack")]
    assert [each for each in found if not is_in(each[1], *allowed)] == []


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("release", ["pipeline.image", "pipeline.local", "stack"]),
        ("image", ["pipeline.release", "pipeline.local", "stack"]),
        ("local", ["pipeline.release", "pipeline.image", "stack"]),
        ("view", ["pipeline.release", "pipeline.image", "pipeline.local", "stack"]),
    ],
)
def test_imports_go_down_only(package: str, forbidden: list[str]) -> None:
    """Neither of two neighbours knows the other, and none knows what calls it."""
    above = [f"pipeline.{name}" for name in ABOVE]
    found = imports_of(f"pipeline/{package}/*.py")
    assert [each for each in found if is_in(each[1], *forbidden, *above)] == []


def test_producers_know_events_and_no_view() -> None:
    """What a deploy reports is typed; how it is shown is not decided there."""
    found = imports_of("pipeline/image/*.py", "pipeline/release/*.py", "pipeline/local/*.py")
    views = [each for each in found if is_in(each[1], "pipeline.view")]
    assert views
    assert [each for each in views if not is_in(each[1], "pipeline.view.events")] == []


def test_a_view_knows_events_and_nothing_else_of_the_pipeline() -> None:
    """It consumes events and asks for nothing; it knows an interrupt by the error family."""
    found = [each for each in imports_of("pipeline/view/*.py") if is_in(each[1], "pipeline")]
    known = ("pipeline.view", "pipeline.errors")
    assert [each for each in found if not is_in(each[1], *known)] == []


def test_the_stack_stands_alone() -> None:
    """The templates can be read, and replaced, without the pipeline."""
    found = imports_of("stack/**/*.py")
    assert [each for each in found if is_in(each[1], "pipeline", "tasks")] == []


@pytest.mark.parametrize(
    ("library", "boundary"),
    [("subprocess", "pipeline/shell.py"), ("boto3", "pipeline/aws.py")],
)
def test_a_boundary_is_one_module(library: str, boundary: str) -> None:
    """Rule 3: processes are started, and clients made, in one place each."""
    found = {path for path, name in imports_of("pipeline/**/*.py") if is_in(name, library)}
    assert found == {boundary}


def test_no_command_goes_through_a_shell() -> None:
    """Rule 3: commands are lists, so nothing in one is read as code."""
    words = ("shell=True", "os.system", "os.popen")
    found = [path for path in MODULES if any(word in path.read_text() for word in words)]
    assert found == []
