"""The rooms of the house, and what each may import: one table."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GROUND = (
    *("errors", "events", "fargate_sizes", "file_errors", "local_key"),
    *("polling", "results", "revision", "stages", "template", "together"),
)
MACHINE = (*GROUND, "settings", "shell")
SERVICES = (*MACHINE, "aws", "docker", "git")
ROOMS = ("image", "local", "release")
# Room or module of slipway/ -> what it may import of slipway/, beside itself.
MAY_IMPORT = {
    **dict.fromkeys(GROUND, GROUND),
    "settings": GROUND,
    "shell": GROUND,
    **dict.fromkeys(("aws", "docker", "git"), MACHINE),
    **dict.fromkeys(ROOMS, SERVICES),
    "templates": SERVICES,
    "view": ("events", "results", "revision"),
    "explanation": (*GROUND, "aws"),
    "doctor": (*SERVICES, *ROOMS, "templates", "explanation"),
    "cli": (*SERVICES, *ROOMS, "templates", "view", "explanation", "doctor"),
    # Programs of their own: no other room imports them.
    "bare_engine": (*MACHINE, "docker"),
    "emulator": ("fargate_sizes", "local_key"),
}
COSTLY = {"boto3", "botocore", "troposphere", "awacs", "rich", "gitlab"}
# Every module of these needs such a library, so they are imported inside what needs them.
EXEMPT = ("emulator", "stack", "diagram")
MODULES = sorted((ROOT / "slipway").glob("**/*.py")) + sorted((ROOT / "stack").glob("**/*.py"))


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


def at_run_time(source: ast.AST) -> Iterator[str]:
    """List what code imports when it runs: in functions too, and not for types."""
    for node in ast.iter_child_nodes(source):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from at_run_time(node)
    if isinstance(source, ast.Import | ast.ImportFrom):
        yield from imported(source)


def room_of(path: Path) -> str:
    """Return the room of a module of slipway/, or the module's own name on the ground."""
    return path.relative_to(ROOT / "slipway").with_suffix("").parts[0]


@cache
def parsed(path: Path) -> ast.Module:
    """Read a module."""
    return ast.parse(path.read_text())


@cache
def imports_of(pattern: str) -> list[tuple[Path, str]]:
    """List every import in files, with the file that it is in."""
    files = sorted(ROOT.glob(pattern))
    assert files
    return [(path, name) for path in files for name in imported(parsed(path))]


def relative(path: Path) -> str:
    """Write a path as a reader of the repository does."""
    return str(path.relative_to(ROOT))


def test_every_room_is_in_the_table() -> None:
    """A new room has its line, and a line has its room."""
    rooms = {room_of(path) for path in (ROOT / "slipway").glob("**/*.py")} - {"__init__"}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_what_the_table_allows(room: str) -> None:
    """Imports go down; neighbours do not know each other; imports for types count."""
    allowed = {room, *MAY_IMPORT[room]}
    wrong = [
        f"{relative(path)} imports {name}"
        for path, name in imports_of("slipway/**/*.py")
        if room_of(path) == room and name.partition(".")[0] == "slipway"
        if name.split(".")[1] not in allowed
    ]
    assert wrong == []


def test_the_templates_are_reached_through_one_door() -> None:
    """Only slipway/templates imports stack/."""
    found = {room_of(path) for path, name in imports_of("slipway/**/*.py") if is_of(name, "stack")}
    assert found == {"templates"}


def test_the_stack_stands_alone() -> None:
    """The templates can be read, and replaced, without Slipway."""
    found = imports_of("stack/**/*.py")
    assert [each for each in found if is_of(each[1], "slipway", "tasks")] == []


@pytest.mark.parametrize(("one", "other"), [("tests", "bench"), ("bench", "tests")])
def test_what_proves_and_what_measures_do_not_know_each_other(one: str, other: str) -> None:
    """Either can change, or go, without the other."""
    found = imports_of(f"{one}/**/*.py")
    assert [(relative(path), name) for path, name in found if is_of(name, other)] == []


def test_no_module_imports_a_later_one_in_a_circle() -> None:
    """Each module can be read after those that it imports."""
    waiting = {name_of(path): own_imports(path) for path in MODULES}
    while ready := {name for name, needed in waiting.items() if not needed & set(waiting) - {name}}:
        waiting = {name: needed for name, needed in waiting.items() if name not in ready}
    assert waiting == {}


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_imports_nothing_costly(path: Path) -> None:
    """Rule 6: what takes long to import is imported inside what needs it."""
    if set(EXEMPT) & set(path.relative_to(ROOT).parts):
        return
    found = at_import(parsed(path))
    assert [name for name in found if name.partition(".")[0] in COSTLY] == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_the_stubs_of_aws_are_for_the_type_checker_alone(path: Path) -> None:
    """Who uses Slipway does not have them: they are requirements of the checks."""
    found = at_run_time(ast.parse(path.read_text()))
    assert [name for name in found if name.startswith("types_boto3")] == []


@pytest.mark.parametrize(
    ("library", "boundary"),
    [("subprocess", "slipway/shell.py"), ("boto3", "slipway/aws/session.py")],
)
def test_a_boundary_is_one_module(library: str, boundary: str) -> None:
    """Rule 3: processes are started, and clients made, in one place each."""
    found = {relative(path) for path, name in imports_of("slipway/**/*.py") if is_of(name, library)}
    assert found == {boundary}


def test_only_a_view_prints() -> None:
    """Verbs say events and return values; the others print what no event can carry."""
    prints = {
        relative(path)
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    }
    assert prints == {
        "slipway/aws/calls.py",  # a call that AWS lets wait, from its own thread
        "slipway/cli/sessions.py",  # the error of a session, where nox prints none
        "slipway/cli/task.py",  # a document that a task returns
        "slipway/view/console.py",
        "slipway/view/gitlab.py",
    }


def test_no_command_goes_through_a_shell() -> None:
    """Rule 3: commands are lists, so nothing in one is read as code."""
    words = ("shell=True", "os.system", "os.popen")
    found = [path for path in MODULES if any(word in path.read_text() for word in words)]
    assert found == []


def is_of(name: str, *packages: str) -> bool:
    """Whether an imported name is a package's."""
    return any(name == each or name.startswith(f"{each}.") for each in packages)


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def names() -> set[str]:
    """List the modules of this repository."""
    return {name_of(each) for each in MODULES}


def own_imports(path: Path) -> set[str]:
    """List the modules of this repository that a module needs when it is imported itself."""
    found = at_import(parsed(path))
    known = names()
    return {name if name in known else name.rpartition(".")[0] for name in found} & known
