"""The server as a whole: what it reaches into, what it needs, and that it runs once."""

import ast
import importlib
import sys
from pathlib import Path

import pytest

from slipway.emulator import names, server

FOLDER = Path(server.__file__).parent
PARTS = tuple(path.stem for path in FOLDER.glob("[!_]*.py"))
# What MiniStack brings, and what of Slipway needs nothing but Python itself.
BESIDE = {"botocore", "docker", "ministack"}
ALLOWED = {*PARTS, "fargate_sizes", "local_key"}
NEEDED = [(module, name) for module, needed in names.NEEDED.items() for name in needed]


def private_names(tree: ast.Module) -> set[str]:
    """Find each private name of a module of MiniStack that a module mentions."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("ministack"):
            modules.update({each.name: f"{node.module}.{each.name}" for each in node.names})
    return {
        f"{modules[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
        and node.attr.startswith("_")
    }


def test_every_private_name_is_asked_for_at_the_start() -> None:
    """A MiniStack in which one has moved is refused by name, and not found out later."""
    used: set[str] = set()
    for part in PARTS:
        used |= private_names(ast.parse((FOLDER / f"{part}.py").read_text()))

    assert used == {f"{module}.{name}" for module, name in NEEDED}


def test_the_pinned_ministack_has_every_one_of_them() -> None:
    """Otherwise the server would not start."""
    assert names.missing() == []


@pytest.mark.parametrize(("module", "name"), NEEDED)
def test_a_server_does_not_start_with_a_ministack_that_lacks_one(
    monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    """It says which, before it replaces anything."""
    with monkeypatch.context() as moved:
        moved.delattr(importlib.import_module(module), name)
        moved.setattr(server, "loopback", None)

        with pytest.raises(SystemExit, match=f"lacks {module}.{name}$"):
            server.main()


def test_no_part_needs_what_its_environment_lacks() -> None:
    """Of Slipway it imports its own parts alone, and nothing that they would have to bring."""
    for part in PARTS:
        for node in ast.walk(ast.parse((FOLDER / f"{part}.py").read_text())):
            if isinstance(node, ast.ImportFrom):
                top = str(node.module).partition(".")[0]
                assert top in {*sys.stdlib_module_names, *BESIDE, "slipway"}
                if top == "slipway":
                    of_module = {str(node.module).rpartition(".")[2]}
                    names = of_module & ALLOWED or {each.name for each in node.names}
                    assert names <= ALLOWED


def test_a_second_server_of_an_account_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the number of the first stays where it is looked for."""
    kept = tmp_path / "pid"
    monkeypatch.setenv("SLIPWAY_PID_FILE", str(kept))

    with server.alone():
        number = kept.read_text()
        with pytest.raises(SystemExit, match="runs already"), server.alone():
            pytest.fail("it runs")

    assert kept.read_text() == number
