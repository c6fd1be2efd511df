"""What is tested is what ships."""

from pathlib import Path

import pytest

from slipway.bare_engine import debian_images
from slipway.errors import Failed
from slipway.events import Event, Note
from slipway.image import suite, suite_parts
from slipway.image.recipe import Recipe
from slipway.revision import Revision

RECIPE = Recipe(Revision("c0ffee", "7ee"), "python:3.14-slim", "linux/arm64")
FOLDER = Path("/scratch/context")


def test_the_suite_is_built_on_the_finished_image() -> None:
    """The whole list: the runtime image is named, not built again; the context is the tree."""
    words = suite.build_command(RECIPE, "slipway/app", "slipway/app:c0ffee", "suite:1", FOLDER)
    assert words == [
        *("docker", "buildx", "build", "--target", "test", "--platform", "linux/arm64"),
        *("--load", "--provenance=false", "--tag", "suite:1"),
        *("--build-arg", "PYTHON_IMAGE=python:3.14-slim"),
        *("--build-arg", "RUNTIME=slipway/app:c0ffee"),
        "/scratch/context",
    ]


def test_the_suite_of_a_shared_image_finds_the_build_s_layers() -> None:
    """On an empty engine the application's packages are not installed a second time."""
    by_digest = "registry.example/app@sha256:1"
    words = suite.build_command(RECIPE, "registry.example/app", by_digest, "suite:1", FOLDER)
    at = words.index("--cache-from")
    assert words[at + 1] == "type=registry,ref=registry.example/app:cache"
    assert "--cache-to" not in words


@pytest.mark.parametrize("tested", [["a", "b"], ["a", "b", "c"]])
def test_layers_on_top_are_allowed(tested: list[str]) -> None:
    """The suite's own layers come after all that ship."""
    suite.require_prefix(["a", "b"], tested)


@pytest.mark.parametrize(
    ("shipped", "tested"),
    [
        (["a", "b"], ["a", "x", "c"]),
        (["a", "b"], ["x", "a", "b"]),
        (["a", "b"], ["a"]),
        (["a", "b"], []),
        ([], ["a"]),
    ],
)
def test_another_image_is_refused(shipped: list[str], tested: list[str]) -> None:
    """A layer that differs, precedes or lacks makes it another image; so does not to know any."""
    with pytest.raises(Failed, match="the tested image is not built on"):
        suite.require_prefix(shipped, tested)


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("slipway/postgres:17", "never"),
        ("slipway/suite:1", "never"),
        ("postgres:17", "missing"),
        ("registry.example/slipway/postgres:17", "missing"),
    ],
)
def test_a_name_that_only_this_machine_gives_is_never_pulled(image: str, policy: str) -> None:
    """On Docker Hub it is somebody else's, who would be handed the database."""
    assert suite_parts.pull_policy(image) == policy
    assert suite_parts.OWN_PREFIX == debian_images.OWN_PREFIX


@pytest.fixture
def notes() -> list[Event]:
    """What is shown."""
    return []


def test_a_report_is_kept(
    notes: list[Event], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As bytes, in a folder that is made for it."""
    monkeypatch.chdir(tmp_path)
    suite.keep_report(b"<testsuites/>", notes.append)
    assert suite.JUNIT.read_bytes() == b"<testsuites/>"
    assert notes == []


def test_a_report_that_cannot_be_kept_is_a_warning(
    notes: list[Event], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`build` is a file, or the checkout is read-only: the suite has passed all the same."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "build").touch()
    suite.keep_report(b"<testsuites/>", notes.append)
    assert notes == [Note("warning: the report build/junit.xml cannot be written: File exists")]
