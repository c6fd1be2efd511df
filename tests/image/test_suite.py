"""What is tested is what ships."""

import pytest

from pipeline.errors import Failed
from pipeline.image import suite
from pipeline.settings import Settings


def test_the_suite_is_built_on_the_finished_image(settings: Settings) -> None:
    """The whole list: the runtime image is named, not built again."""
    made = suite.build_command(settings, "registry.example/app@sha256:1", "slipway/suite:c0ffee")
    assert made == [
        *("docker", "buildx", "build", "--target", "test"),
        *("--load", "--provenance=false", "--tag", "slipway/suite:c0ffee"),
        *("--build-arg", "PYTHON_IMAGE=python:3.14-slim"),
        *("--build-arg", "RUNTIME=registry.example/app@sha256:1"),
        ".",
    ]


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
    with pytest.raises(Failed, match="what was tested is not what ships"):
        suite.require_prefix(shipped, tested)
