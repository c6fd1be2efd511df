"""The build's argument list, and what is said when it fails."""

from dataclasses import replace

import pytest

from pipeline.image import build
from pipeline.revision import Revision
from pipeline.settings import Settings

REVISION = Revision("c0ffee")
SOURCE = "https://gitlab.example/group/app"
PLENTY = build.FULL_BYTES


def test_an_image_of_the_engine_is_built_without_a_registry(settings: Settings) -> None:
    """The whole list: one manifest, one tag, the labels' values, and no cache elsewhere."""
    assert build.command(settings, REVISION, SOURCE) == [
        *("docker", "buildx", "build", "--target", "runtime"),
        *("--load", "--provenance=false", "--tag", "slipway/app:c0ffee"),
        *("--build-arg", "PYTHON_IMAGE=python:3.14-slim"),
        *("--build-arg", "REVISION=c0ffee"),
        *("--build-arg", f"SOURCE={SOURCE}"),
        ".",
    ]


def test_an_image_of_a_registry_keeps_its_layers_there(settings: Settings) -> None:
    """The next machine finds the layers of every stage beside the image."""
    shared = replace(settings, image_repository="registry.example/app")
    made = build.command(shared, REVISION, SOURCE)
    cache = build.cache_options("registry.example/app")
    cached = "type=registry,ref=registry.example/app:cache"
    assert cache == [
        "--cache-from",
        cached,
        "--cache-to",
        f"{cached},mode=max,image-manifest=true,oci-mediatypes=true",
    ]
    own = build.command(settings, REVISION, SOURCE)
    at = own.index("slipway/app:c0ffee")
    assert made == [*own[:at], "registry.example/app:c0ffee", *cache, *own[at + 1 :]]


def test_a_dirty_tree_is_built_under_its_own_name(settings: Settings) -> None:
    """Neither the tag nor the label says that it is the commit."""
    made = build.command(settings, Revision("c0ffee", "badc0de" * 5), "")
    assert "slipway/app:c0ffee-dirty-badc0debadc0" in made
    assert "REVISION=c0ffee-dirty-badc0debadc0" in made


def test_no_setting_that_is_secret_is_in_the_arguments(staging: Settings) -> None:
    """A build argument stays in the image's history."""
    full = replace(staging, session_token="hush-a", registry_password="hush-b")
    made = " ".join(build.command(full, REVISION, SOURCE))
    assert "hush" not in made
    assert "secret of the test" not in made


@pytest.mark.parametrize(
    ("free", "message", "hint"),
    [
        (PLENTY, "the build failed; BuildKit says why above", build.AGAIN),
        (PLENTY - 1, "the build failed: the disk is full", "docker builder prune, then again"),
    ],
)
def test_a_failed_build_says_why(free: int, message: str, hint: str) -> None:
    """A full disk is told apart from a fault in the Dockerfile by the room that is left."""
    explained = build.explain(free)
    assert (explained.what, explained.hint, explained.exit_code) == (message, hint, 1)
