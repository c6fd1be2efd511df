"""The image of one revision, built by BuildKit from the revision's tree alone."""

import shutil
from pathlib import Path

from slipway.docker import digests
from slipway.docker.names import is_remote
from slipway.errors import Failed, SlipwayError
from slipway.git import checkout
from slipway.image import context, dockerfile, store
from slipway.image.recipe import Recipe
from slipway.revision import Image
from slipway.settings import Settings
from slipway.shell import CommandFailed, repeated, run

BUILD_SECONDS = 3600
BASE_SECONDS = 20
AGAIN = (
    "fix the cause, commit, then run: invoke build; for a base image that cannot be pulled:"
    " invoke engine"
)
FULL_BYTES = 200 * 1024**2
LABEL = "org.opencontainers.image"


def command(recipe: Recipe, repository: str, folder: Path, *, source: str, base: str) -> list[str]:
    """Return the build's argument list; `base` is the base image's digest, "" where unknown.

    Without provenance the image is a single manifest, so that the digest of what was
    built is also the digest that a running task reports. The base image's labels are of
    https://github.com/opencontainers/image-spec/blob/main/annotations.md
    """
    arguments = {"PYTHON_IMAGE": recipe.base, "REVISION": recipe.revision.name, "SOURCE": source}
    labels = {"base.name": recipe.base, **({"base.digest": base} if base else {})}
    output = ["--load", "--provenance=false", "--tag", f"{repository}:{recipe.tag}"]
    cache = cache_options(repository) if is_remote(repository) else []
    return [
        *(
            "docker",
            "buildx",
            "build",
            "--target",
            recipe.build.stage,
            "--platform",
            recipe.platform,
        ),
        *(*output, *cache),
        *repeated("--build-arg", (f"{name}={text}" for name, text in arguments.items())),
        *repeated("--label", (f"{LABEL}.{name}={text}" for name, text in labels.items())),
        *place(recipe, folder),
    ]


def place(recipe: Recipe, folder: Path) -> list[str]:
    """Name the Dockerfile, if it is not the context's own, and the context, in a folder."""
    context, dockerfile = folder / recipe.build.context, folder / recipe.build.dockerfile
    own = dockerfile == context / "Dockerfile"
    return [*([] if own else ["--file", str(dockerfile)]), str(context)]


def cache_options(repository: str) -> list[str]:
    """Keep the layers of every stage in the registry, where the next machine finds them.

    The two media options are what ECR and GitLab want; a cache that cannot be written is no
    reason to fail: https://docs.docker.com/build/cache/backends/registry/
    """
    cache = f"type=registry,ref={repository}:cache"
    written = "mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"
    return ["--cache-from", cache, "--cache-to", f"{cache},{written}"]


def build(settings: Settings, recipe: Recipe) -> Image:
    """Build the image and keep it where every later step finds it.

    Where the build fails and the image is there by now, another command has built it, and its
    image is returned. Raises Failed otherwise, with what to do if the disk is full, and
    ConfigurationError for a Dockerfile that lacks a stage.
    """
    repository = settings.image_repository
    with context.exported(recipe.revision) as folder:
        dockerfile.require(folder, recipe)
        source, base = checkout.source(), base_digest(recipe.base)
        words = command(recipe, repository, folder, source=source, base=base)
        try:
            run(words, show=True, timeout=BUILD_SECONDS)
        except CommandFailed as error:
            if image := store.find(repository, recipe.tag):
                return image
            raise explain_failure(_free_bytes()) from error
    built = store.keep(settings, recipe.tag)
    if built is None:
        raise Failed(f"the build produced no image {repository}:{recipe.tag}")
    return built


def base_digest(name: str) -> str:
    """Return the digest of the base image in the engine, or else in its registry; or ""."""
    try:
        found = digests.in_engine(name)
        return found or digests.in_registry(name, tries=1, timeout=BASE_SECONDS) or ""
    except SlipwayError:
        return ""


def _free_bytes() -> int:
    """Return the free space of this folder and of the engine's, where that is on this machine."""
    root = run(["docker", "info", "--format", "{{.DockerRootDir}}"], check=False).stdout.strip()
    return min(shutil.disk_usage(each).free for each in (Path(), Path(root)) if each.is_dir())


def explain_failure(free_bytes: int) -> Failed:
    """Return why a build failed: BuildKit's own words are on the screen already."""
    if free_bytes < FULL_BYTES:
        return Failed(
            "the build failed: the disk is full",
            hint="docker builder prune, then run the same command again",
        )
    return Failed("the build failed; see BuildKit's output above", hint=AGAIN)
