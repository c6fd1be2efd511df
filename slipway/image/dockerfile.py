"""What Slipway needs of a Dockerfile: the stage that is deployed, and the stage of its tests."""

import re
from dataclasses import dataclass
from pathlib import Path

from slipway.errors import ConfigurationError
from slipway.image.recipe import Recipe

# https://docs.docker.com/reference/dockerfile/#from
FROM = re.compile(
    r"^[ \t]*FROM[ \t]+(?:--platform=\S+[ \t]+)?(\S+)(?:[ \t]+AS[ \t]+(\S+))?",
    re.IGNORECASE | re.MULTILINE,
)
ARGUMENT = re.compile(r"^[ \t]*ARG[ \t]+(.*[ \t])?RUNTIME\b", re.IGNORECASE | re.MULTILINE)
RUNTIME = re.compile(r"\$RUNTIME\b|\$\{RUNTIME(:-[^}]*)?\}")
CONTINUED = re.compile(r"\\[ \t]*\n")


@dataclass(frozen=True)
class Stages:
    """The stages of a Dockerfile: name -> the image that each begins from.

    `has_argument` says whether RUNTIME is declared before the first of them.
    """

    bases: dict[str, str]
    has_argument: bool


def parse(text: str) -> Stages:
    """Read the stages of a Dockerfile; names count in lower case, as BuildKit has them."""
    whole = CONTINUED.sub(" ", text)
    first = FROM.search(whole)
    head = whole[: first.start()] if first else whole
    bases = {name.lower(): base for base, name in FROM.findall(whole) if name}
    return Stages(bases, ARGUMENT.search(head) is not None)


def require(folder: Path, recipe: Recipe) -> None:
    """Raise ConfigurationError for a folder whose Dockerfile lacks a stage, with what to add."""
    build = recipe.build
    try:
        stages = parse((folder / build.dockerfile).read_text(encoding="utf-8", errors="replace"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        what = f"the revision has no file {build.dockerfile}"
        hint = "commit one, or set IMAGE_DOCKERFILE; docs/adopt.md has its contract"
        raise ConfigurationError(what, hint=hint) from None
    named = ", ".join(stages.bases) or "none with a name"
    if build.stage.lower() not in stages.bases:
        raise ConfigurationError(
            f"the Dockerfile has no stage {build.stage}; its stages: {named}",
            hint=f"name the stage that is deployed: FROM ... AS {build.stage}; or set IMAGE_STAGE",
        )
    base = stages.bases.get(build.test_stage.lower(), "")
    if not (stages.has_argument and RUNTIME.search(base)):
        raise ConfigurationError(
            f"the Dockerfile has no stage {build.test_stage} on top of the finished image",
            hint=f"add before the first FROM: ARG RUNTIME={build.stage}\n"
            f"and at the end: FROM ${{RUNTIME}} AS {build.test_stage}\n"
            "with what the tests need below it; or set TEST_STAGE",
        )
