"""One tag for one image: all that decides an image decides its tag."""

import platform
import re
from dataclasses import replace

import pytest

from slipway import settings as known
from slipway.errors import ConfigurationError
from slipway.image import platforms, recipe
from slipway.image.recipe import Build, Recipe
from slipway.revision import Revision
from slipway.settings import Settings
from slipway.shell import Completed
from stack.options import declared

CLEAN = Recipe(Revision("a" * 40, "b" * 40), "python:3.14-slim", "linux/amd64")
DIRTY = replace(CLEAN, revision=replace(CLEAN.revision, dirty=True))
STAGING = {
    "STAGING_AWS_REGION": "eu-west-1",
    "STAGING_AWS_STACKNAME": "shop-staging",
    "STAGING_ECR_REPOSITORY": "registry.example/shop",
}


def test_a_tag_begins_with_the_commit() -> None:
    """COMMIT-HASH, COMMIT-dirty-HASH; with the mark of a suite both fit Docker's 128 characters."""
    assert re.fullmatch("a{40}-[0-9a-f]{12}", CLEAN.tag)
    assert re.fullmatch("a{40}-dirty-[0-9a-f]{12}", DIRTY.tag)
    sha256 = replace(DIRTY.revision, commit="a" * 64)
    assert len(replace(DIRTY, revision=sha256).tag + "-tested") <= 128


@pytest.mark.parametrize(
    "other",
    [
        replace(CLEAN, revision=replace(CLEAN.revision, tree="c" * 40)),
        replace(CLEAN, revision=replace(CLEAN.revision, commit="c" * 40)),
        replace(CLEAN, base="python:3.13-slim"),
        replace(CLEAN, platform="linux/arm64"),
        replace(CLEAN, build=Build(stage="final")),
        replace(CLEAN, build=Build(test_stage="checks")),
        replace(CLEAN, build=Build(dockerfile="app/Dockerfile")),
        replace(CLEAN, build=Build(context="app")),
        DIRTY,
    ],
)
def test_what_makes_another_image_makes_another_tag(other: Recipe) -> None:
    """Another tree, commit, base image, platform, Dockerfile, context or stage."""
    assert other.tag != CLEAN.tag


def test_what_only_describes_a_commit_is_not_in_its_tag() -> None:
    """A branch's name and a checkout's day do not make another image."""
    described = replace(CLEAN.revision, subject="a change", branch="main", committed=1)
    assert replace(CLEAN, revision=described).tag == CLEAN.tag


def test_an_environment_with_a_base_image_of_its_own_has_a_tag_of_its_own() -> None:
    """`invoke build`, and then a deploy to staging with STAGING_PYTHON_IMAGE: two bases."""
    variables = {**STAGING, "STACK_ARCHITECTURE": "x86_64"}
    built = recipe.of(known.resolve("local", variables), CLEAN.revision)
    deployed = recipe.of(known.resolve("staging", variables), CLEAN.revision)
    assert built.tag == deployed.tag
    own = {**variables, "STAGING_PYTHON_IMAGE": "python:3.13-slim"}
    assert recipe.of(known.resolve("staging", own), CLEAN.revision).tag != built.tag


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("x86_64", "linux/amd64"),
        ("AMD64", "linux/amd64"),
        ("aarch64", "linux/arm64"),
        ("arm64", "linux/arm64"),
    ],
)
def test_the_local_account_runs_what_this_machine_runs(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, machine: str, expected: str
) -> None:
    """Whatever the machine is called: by Linux, macOS or Windows."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert platforms.target(settings) == expected


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_an_environment_is_built_for_its_tasks_and_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    """From Apple Silicon to x86_64, and the other way; what is named holds everywhere."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert platforms.target(known.resolve("staging", STAGING)) == "linux/amd64"
    named = {**STAGING, "STACK_ARCHITECTURE": "arm64"}
    for environment in ("staging", "local"):
        assert platforms.target(known.resolve(environment, named)) == "linux/arm64"


def test_an_architecture_that_ecs_does_not_have_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """By its name, from the option and from a machine alike."""
    wrong = known.resolve("local", {"STACK_ARCHITECTURE": "riscv64"})
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    for each in (wrong, settings):
        with pytest.raises(ConfigurationError, match="'riscv64' is not x86_64 or arm64"):
            platforms.target(each)


def test_image_and_task_definition_agree_about_the_architecture() -> None:
    """The option's values and its default are those that the template reads."""
    (option,) = [each for each in declared() if each.metadata["name"] == platforms.OPTION]
    assert option.metadata["default"] == platforms.DEFAULT
    assert option.metadata["kind"] == tuple(platforms.PLATFORMS)


INSPECTED = """\
Name:          default
Driver:        docker
Last Activity: 2026-11-25 03:00:00 +0000 UTC

Nodes:
Name:             default
Endpoint:         default
Status:           running
BuildKit version: v0.12.5
Platforms:        linux/amd64*, linux/amd64/v2, linux/arm64, linux/386
"""


def test_emulated_platforms_are_read_from_buildx() -> None:
    """Preferred ones bear an asterisk; a builder that has not started lists none."""
    assert platforms.supported(INSPECTED) == {
        "linux/amd64",
        "linux/amd64/v2",
        "linux/arm64",
        "linux/386",
    }
    assert platforms.supported(INSPECTED.partition("Platforms")[0]) == set()


@pytest.mark.parametrize(
    ("own", "inspected", "wanted", "emulated"),
    [
        ("linux/amd64", "", "linux/amd64", False),
        ("linux/amd64", INSPECTED, "linux/arm64", True),
    ],
)
def test_a_platform_runs_as_it_is_or_emulated(
    monkeypatch: pytest.MonkeyPatch,
    own: str,
    inspected: str,
    wanted: str,
    emulated: bool,  # noqa: FBT001
) -> None:
    """Emulation is named, because a build is then slow."""
    monkeypatch.setattr(platforms, "run", answers(own, inspected))
    assert platforms.require(wanted) is emulated


def test_a_platform_that_cannot_run_here_is_refused_before_the_build(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 2, and what to do: an image that was never started is not pushed."""
    monkeypatch.setattr(platforms, "run", answers("linux/amd64", "Platforms: linux/amd64"))
    with pytest.raises(ConfigurationError, match=r"linux/arm64.*\n.*binfmt"):
        platforms.require("linux/arm64")


def answers(own: str, inspected: str) -> object:
    """Stand for shell.run, with an engine of this platform."""

    def run(command: list[str], **_: object) -> Completed:
        return Completed(tuple(command), 0, own if "version" in command else inspected)

    return run
