"""The pages that a user reads: every command in them exists, and some test has run it."""

import ast
import re
import shlex
from pathlib import Path

import pytest

import tasks
from stack import options as stack_options
from tests.stack.environments import VARIABLES, body
from tests.test_tasks import arguments

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
STORIES = sorted(ROOT.glob("tests/rehearsal/test_*.py"))
TASKS = set(tasks.namespace.task_names)


def code_of(page: Path) -> list[str]:
    """List what stands in a page as code: inline, and in blocks."""
    text = page.read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [*blocks, *re.findall(r"`([^`\n]+)`", text)]


def commands_of(page: Path, program: str) -> list[list[str]]:
    """List the words that follow `program` in a page's commands, command by command."""
    lines = [line for code in code_of(page) for line in re.split(r"\n|&&", code)]
    words = [shlex.split(line) for line in lines if line.split()[:1] == [program]]
    return [each[1:] for each in words if each[1:]]


def sessions() -> set[str]:
    """List the sessions of noxfile.py, and those of this repository."""
    functions = [
        node
        for name in ("noxfile.py", "tests/slipway_sessions.py")
        for node in ast.parse((ROOT / name).read_text()).body
        if isinstance(node, ast.FunctionDef)
    ]
    return {each.name for each in functions if "nox.session" in ast.unparse(each.decorator_list[0])}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_task_that_a_page_names_exists(page: Path) -> None:
    """With each of its options; words in capitals stand for a user's own."""
    for words in commands_of(page, "invoke"):
        names = [word for word in words if word.strip("-") in TASKS]
        if words[0] in {"--help", "--list", "<stage>"}:
            continue
        assert names, words
        known = {flag for name in names for each in options(name) for flag in each}
        given = {word for word in words if word.startswith("--")}
        assert given <= known, words


def options(name: str) -> list[list[str]]:
    """List the flags of a task, as they are typed."""
    return [[f"--{flag.replace('_', '-')}" for flag in each.names] for each in arguments(name)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_session_that_a_page_names_exists(page: Path) -> None:
    """After -s stand sessions and nothing else."""
    for words in commands_of(page, "nox"):
        assert words[0] == "-s"
        assert set(words[1:]) <= sessions(), words


def test_every_session_is_explained() -> None:
    """CONTRIBUTING explains what each of them runs."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `nox -s")]
    assert {name for name in sessions() if any(re.search(rf"\b{name}\b", row) for row in rows)} == (
        sessions()
    )


def test_the_readme_s_two_commands_are_run() -> None:
    """The rehearsal takes one from the page itself; the other is what .ci/run takes from it."""
    assert 'command_of_readme("deploy")' in STORIES[-1].read_text()
    marked = re.findall(r"<!-- (\w+) -->\n```sh\n", (ROOT / "README.md").read_text())
    assert marked == ["deploy", "test"]
    assert "<!-- test -->" in (ROOT / ".ci" / "run").read_text()


def test_every_parameter_of_the_stack_is_explained() -> None:
    """Whatever the options: docs/stack.md has a row for it."""
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "stack.md").read_text(), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    used = {each for name in VARIABLES for each in body(name, "application")["Parameters"]}
    assert used - named == set()


def test_every_option_of_the_stack_has_its_cost_and_its_reason() -> None:
    """docs/stack.md has a row for each, with the default that the code has, and no other row."""
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (?:`([^`]+)`)? ?\| ([^|]+) \| ([^|]+) \|$",
        (ROOT / "docs" / "stack.md").read_text(),
        re.MULTILINE,
    )
    assert {name: default for name, default, _, _ in rows} == {
        each.metadata["name"]: each.metadata["default"] for each in stack_options.declared()
    }
    assert all(cost.strip() and reason.strip() for _, _, cost, reason in rows)


def test_every_rule_that_is_cited_is_in_contributing() -> None:
    """A citation is by the number there."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rules = set(re.findall(r"^(\d+)\. \*\*", text, re.MULTILINE))
    files = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("s[lt]*/**/*.py"), ROOT / "pyproject.toml"]
    cited = {n for each in files for n in re.findall(r"\b[Rr]ule (\d+)\b", each.read_text())}
    assert cited
    assert cited <= rules
