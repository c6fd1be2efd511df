"""Where a commit's image is kept until it is pushed: this machine's engine, or a registry.

A green suite is remembered beside the image itself, as a second tag of the same digest, so
that another machine and another day find it.
"""

from dataclasses import replace

from pipeline.errors import Failed
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.shell import CommandFailed, run

TESTED = "-tested"
COPY_SECONDS = 900


def is_shared(repository: str) -> bool:
    """Whether a repository's name begins with a registry's host.

    https://pkg.go.dev/github.com/distribution/reference#hdr-Grammar
    """
    host, slash, _ = repository.partition("/")
    return bool(slash) and (host == "localhost" or "." in host or ":" in host)


def find(repository: str, tag: str) -> Image | None:
    """Find the image of a tag, and whether its digest is the tested one."""
    look = _in_registry if is_shared(repository) else _in_engine
    digest = look(f"{repository}:{tag}")
    if digest is None:
        return None
    return Image(repository, tag, digest, look(f"{repository}:{tag}{TESTED}") == digest)


def keep(settings: Settings, tag: str) -> Image | None:
    """Keep what was built: in a shared repository every other machine needs it too."""
    repository = settings.image_repository
    if is_shared(repository):
        run(["docker", "push", "--quiet", f"{repository}:{tag}"], timeout=COPY_SECONDS)
    return find(repository, tag)


def mark_tested(image: Image) -> Image:
    """Remember that the suite was green for exactly this digest."""
    tagged = f"{image.by_tag}{TESTED}"
    if is_shared(image.repository):
        run(copy_command(image, [tagged]), timeout=COPY_SECONDS)
    else:
        run(["docker", "tag", image.by_tag, tagged])
    return replace(image, tested=True)


def copy_command(image: Image, destinations: list[str]) -> list[str]:
    """Make the argument list of a copy, registry to registry, that keeps the digest."""
    tags = [word for each in destinations for word in ("--tag", each)]
    create = ["docker", "buildx", "imagetools", "create", "--prefer-index=false"]
    return [*create, *tags, image.by_digest]


def login(settings: Settings) -> None:
    """Log in to the shared registry where a job has its user and password."""
    if not (settings.registry_user and settings.registry_password):
        return
    if is_shared(settings.image_repository):
        host = settings.image_repository.partition("/")[0]
        login_to(host, settings.registry_user, settings.registry_password)


def login_to(host: str, user: str, password: str) -> None:
    """Log in to a registry; the password goes in by standard input."""
    command = ["docker", "login", "--username", user, "--password-stdin", host]
    run(command, stdin=password, timeout=60, hint=f"check the credentials of {host}")


def _in_engine(name: str) -> str | None:
    done = run(["docker", "image", "inspect", "--format", "{{.Id}}", name], check=False)
    if done.code and "No such image" not in done.stderr:
        raise CommandFailed(done, hint="invoke engine")
    return done.stdout.strip() or None


def _in_registry(name: str) -> str | None:
    command = ["docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}"]
    done = run([*command, name], check=False, timeout=60)
    if done.code == 0:
        return done.stdout.strip()
    if "not found" in done.stderr:
        return None
    raise Failed(
        f"{name} cannot be looked up: {done.stderr.strip()}", hint="docker login, then again"
    )
