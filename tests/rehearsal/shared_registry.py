"""A registry with a password on this machine: Debian's docker-registry, as other jobs share one."""

import base64
import json
import os
import secrets
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PORT = 4589
PACKAGES = {"docker-registry": "docker-registry", "htpasswd": "apache2-utils"}
START_SECONDS = 20
CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}", secret: {secret}}}
auth: {{htpasswd: {{realm: shared, path: {folder}/htpasswd}}}}
"""
USER = "gitlab-ci-token"


@dataclass(frozen=True)
class Registry:
    """A registry that runs, with its files in `folder`."""

    folder: Path
    port: int = PORT
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    @property
    def host(self) -> str:
        """What GitLab calls CI_REGISTRY."""
        return f"localhost:{self.port}"

    def ask(self, path: str, **headers: str) -> tuple[dict[str, Any], str]:
        """Ask the registry's API; return the answer, and the digest of what was asked for."""
        basic = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v2/{path}",
            headers={"Authorization": f"Basic {basic}", **headers},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer), answer.headers.get("Docker-Content-Digest", "")

    def tags(self, name: str) -> set[str]:
        """Return the tags of a repository."""
        try:
            return set(self.ask(f"{name}/tags/list")[0]["tags"] or ())
        except urllib.error.HTTPError:
            return set()

    def digest(self, name: str, tag: str) -> str:
        """Return the digest of a tag."""
        media = "application/vnd.docker.distribution.manifest.v2+json"
        oci = "application/vnd.oci.image.manifest.v1+json"
        return self.ask(f"{name}/manifests/{tag}", Accept=f"{media}, {oci}")[1]

    def refuse_tag(self, name: str, tag: str) -> None:
        """Answer 500 to who writes this tag: where its folder would be, there is a file."""
        tags = self.folder / "data/docker/registry/v2/repositories" / name / "_manifests/tags"
        shutil.rmtree(tags / tag, ignore_errors=True)
        (tags / tag).touch()


@contextmanager
def running(folder: Path) -> Iterator[Registry]:
    """Run a registry for as long as it is needed."""
    _install()
    registry = Registry(folder)
    words = ["htpasswd", "-niB", USER]
    hashed = subprocess.run(
        words, input=registry.password, check=True, capture_output=True, text=True
    )
    (folder / "htpasswd").write_text(hashed.stdout)
    config = CONFIG.format(folder=folder, port=registry.port, secret=secrets.token_hex(8))
    (folder / "config.yml").write_text(config)
    with (folder / "log").open("wb") as log:
        serve = ["docker-registry", "serve", str(folder / "config.yml")]
        process = subprocess.Popen(serve, stdout=log, stderr=log)
        try:
            _wait(registry, process)
            yield registry
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def _install() -> None:
    """Install what is missing, on Debian as root; say what to install elsewhere."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not missing:
        return
    assert os.geteuid() == 0, f"install {', '.join(missing)}"
    assert shutil.which("apt-get"), f"install {', '.join(missing)}"
    apt = ["apt-get", "--quiet", "--yes", "--option", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "--no-install-recommends", *missing]
    # Its service would listen on every address.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    if subprocess.run(install, env=quiet, check=False).returncode:
        subprocess.run([*apt, "update"], env=quiet, check=False)
        subprocess.run(install, env=quiet, check=True)


def _wait(registry: Registry, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            registry.ask("")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError((registry.folder / "log").read_text())
