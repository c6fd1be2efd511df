"""The images that every other is built on or tested with."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigurationError, Failed
from pipeline.local import debian
from pipeline.shell import run

OWN_PYTHON = "slipway/python:3.13"
OWN_POSTGRES = "slipway/postgres:17"
POSTGRES = Path(__file__).with_name("postgres")
PULL_SECONDS = 600
UNREACHABLE = ("no such host", "connection refused", "timeout", "timed out", "EOF", "unreachable")
UNNEEDED = ["packages", "var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man"]


@dataclass(frozen=True)
class BaseImages:
    """Names of the Python and the Postgres image."""

    python: str
    postgres: str


def ensure(wanted: BaseImages, say: Callable[[str], None]) -> BaseImages:
    """Have both images in the engine and return their names.

    Where no image registry can be reached and this is Debian, with root's rights, they
    are made of Debian's packages, under names of their own.

    Raises Failed when an image can neither be pulled nor made.
    """
    if _present(wanted.python, wanted.postgres):
        return wanted
    if all(_pull(name, say) for name in (wanted.python, wanted.postgres)):
        return wanted
    own = BaseImages(OWN_PYTHON, OWN_POSTGRES)
    if not _present(own.python):
        _make_python(say)
    if not _present(own.postgres):
        _make_postgres(say)
    return own


def remember(images: BaseImages, wanted: BaseImages, dotenv: Path) -> list[str]:
    """Write the names that differ from what was wanted into `.env`; return the written names."""
    from dotenv import set_key

    names = {"PYTHON_IMAGE": images.python, "POSTGRES_IMAGE": images.postgres}
    changed = [] if images == wanted else list(names)
    for name in changed:
        dotenv.touch(mode=0o600)
        set_key(dotenv, name, names[name], quote_mode="never")
    return changed


def _present(*names: str) -> bool:
    command = ["docker", "image", "inspect", "--format", "{{.Id}}", *names]
    return run(command, check=False, timeout=30).code == 0


def _pull(name: str, say: Callable[[str], None]) -> bool:
    """Pull one image; False when no registry can be reached."""
    if _present(name):
        return True
    say(f"pulling {name}")
    done = run(["docker", "pull", "--quiet", name], check=False, timeout=PULL_SECONDS)
    if done.code == 0:
        return True
    if not is_unreachable(done.stderr):
        raise Failed(f"{name} cannot be pulled: {done.stderr.strip()}", hint="check its name")
    if os.geteuid() or not Path("/etc/debian_version").exists():
        raise ConfigurationError(
            f"{name} is not here and its registry cannot be reached",
            hint="set PYTHON_IMAGE and POSTGRES_IMAGE to images that can be had",
        )
    return False


def is_unreachable(message: str) -> bool:
    """Whether docker's words mean that the registry did not answer, not that it said no."""
    return any(words in message for words in UNREACHABLE)


def _make_python(say: Callable[[str], None]) -> None:
    say(f"making {OWN_PYTHON} of Debian's packages")
    tree = debian.tree(say)
    part = tree.with_name("python.part")
    shutil.rmtree(part, ignore_errors=True)
    run(["cp", "--archive", str(tree), str(part)])
    _prepare(part)
    archive = part.with_suffix(".tar")
    run(["tar", "--directory", str(part), "--create", "--file", str(archive), "."])
    settings = ["ENV LANG=C.UTF-8", 'CMD ["python3"]']
    changes = [word for each in settings for word in ("--change", each)]
    run(["docker", "import", *changes, str(archive), OWN_PYTHON])
    archive.unlink()
    shutil.rmtree(part)


def _prepare(tree: Path) -> None:
    """Make a Debian tree a Python image that trusts what this machine trusts."""
    for name in UNNEEDED:
        shutil.rmtree(tree / name, ignore_errors=True)
    for marker in tree.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        marker.unlink()
    for name in ("python", "python3"):
        (tree / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
    trusted = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    shutil.copy(trusted, tree / "etc/ssl/certs/ca-certificates.crt")


def _make_postgres(say: Callable[[str], None]) -> None:
    say(f"making {OWN_POSTGRES} of Debian's packages")
    base = ["--build-arg", f"PYTHON_IMAGE={OWN_PYTHON}"]
    options = ["--load", "--provenance=false", "--tag", OWN_POSTGRES]
    run(["docker", "buildx", "build", *options, *base, str(POSTGRES)])
