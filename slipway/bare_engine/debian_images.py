"""Base images of Debian's packages, for machines that reach no image registry."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from slipway.bare_engine import debian
from slipway.shell import repeated, run

OWN_PREFIX = "slipway/"
OWN_PYTHON = f"{OWN_PREFIX}python:3.13"
OWN_POSTGRES = f"{OWN_PREFIX}postgres:17"
POSTGRES = Path(__file__).with_name("postgres")
BUILD_SECONDS = 900
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
UNNEEDED = [
    "var/cache/apt",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
]

Say = Callable[[str], None]


def is_present(*names: str) -> bool:
    """Whether the engine has all these images."""
    command = ["docker", "image", "inspect", "--format", "{{.Id}}", *names]
    return run(command, check=False, timeout=30).code == 0


def make_python(say: Say) -> str:
    """Have the Python image and return its name."""
    if not is_present(OWN_PYTHON):
        tree = debian.tree(say)
        say(f"base images: building {OWN_PYTHON} from Debian's packages")
        part = debian.fresh(debian.HOME / "python")
        debian.system("cp", "--archive", str(tree), str(part))
        _prepare(part)
        archive = part.with_suffix(".tar")
        debian.system("tar", "--directory", str(part), "--create", "--file", str(archive), ".")
        shutil.rmtree(part)
        changes = ["--change", "ENV LANG=C.UTF-8", "--change", 'CMD ["python3"]']
        debian.system("docker", "import", *changes, str(archive), OWN_PYTHON)
        archive.unlink()
    return OWN_PYTHON


def _prepare(tree: Path) -> None:
    """Make a Debian tree a Python image that trusts what this machine trusts."""
    for name in UNNEEDED:
        shutil.rmtree(tree / name, ignore_errors=True)
        (tree / name).mkdir(exist_ok=True)
    for marker in tree.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        marker.unlink()
    for name in ("python", "python3"):
        (tree / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
    shutil.copy(os.environ.get("SSL_CERT_FILE") or f"/{CERTIFICATES}", tree / CERTIFICATES)


def make_postgres(say: Say) -> str:
    """Have the Postgres image, which is built on the Python image, and return its name."""
    if not is_present(OWN_POSTGRES):
        base = make_python(say)
        say(f"base images: building {OWN_POSTGRES} from Debian's packages")
        # On the host's network, so that a proxy on this machine is reached; with the builder
        # that sees the engine's own images.
        options = ["--builder", "default", "--network", "host", "--load", "--provenance=false"]
        values = [f"PYTHON_IMAGE={base}", "http_proxy", "https_proxy"]
        arguments = repeated("--build-arg", values)
        command = ["docker", "buildx", "build", *options, *arguments, "--tag", OWN_POSTGRES]
        run([*command, str(POSTGRES)], timeout=BUILD_SECONDS, hint="to try again: invoke engine")
    return OWN_POSTGRES
