"""The image of one revision, built by BuildKit."""

import shutil
from pathlib import Path

from pipeline.errors import Failed
from pipeline.image import store
from pipeline.revision import Image, Revision
from pipeline.settings import Settings
from pipeline.shell import CommandFailed, run

BUILD_SECONDS = 3600
AGAIN = "mend it (where it is a base image that cannot be had: invoke engine), then: invoke build"
FULL_BYTES = 200 * 1024**2


def command(settings: Settings, revision: Revision, source: str) -> list[str]:
    """Make the build's argument list.

    Without provenance the image is a single manifest, so that the digest of what was
    built is also the digest that a running task reports.
    """
    image = settings.image_repository
    arguments = {
        "PYTHON_IMAGE": settings.python_image,
        "REVISION": revision.tag,
        "SOURCE": source,
    }
    named = [word for name, text in arguments.items() for word in ("--build-arg", f"{name}={text}")]
    output = ["--load", "--provenance=false", "--tag", f"{image}:{revision.tag}"]
    cache = cache_options(image) if store.is_shared(image) else []
    return ["docker", "buildx", "build", "--target", "runtime", *output, *cache, *named, "."]


def cache_options(repository: str) -> list[str]:
    """Keep the layers of every stage in the registry, where the next machine finds them.

    The two media options are what ECR and GitLab want:
    https://docs.docker.com/build/cache/backends/registry/
    """
    cache = f"type=registry,ref={repository}:cache"
    return [
        "--cache-from",
        cache,
        "--cache-to",
        f"{cache},mode=max,image-manifest=true,oci-mediatypes=true",
    ]


def build(settings: Settings, revision: Revision, source: str) -> Image:
    """Build the image of `revision` and keep it where every later step finds it.

    Raises Failed with BuildKit's last words, and what to do where the disk is full.
    """
    try:
        run(command(settings, revision, source), show=True, timeout=BUILD_SECONDS)
    except CommandFailed as error:
        raise explain(_free_bytes()) from error
    built = store.keep(settings, revision.tag)
    if built is None:
        raise Failed(f"the build left no image {settings.image_repository}:{revision.tag}")
    return built


def _free_bytes() -> int:
    """Measure the room of this folder and of the engine's, where that is on this machine."""
    root = run(["docker", "info", "--format", "{{.DockerRootDir}}"], check=False).stdout.strip()
    return min(shutil.disk_usage(each).free for each in (Path(), Path(root)) if each.is_dir())


def explain(free_bytes: int) -> Failed:
    """Say why a build failed: BuildKit's own words are on the screen already."""
    if free_bytes < FULL_BYTES:
        return Failed("the build failed: the disk is full", hint="docker builder prune, then again")
    return Failed("the build failed; BuildKit says why above", hint=AGAIN)
