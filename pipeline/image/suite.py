"""The suite, run inside the image that ships, against a real Postgres."""

import json
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline import polling
from pipeline.errors import Failed
from pipeline.image import build, context, locks, store, verdict
from pipeline.image.recipe import Recipe
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.shell import run
from pipeline.view.events import Note, Say

SUITE_SECONDS = 3600
START_SECONDS = 60
REMOVE_SECONDS = 60
# Before the names that only this machine gives: on Docker Hub it is somebody else's.
OWN_PREFIX = "slipway/"
JUNIT = Path("build") / "junit.xml"
JUNIT_INSIDE = "/tmp/junit.xml"  # noqa: S108 - inside a container


def test(settings: Settings, recipe: Recipe, image: Image, say: Say) -> Image:
    """Run the suite in `image` and return it as tested; its report is build/junit.xml.

    Raises Failed when a test fails, when none ran, or when what was tested is not what ships.
    """
    with suppress(OSError):  # that of an earlier run says nothing of this one
        JUNIT.unlink(missing_ok=True)
    with locks.owned(remove) as token:
        suite = _build(recipe, image, token)
        with _postgres(settings.postgres_image, token) as url:
            result = _run(suite, recipe.platform, token, url)
    problem = verdict.problem(result, image.by_tag)
    tested = None if problem else store.mark_tested(image)
    keep_report(result.report, say)
    if tested is None:
        assert problem  # noqa: S101 - one of the two
        raise problem
    return tested


def name(token: str) -> str:
    """Name the network and the Postgres of one run; its suite is NAME-run."""
    return f"slipway-suite-{token}"


def remove(token: str) -> None:
    """Remove what a run of the suite has made; what is not there is no error."""
    for command in (
        ["docker", "rm", "--force", "--volumes", name(token), f"{name(token)}-run"],
        ["docker", "network", "rm", name(token)],
        ["docker", "rmi", "--force", _image(token)],
    ):
        run(command, check=False, timeout=REMOVE_SECONDS)


def build_command(
    recipe: Recipe, repository: str, runtime: str, suite: str, folder: Path
) -> list[str]:
    """Return the argument list that adds the suite's layers to the finished image."""
    arguments = [f"PYTHON_IMAGE={recipe.base}", f"RUNTIME={runtime}"]
    shared = store.is_shared(repository)
    return [
        *("docker", "buildx", "build", "--target", "test", "--platform", recipe.platform),
        *("--load", "--provenance=false", "--tag", suite),
        *(build.cache_options(repository)[:2] if shared else []),
        *(word for each in arguments for word in ("--build-arg", each)),
        str(folder),
    ]


def require_prefix(shipped: list[str], tested: list[str]) -> None:
    """Raise Failed unless the tested image is the shipped one with layers on top."""
    if not shipped or tested[: len(shipped)] != shipped:
        raise Failed("what was tested is not what ships: the layers differ")


def keep_report(report: bytes, say: Say) -> None:
    """Write the JUnit report; where that is not possible, say so: the result does not change."""
    if not report:
        return
    try:
        JUNIT.parent.mkdir(exist_ok=True)
        JUNIT.write_bytes(report)
    except OSError as error:
        say(Note(f"warning: the report {JUNIT} cannot be written: {error.strerror}"))


def pull_policy(image: str) -> str:
    """Decide whether an image may be pulled: never by a name that only this machine gives."""
    return "never" if image.startswith(OWN_PREFIX) else "missing"


def _image(token: str) -> str:
    return f"{OWN_PREFIX}suite:{token}"


def _build(recipe: Recipe, image: Image, token: str) -> str:
    """Build the test image; an image of the engine is known there by its tag alone."""
    shared = store.is_shared(image.repository)
    runtime = image.by_digest if shared else image.by_tag
    if shared:
        pull = ["docker", "pull", "--quiet", "--platform", recipe.platform, runtime]
        run(pull, timeout=store.COPY_SECONDS)
    suite = _image(token)
    with context.exported(recipe.revision) as folder:
        words = build_command(recipe, image.repository, runtime, suite, folder)
        run(words, timeout=SUITE_SECONDS, hint=build.AGAIN)
    require_prefix(_layers(runtime), _layers(suite))
    return suite


def _layers(image: str) -> list[str]:
    inspect = ["docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", image]
    return list(json.loads(run(inspect).stdout))


@contextmanager
def _postgres(image: str, token: str) -> Iterator[str]:
    """Run an empty Postgres on a network of its own; `remove` ends both."""
    own, password = name(token), secrets.token_urlsafe(16)
    variables = {"POSTGRES_USER": "runner", "POSTGRES_DB": "app", "POSTGRES_PASSWORD": password}
    named = [word for each in variables for word in ("--env", each)]
    label = ["--label", f"slipway.suite={token}"]
    place = ["--name", own, "--network", own, "--network-alias", "postgres"]
    run(["docker", "network", "create", *label, own])
    create = ["docker", "run", "--detach", "--pull", pull_policy(image), *label, *place, *named]
    run([*create, image], env=variables, hint="invoke engine, or set POSTGRES_IMAGE")
    _wait(own)
    yield f"postgresql://runner:{password}@postgres:5432/app"


def _wait(container: str) -> None:
    until = polling.monotonic() + START_SECONDS
    ready = ["docker", "exec", container, "pg_isready", "--quiet", "--host", "localhost"]
    while run(ready, check=False).code:
        if polling.monotonic() > until:
            raise Failed("the suite's Postgres does not answer", hint=f"docker logs {container}")
        polling.sleep(0.2)


def _run(suite: str, platform: str, token: str, url: str) -> verdict.Run:
    """Run the suite, and bring its exit code and its report out of the container."""
    own = f"{name(token)}-run"
    variables = {"DATABASE_URL": url, "JUNIT_XML": JUNIT_INSIDE}
    named = [word for each in variables for word in ("--env", each)]
    place = ["--name", own, "--network", name(token), "--label", f"slipway.suite={token}"]
    create = ["docker", "create", "--pull", "never", "--platform", platform, *place, *named]
    run([*create, suite, "entries/test.sh"], env=variables)
    start = ["docker", "start", "--attach", own]
    code = run(start, show=True, check=False, timeout=SUITE_SECONDS).code
    state = run(["docker", "inspect", "--format", "{{.State.Error}}", own], check=False)
    return verdict.Run(code, state.stdout.strip(), _report(own))


def _report(container: str) -> bytes:
    """Copy the JUnit report out of the container; b"" where there is none."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "junit.xml")
        run(["docker", "cp", f"{container}:{JUNIT_INSIDE}", str(file)], check=False)
        return file.read_bytes() if file.is_file() and not file.is_symlink() else b""
