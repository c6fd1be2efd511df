"""A hint leads somewhere: every command that a message names exists, with its options."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import tasks

ROOT = Path(__file__).parents[1]
MODULES = [*sorted(ROOT.glob("slipway/**/*.py")), *sorted(ROOT.glob("stack/**/*.py"))]
TASK = re.compile(
    r"\binvoke ((?:local\.|stack\.|review\.|secrets\.)?[a-z_]+)((?: --[a-z-]+(?: [A-Z{}/]+)?)*)"
)
# "invoke" as a verb of a sentence.
PROSE = {"finds", "itself", "is", "that", "knows", "makes", "was", "and", "prints"}


@cache
def texts(path: Path) -> list[str]:
    """List the string literals of a module, without its docstrings; {} stands for a value."""
    return list(_texts(ast.parse(path.read_text())))


def _texts(module: ast.Module) -> Iterator[str]:
    docstrings = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    parts = {
        id(part)
        for node in ast.walk(module)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        if isinstance(node, ast.Constant) and id(node) not in docstrings | parts:
            yield str(node.value)


@cache
def commands() -> list[tuple[str, str, tuple[str, ...]]]:
    """List every `invoke TASK --option` in a message: module, task, options."""
    return [
        (str(path.relative_to(ROOT)), name, tuple(re.findall(r"--([a-z-]+)", options)))
        for path in MODULES
        for text in texts(path)
        for name, options in TASK.findall(text)
        if name not in PROSE
    ]


def options(name: str) -> set[str]:
    """List the options of a task, from its body: asking the task would take their help away."""
    return {
        each.replace("_", "-") for each in inspect.signature(tasks.namespace[name].body).parameters
    }


def test_there_are_hints_to_look_at() -> None:
    """The tests below look at something: a literal, and one with a value in it."""
    named = {name for _, name, _ in commands()}
    assert {"deploy", "bootstrap", "recover", "local.up", "logs", "status"} <= named
    assert any("env" in options for _, _, options in commands())


@pytest.mark.parametrize(("module", "name", "named"), sorted(set(commands())), ids=str)
def test_a_command_in_a_message_exists(module: str, name: str, named: tuple[str, ...]) -> None:
    """No hint leads nowhere."""
    assert name in tasks.namespace.task_names, module
    assert set(named) <= options(name), module


def test_an_option_alone_is_one_of_deploy_or_push() -> None:
    """A hint such as "or add: --untested" completes the command that was typed."""
    known = options("deploy") | options("push") | options("local.down")
    alone = [
        flag
        for path in MODULES
        for text in texts(path)
        for flag in re.findall(r"(?:add|back|same|it): --([a-z-]+)", text)
    ]
    assert alone
    assert set(alone) <= known
