"""The build's argument list, and what is said when it fails."""

from dataclasses import replace
from pathlib import Path

import pytest

from slipway.docker import digests
from slipway.errors import Failed
from slipway.image import build
from slipway.image.recipe import Build, Recipe
from slipway.revision import Revision
from slipway.settings import Settings

REVISION = Revision(commit="c0ffee", tree="7ee" * 10)
RECIPE = Recipe(REVISION, "python:3.14-slim", "linux/amd64")
SOURCE = "https://gitlab.example/group/app"
DIGEST = "sha256:" + "b" * 64
FOLDER = Path("/scratch/context")
PLENTY = build.FULL_BYTES


@pytest.mark.parametrize(
    ("dockerfile", "context", "words"),
    [
        ("Dockerfile", ".", ["/export"]),
        ("app/Dockerfile", "app", ["/export/app"]),
        ("app/Dockerfile.prod", "app", ["--file", "/export/app/Dockerfile.prod", "/export/app"]),
        ("deploy/Dockerfile", ".", ["--file", "/export/deploy/Dockerfile", "/export"]),
    ],
)
def test_a_dockerfile_may_be_anywhere(dockerfile: str, context: str, words: list[str]) -> None:
    """Beside its context or not; docker finds one of the usual name in the context itself."""
    own = replace(RECIPE, build=Build(dockerfile=dockerfile, context=context))
    assert build.place(own, Path("/export")) == words


def test_an_image_of_the_engine_is_built_without_a_registry() -> None:
    """The whole list: one manifest, one tag, the labels' values, and no cache elsewhere."""
    words = build.command(RECIPE, "slipway/app", FOLDER, source=SOURCE, base=DIGEST)
    assert words == [
        *("docker", "buildx", "build", "--target", "runtime", "--platform", "linux/amd64"),
        *("--load", "--provenance=false", "--tag", f"slipway/app:{RECIPE.tag}"),
        *("--build-arg", "PYTHON_IMAGE=python:3.14-slim"),
        *("--build-arg", "REVISION=c0ffee"),
        *("--build-arg", f"SOURCE={SOURCE}"),
        *("--label", "org.opencontainers.image.base.name=python:3.14-slim"),
        *("--label", f"org.opencontainers.image.base.digest={DIGEST}"),
        "/scratch/context",
    ]


def test_a_base_image_of_unknown_digest_has_no_label_of_it() -> None:
    """An empty label would say something that nobody knows."""
    words = build.command(RECIPE, "slipway/app", FOLDER, source=SOURCE, base="")
    assert not [word for word in words if "base.digest" in word]


def test_an_image_of_a_registry_keeps_its_layers_there() -> None:
    """The next machine finds every stage's layers; a cache that cannot be written fails nothing."""
    words = build.command(RECIPE, "registry.example/app", FOLDER, source=SOURCE, base=DIGEST)
    cached = "type=registry,ref=registry.example/app:cache"
    cache = [
        "--cache-from",
        cached,
        "--cache-to",
        f"{cached},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true",
    ]
    assert build.cache_options("registry.example/app") == cache
    own = build.command(RECIPE, "slipway/app", FOLDER, source=SOURCE, base=DIGEST)
    at = own.index(f"slipway/app:{RECIPE.tag}")
    assert words == [*own[:at], f"registry.example/app:{RECIPE.tag}", *cache, *own[at + 1 :]]


def test_a_dirty_tree_is_built_under_its_own_name() -> None:
    """Neither the tag nor the label says that it is the commit."""
    recipe = replace(RECIPE, revision=replace(REVISION, dirty=True))
    words = build.command(recipe, "slipway/app", FOLDER, source="", base="")
    assert f"slipway/app:{recipe.tag}" in words
    assert recipe.tag.startswith("c0ffee-dirty-")
    assert "REVISION=c0ffee-dirty-7ee7ee7ee7ee" in words


def test_a_base_image_that_nothing_knows_does_not_stop_a_build(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The label is left out; where the base cannot be pulled, BuildKit says it."""

    def silent(*_: object, **__: object) -> None:
        raise Failed("no answer")

    monkeypatch.setattr(digests, "in_engine", lambda _: None)
    monkeypatch.setattr(digests, "in_registry", silent)
    assert build.base_digest("python:3.14-slim") == ""
    monkeypatch.setattr(digests, "in_engine", lambda _: DIGEST)
    assert build.base_digest("python:3.14-slim") == DIGEST


def test_no_setting_that_is_secret_is_in_the_arguments(staging: Settings) -> None:
    """A build argument stays in the image's history: what a build is given has no secret."""
    full = replace(staging, session_token="hush-a", registry_password="hush-b")
    recipe = Recipe(REVISION, full.python_image, "linux/amd64")
    words = " ".join(build.command(recipe, full.image_repository, FOLDER, source="", base=""))
    assert "hush" not in words
    assert "secret of the test" not in words


@pytest.mark.parametrize(
    ("free", "message", "hint"),
    [
        (PLENTY, "the build failed; see BuildKit's output above", build.AGAIN),
        (
            PLENTY - 1,
            "the build failed: the disk is full",
            "docker builder prune, then run the same command again",
        ),
    ],
)
def test_a_failed_build_says_why(free: int, message: str, hint: str) -> None:
    """A full disk is recognized by the space that is left."""
    explained = build.explain_failure(free)
    assert (explained.what, explained.hint, explained.exit_code) == (message, hint, 1)
