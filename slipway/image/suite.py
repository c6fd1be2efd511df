"""The suite, run inside the image that ships, against a real Postgres."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

from slipway.docker.names import is_remote
from slipway.errors import Failed
from slipway.events import Note, Say
from slipway.image import build, context, locks, store, suite_parts, verdict
from slipway.image.recipe import Recipe
from slipway.revision import Image
from slipway.settings import Settings
from slipway.shell import repeated, run

SUITE_SECONDS = 3600
JUNIT = Path("build") / "junit.xml"
JUNIT_INSIDE = "/tmp/junit.xml"  # noqa: S108 - inside a container


def test(settings: Settings, recipe: Recipe, image: Image, say: Say) -> Image:
    """Run the suite in `image` and return it as tested; its report is build/junit.xml.

    Raises Failed when a test fails, when none ran, or when what was tested is not what ships.
    """
    with suppress(OSError):  # that of an earlier run says nothing of this one
        JUNIT.unlink(missing_ok=True)
    with locks.owned(suite_parts.remove) as token:
        suite = _build(recipe, image, token)
        url = suite_parts.start_postgres(settings.postgres_image, token)
        result = _run(settings, [recipe.platform, suite], token, url)
    problem = verdict.problem(result, image.by_tag)
    tested = None if problem else store.mark_tested(image)
    keep_report(result.report, say)
    if tested is None:
        assert problem  # noqa: S101 - one of the two
        raise problem
    return tested


def build_command(
    recipe: Recipe, repository: str, runtime: str, suite: str, folder: Path
) -> list[str]:
    """Return the argument list that adds the suite's layers to the finished image."""
    arguments = [f"PYTHON_IMAGE={recipe.base}", f"RUNTIME={runtime}"]
    shared = is_remote(repository)
    return [
        *("docker", "buildx", "build", "--target", recipe.build.test_stage),
        *("--platform", recipe.platform),
        *("--load", "--provenance=false", "--tag", suite),
        *(build.cache_options(repository)[:2] if shared else []),
        *repeated("--build-arg", arguments),
        *build.place(recipe, folder),
    ]


def require_prefix(shipped: list[str], tested: list[str]) -> None:
    """Raise Failed unless the tested image is the shipped one with layers on top."""
    if not shipped or tested[: len(shipped)] != shipped:
        raise Failed("the tested image is not built on the image to push: their layers differ")


def keep_report(report: bytes, say: Say) -> None:
    """Write the JUnit report; where that is not possible, say so: the result does not change."""
    if not report:
        return
    try:
        JUNIT.parent.mkdir(exist_ok=True)
        JUNIT.write_bytes(report)
    except OSError as error:
        say(Note(f"warning: the report {JUNIT} cannot be written: {error.strerror}"))


def _build(recipe: Recipe, image: Image, token: str) -> str:
    """Build the test image; an image of the engine is known there by its tag alone."""
    shared = is_remote(image.repository)
    runtime = image.by_digest if shared else image.by_tag
    if shared:
        pull = ["docker", "pull", "--quiet", "--platform", recipe.platform, runtime]
        run(pull, timeout=store.COPY_SECONDS)
    suite = suite_parts.image(token)
    with context.exported(recipe.revision) as folder:
        words = build_command(recipe, image.repository, runtime, suite, folder)
        run(words, timeout=SUITE_SECONDS, hint=build.AGAIN)
    require_prefix(_layers(runtime), _layers(suite))
    return suite


def _layers(image: str) -> list[str]:
    inspect = ["docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", image]
    return list(json.loads(run(inspect).stdout))


def _run(settings: Settings, image: list[str], token: str, url: str) -> verdict.Run:
    """Run the suite, and bring its exit code and its report out of the container.

    `image` is the platform, and the suite's image.
    """
    own = f"{suite_parts.name(token)}-run"
    variables = {"DATABASE_URL": url, "JUNIT_XML": JUNIT_INSIDE}
    # The application's own are committed; in docker's environment, PATH or HOME would be docker's.
    own_variables = [f"{name}={text}" for name, text in settings.test_variables]
    named = repeated("--env", [*own_variables, *variables])
    place = [
        "--name",
        own,
        "--network",
        suite_parts.name(token),
        "--label",
        f"slipway.suite={token}",
    ]
    create = ["docker", "create", "--pull", "never", *place, *named, "--platform", *image]
    run([*create, *settings.test_command], env=variables)
    start = ["docker", "start", "--attach", own]
    code = run(start, show=True, check=False, timeout=SUITE_SECONDS).code
    state = run(["docker", "inspect", "--format", "{{.State.Error}}", own], check=False)
    return verdict.Run(code, state.stdout.strip(), _report(own))


def _report(container: str) -> bytes:
    """Copy the JUnit report out of the container; b"" if there is none."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "junit.xml")
        run(["docker", "cp", f"{container}:{JUNIT_INSIDE}", str(file)], check=False)
        return file.read_bytes() if file.is_file() and not file.is_symlink() else b""
