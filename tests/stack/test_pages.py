"""The drawing that the pages show is that of today's stack."""

from pathlib import Path

import pytest

from slipway.templates import diagram, options
from stack.services import application
from tests.stack.environments import VARIABLES

DRAWING = Path(__file__).parents[2] / "docs" / "stack.svg"


def test_the_drawing_of_the_pages_is_up_to_date(pytestconfig: pytest.Config) -> None:
    """A resource that is new is drawn there, too; --golden renews the drawing."""
    chosen = options.read("staging", VARIABLES["staging"])
    drawn = diagram.draw(application.template, chosen, "svg")
    if pytestconfig.getoption("--golden"):
        DRAWING.write_text(drawn)
    assert drawn == DRAWING.read_text(), "if it is meant: --golden"
