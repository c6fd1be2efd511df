"""A registry that all jobs share, with a password: built once, tested once, promoted from there.

buildx is whatever this machine has; Debian's is 0.13.1, which prints digests in the old way.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rehearsal.project import Output, Project, standing
from tests.rehearsal.shared_registry import USER, Registry, running

PORT = 4588
NAME = "group/app"
NO_ENGINE = {"DOCKER_HOST": "tcp://127.0.0.1:1"}
PAGE = "webapp/templates/index.html"


@dataclass(frozen=True)
class Job:
    """A GitLab job: a checkout, the project's registry, and its credentials for that.

    `client` is the folder of the docker client's own configuration.
    """

    project: Project
    registry: Registry
    client: Path

    def invoke(self, *words: str, **env: str) -> Output:
        """Run a task, as a job does; its password is never on the screen."""
        variables = {
            "CI_REGISTRY": self.registry.host,
            "CI_REGISTRY_USER": USER,
            "CI_REGISTRY_PASSWORD": self.registry.password,
            "DOCKER_CONFIG": str(self.client),
        }
        output = self.project.run("invoke", *words, **{**variables, **env})
        assert self.registry.password not in output.text
        assert "Traceback" not in output.text
        return output

    @property
    def tags(self) -> set[str]:
        """The tags of the project's repository."""
        return self.registry.tags(NAME)

    @property
    def tag(self) -> str:
        """The tag of the commit that is checked out."""
        commit = self.project.git("rev-parse", "HEAD")
        (tag,) = [each for each in self.tags if each.startswith(commit) and "-tested" not in each]
        return tag


def client_folder(folder: Path) -> Path:
    """Make a client that has logged in nowhere, with the user's plugins."""
    folder.mkdir()
    own = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "cli-plugins"
    if own.exists():
        (folder / "cli-plugins").symlink_to(own)
    return folder


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """The project's registry."""
    with running(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="module")
def job(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A job on a machine of its own, with an account to push to."""
    folder = tmp_path_factory.mktemp("job")
    for name in ("checkout", "state"):
        (folder / name).mkdir()
    images = f"{registry.host}/{NAME}"
    project = Project(folder / "checkout", folder / "state", port=PORT, images=images)
    with standing(project):
        project.run("invoke", "engine")
        yield Job(project, registry, client_folder(folder / "client"))
        remove_by_digest(images)


def remove_by_digest(images: str) -> None:
    """Remove what was pulled by its digest, and has no tag."""
    listed = ["docker", "image", "ls", "--quiet", "--filter", f"reference={images}"]
    found = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()
    if found:
        remove = ["docker", "image", "rm", "--force", *set(found)]
        subprocess.run(remove, check=False, capture_output=True)


def test_a_build_is_kept_where_every_job_finds_it(job: Job) -> None:
    """The image and the layers of its build are in the registry, behind its password."""
    # As a runner with a umask of 0 checks out; git does not call it an edit.
    for file in (job.project.folder / "webapp").rglob("*.py"):
        file.chmod(0o666)
    job.project.write("webapp/.env", "DB_PASSWORD=hush")

    built = job.invoke("build")

    assert built.code == 0
    assert job.tags == {job.tag, "cache"}


def test_the_image_holds_what_is_committed_and_nothing_else(job: Job) -> None:
    """No file that git ignores, and none that everybody may write to."""
    image = f"{job.project.images}:{job.tag}"
    find = ["docker", "run", "--rm", "--pull", "never", image, "find", "/app"]

    assert job.project.run(*find, "-name", ".env").text == ""
    assert job.project.run(*find, "!", "-type", "l", "-perm", "-o+w").text == ""
    assert "/app/webapp/app.py" in job.project.run(*find, "-name", "*.py").text


def test_a_suite_that_passed_is_known_to_every_job(job: Job) -> None:
    """The mark is a second tag of the digest that was built and tested."""
    tested = job.invoke("test")

    assert tested.code == 0
    assert "is built" in tested.text
    assert job.registry.digest(NAME, f"{job.tag}-tested") == job.registry.digest(NAME, job.tag)


def test_another_machine_finds_it_without_an_engine(
    job: Job, tmp_path: Path, registry: Registry
) -> None:
    """A second checkout, whose client has logged in nowhere and whose engine does not run."""
    shutil.copytree(job.project.folder, tmp_path / "checkout", symlinks=True)
    project = Project(tmp_path / "checkout", job.project.state, PORT, job.project.images)
    other = Job(project, registry, client_folder(tmp_path / "client"))

    built = other.invoke("build", **NO_ENGINE)

    assert built.code == 0
    assert "is built" in built.text
    assert built.stages == []


def test_the_tested_digest_is_promoted(job: Job) -> None:
    """As it is; ECR's token does not stay with the client."""
    assert job.invoke("local.up").code == 0
    assert job.invoke("bootstrap").code == 0

    pushed = job.invoke("push")

    assert pushed.code == 0
    answer = job.project.client("ecr").describe_images(repositoryName="slipway")
    (image,) = answer["imageDetails"]
    assert set(image["imageTags"]) == {job.tag, f"{job.tag}-tested"}
    assert image["imageDigest"] == job.registry.digest(NAME, job.tag)
    assert set(json.loads((job.client / "config.json").read_text())["auths"]) == {job.registry.host}


def test_a_job_s_password_is_for_the_registry_that_gitlab_names(job: Job, tmp_path: Path) -> None:
    """Another host does not get it: what is asked for then is a login, and no password is sent."""
    client = client_folder(tmp_path / "client")

    refused = job.invoke("build", CI_REGISTRY="registry.example", DOCKER_CONFIG=str(client))

    assert refused.code == 1
    assert f"docker login {job.registry.host}" in refused.text
    assert not (client / "config.json").exists()


def test_a_job_without_a_registry_is_refused(job: Job) -> None:
    """GitLab leaves the name empty where the project's registry is switched off: exit 2."""
    refused = job.invoke("build", CI="true", IMAGE_REPOSITORY="")

    assert refused.code == 2
    assert "IMAGE_REPOSITORY is empty in this job" in refused.text


def test_a_cache_that_cannot_be_written_does_not_fail_the_build(job: Job) -> None:
    """It makes the next build faster, and nothing else."""
    job.registry.refuse_tag(NAME, "cache")
    job.project.write(PAGE, job.project.read(PAGE) + "\n")
    job.project.commit("a line more")

    built = job.invoke("build")

    assert built.code == 0
    assert "500 Internal Server Error" in built.text
    assert job.registry.digest(NAME, job.tag)


def test_a_wrong_password_is_named(job: Job, tmp_path: Path) -> None:
    """The message has the host and the two variables, and not the password."""
    client = client_folder(tmp_path / "client")

    refused = job.invoke("build", CI_REGISTRY_PASSWORD="wrong", DOCKER_CONFIG=str(client))

    assert refused.code == 1
    assert "check CI_REGISTRY_USER and CI_REGISTRY_PASSWORD" in refused.text
    assert "wrong" not in refused.text
