"""A Dockerfile of one's own: its stages, and what is said when one is missing."""

from dataclasses import replace
from pathlib import Path

import pytest

from slipway.errors import ConfigurationError
from slipway.image import dockerfile
from slipway.image.recipe import Build, Recipe
from slipway.revision import Revision

ROOT = Path(__file__).parents[2]
RECIPE = Recipe(Revision("a" * 40, "b" * 40), "python:3.14-slim", "linux/amd64")
OWN = replace(RECIPE, build=Build(stage="Final", test_stage="checks"))
GOOD = """\
# syntax is the engine's own
ARG RUNTIME=final
from --platform=$BUILDPLATFORM node:24 as assets
FROM python:3.14-slim \\
    AS final
COPY --from=assets /x /x
FROM $RUNTIME AS checks
"""


def refusal(folder: Path, text: str, recipe: Recipe = OWN) -> ConfigurationError:
    """Return the error that a Dockerfile ends with."""
    (folder / "Dockerfile").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        dockerfile.require(folder, recipe)
    return caught.value


def test_the_example_s_own_is_right() -> None:
    """With the default names of the stages."""
    dockerfile.require(ROOT, RECIPE)


def test_every_way_to_write_a_stage_is_read(tmp_path: Path) -> None:
    """Lower case, a platform, a line that goes on, several arguments in one instruction."""
    (tmp_path / "Dockerfile").write_text(GOOD.replace("ARG RUNTIME", "ARG PYTHON=3 RUNTIME"))
    dockerfile.require(tmp_path, OWN)
    (tmp_path / "Dockerfile").write_text(GOOD)
    dockerfile.require(tmp_path, OWN)
    assert dockerfile.parse(GOOD).bases == {
        "assets": "node:24",
        "final": "python:3.14-slim",
        "checks": "$RUNTIME",
    }


def test_another_file_is_read_where_it_is_named(tmp_path: Path) -> None:
    """By its path in the repository."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "web.Dockerfile").write_text(GOOD)
    build = replace(OWN.build, dockerfile="deploy/web.Dockerfile")
    dockerfile.require(tmp_path, replace(OWN, build=build))


def test_no_dockerfile_is_said(tmp_path: Path) -> None:
    """It may be there, and not committed."""
    with pytest.raises(ConfigurationError, match="the revision has no file Dockerfile") as caught:
        dockerfile.require(tmp_path, OWN)
    assert "commit" in caught.value.hint


def test_a_stage_that_is_missing_is_named_with_those_that_exist(tmp_path: Path) -> None:
    """And the setting that takes another."""
    error = refusal(tmp_path, GOOD, RECIPE)
    assert error.what == "the Dockerfile has no stage runtime; its stages: assets, final, checks"
    assert "IMAGE_STAGE" in error.hint
    assert "none with a name" in refusal(tmp_path, "FROM python:3.14-slim\n").what


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("FROM $RUNTIME AS checks\n", ""),
        GOOD.replace("$RUNTIME", "final"),
        GOOD.replace("$RUNTIME", "$RUNTIMES"),
        GOOD.replace("ARG RUNTIME=final\n", ""),
        GOOD.replace("ARG RUNTIME=final\n", "").replace("COPY", "ARG RUNTIME=final\nCOPY"),
    ],
)
def test_tests_that_are_not_on_top_of_the_image_are_refused(tmp_path: Path, text: str) -> None:
    """What would be tested would not be what ships; the lines to add are shown."""
    error = refusal(tmp_path, text)
    assert error.what == "the Dockerfile has no stage checks on top of the finished image"
    assert "ARG RUNTIME=Final" in error.hint
    assert "FROM ${RUNTIME} AS checks" in error.hint
