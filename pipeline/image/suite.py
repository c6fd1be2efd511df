"""The suite, run inside the image that ships, against a real Postgres."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import Failed
from pipeline.image import store
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.shell import run

SUITE_SECONDS = 3600
START_SECONDS = 60
JUNIT = Path("build") / "junit.xml"
JUNIT_INSIDE = "/tmp/junit.xml"  # noqa: S108 - inside a container


def test(settings: Settings, image: Image) -> Image:
    """Run the suite in `image` and return it as tested; its report is build/junit.xml.

    Raises Failed when a test fails, or when what was tested is not what ships.
    """
    suite = _build(settings, image)
    network = f"slipway-suite-{secrets.token_hex(4)}"
    try:
        with _postgres(settings.postgres_image, network) as url:
            code = _run(suite, network, url)
    finally:
        run(["docker", "rmi", "--force", suite], check=False)
    if code:
        raise Failed(f"the suite is red in {image.by_tag}", hint="mend it, commit, invoke test")
    return store.mark_tested(image)


def build_command(settings: Settings, runtime: str, suite: str) -> list[str]:
    """Make the argument list that adds the suite's layers to the finished image."""
    arguments = [f"PYTHON_IMAGE={settings.python_image}", f"RUNTIME={runtime}"]
    named = [word for each in arguments for word in ("--build-arg", each)]
    output = ["--load", "--provenance=false", "--tag", suite]
    return ["docker", "buildx", "build", "--target", "test", *output, *named, "."]


def require_prefix(shipped: list[str], tested: list[str]) -> None:
    """Raise Failed unless the tested image is the shipped one with layers on top."""
    if not shipped or tested[: len(shipped)] != shipped:
        raise Failed("what was tested is not what ships: the layers differ")


def _build(settings: Settings, image: Image) -> str:
    """Build the test image; an image of the engine is known there by its tag alone."""
    shared = store.is_shared(image.repository)
    runtime = image.by_digest if shared else image.by_tag
    if shared:
        run(["docker", "pull", "--quiet", runtime], timeout=store.COPY_SECONDS)
    suite = f"slipway/suite:{image.tag}"
    run(build_command(settings, runtime, suite), timeout=SUITE_SECONDS)
    require_prefix(_layers(runtime), _layers(suite))
    return suite


def _layers(name: str) -> list[str]:
    inspect = ["docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", name]
    return list(json.loads(run(inspect).stdout))


@contextmanager
def _postgres(image: str, network: str) -> Iterator[str]:
    """Run an empty Postgres on a network of its own, for as long as the suite runs."""
    password = secrets.token_urlsafe(16)
    variables = {"POSTGRES_USER": "runner", "POSTGRES_DB": "app", "POSTGRES_PASSWORD": password}
    named = [word for each in variables for word in ("--env", each)]
    options = ["--detach", "--name", network, "--network", network, "--network-alias", "postgres"]
    try:
        run(["docker", "network", "create", network])
        run(["docker", "run", *options, *named, image], env=variables)
        _wait(network)
        yield f"postgresql://runner:{password}@postgres:5432/app"
    finally:
        run(["docker", "rm", "--force", "--volumes", network], check=False)
        run(["docker", "network", "rm", network], check=False)


def _wait(container: str) -> None:
    until = time.monotonic() + START_SECONDS
    ready = ["docker", "exec", container, "pg_isready", "--quiet", "--host", "localhost"]
    while run(ready, check=False).code:
        if time.monotonic() > until:
            raise Failed("the suite's Postgres does not answer", hint=f"docker logs {container}")
        time.sleep(0.2)


def _run(suite: str, network: str, url: str) -> int:
    """Run the suite, bring its report out, and return its exit code."""
    name = f"{network}-run"
    variables = {"DATABASE_URL": url, "JUNIT_XML": JUNIT_INSIDE}
    named = [word for each in variables for word in ("--env", each)]
    create = ["docker", "create", "--name", name, "--network", network, *named, suite]
    try:
        run([*create, "entries/test.sh"], env=variables)
        done = run(
            ["docker", "start", "--attach", name], show=True, check=False, timeout=SUITE_SECONDS
        )
        JUNIT.parent.mkdir(exist_ok=True)
        run(["docker", "cp", f"{name}:{JUNIT_INSIDE}", str(JUNIT)], check=False)
    finally:
        run(["docker", "rm", "--force", "--volumes", name], check=False)
    return done.code
