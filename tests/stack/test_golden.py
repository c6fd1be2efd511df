"""The golden files: every template as it was when somebody last looked at it."""

import difflib
import json
from pathlib import Path

import pytest

from tests.stack.environments import FUNCTIONS, VARIABLES, body

GOLDEN = Path(__file__).with_name("golden")
NAMES = [(environment, stack) for environment in VARIABLES for stack in FUNCTIONS]
# More than this of a difference is better read in git's.
LINES = 80


def text(environment: str, stack: str) -> str:
    """Render a template as it stands in its file."""
    return json.dumps(body(environment, stack), indent=1, sort_keys=True) + "\n"


def difference(file: Path, now: str) -> str:
    """Show in which lines a template is not as its file has it."""
    before = file.read_text() if file.exists() else ""
    lines = list(
        difflib.unified_diff(before.splitlines(), now.splitlines(), "was", "is", n=2, lineterm="")
    )
    left = [f"and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
    return "\n".join([*lines[:LINES], *left])


@pytest.mark.parametrize(("environment", "stack"), NAMES)
def test_a_template_is_as_it_was(
    environment: str, stack: str, request: pytest.FixtureRequest
) -> None:
    """A change of a template is seen, in the test and in the diff of its file."""
    file = GOLDEN / f"{environment}-{stack}.json"
    now = text(environment, stack)
    if request.config.getoption("--golden", default=False):
        file.write_text(now)
    if changed := difference(file, now):
        meant = "If that is meant: nox -s stack -- --golden, and read git's diff."
        pytest.fail(f"{file.name} has changed:\n{changed}\n{meant}", pytrace=False)


def test_there_is_no_file_of_an_environment_that_is_gone() -> None:
    """Checkov looks at the files, so each of them is of a template."""
    expected = {f"{environment}-{stack}.json" for environment, stack in NAMES}
    assert {each.name for each in GOLDEN.iterdir()} == expected


def test_a_difference_is_shown_by_its_lines(tmp_path: Path) -> None:
    """What was, what is, and what stands around it; not the whole of both."""
    file = tmp_path / "staging-application.json"
    file.write_text("".join(f"{number}\n" for number in range(100)))
    assert difference(file, file.read_text()) == ""
    shown = difference(file, file.read_text().replace("50\n", "fifty\n")).splitlines()
    assert shown == [
        "--- was",
        "+++ is",
        "@@ -49,5 +49,5 @@",
        " 48",
        " 49",
        "-50",
        "+fifty",
        " 51",
        " 52",
    ]


def test_a_large_difference_is_cut(tmp_path: Path) -> None:
    """A new template, which has no file, is one large difference."""
    shown = difference(tmp_path / "new.json", "line\n" * 500).splitlines()
    assert len(shown) == LINES + 1
    assert shown[-1] == f"and {500 + 3 - LINES} more lines"
