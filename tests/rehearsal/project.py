"""A checkout of its own, with a local account of its own, as a user would have them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway import local_key
from slipway.local_key import AccessKey

ROOT = Path(__file__).parents[2]
COMMAND_SECONDS = 900
FIRST_STAGES = ("delivery stack", "build", "test", "push", "infrastructure")
# Slipway's files in the repository of an application.
HOUSE = {
    *("tasks.py", "noxfile.py", "slipway", "stack", ".gitlab-ci.yml", ".gitignore"),
    *("requirements.txt", "requirements-local.txt", "requirements-dev.txt"),
}
# The tasks that this session has run.
RAN: set[str] = set()
STAGES = (*FIRST_STAGES, "migrate", "release", "proof")


@dataclass(frozen=True)
class Output:
    """What a command left: its exit code, and what it printed."""

    code: int
    text: str

    @property
    def stages(self) -> list[str]:
        """List the stages that were begun, in their order."""
        return [line for line in self.text.splitlines() if line in {*STAGES, "restart"}]

    @property
    def url(self) -> str:
        """The address that a deploy prints."""
        return str(re.findall(r"^http\S+$", self.text, re.MULTILINE)[-1])


@dataclass(frozen=True)
class Project:
    """A checkout in `folder`; its account is on `port`, with its state in `state`.

    `images` is where it keeps what it builds.
    """

    folder: Path
    state: Path
    port: int = 4577
    images: str = "slipway/rehearsal"

    @property
    def env(self) -> dict[str, str]:
        """The environment of a user who has set up nothing but this account."""
        kept = {name: text for name, text in os.environ.items() if "AWS_" not in name}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        own = {"LOCAL_PORT": str(self.port), "XDG_STATE_HOME": str(self.state), "PATH": path}
        return {**kept, **own, "IMAGE_REPOSITORY": self.images}

    def run(self, *command: str, **env: str) -> Output:
        """Run a command to its end."""
        return self.finish(self.start(*command, **env))

    def finish(self, started: "subprocess.Popen[str]") -> Output:
        """Wait for a command's end; our own interrupt does not reach its group, so pass it on."""
        try:
            text, _ = started.communicate(timeout=COMMAND_SECONDS)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGINT)
            started.communicate(timeout=COMMAND_SECONDS)
            raise
        print(text)
        return Output(started.returncode, text)

    def start(self, *command: str, **env: str) -> "subprocess.Popen[str]":
        """Start a command, in a process group of its own, as a terminal does."""
        RAN.update(re.findall(r"\binvoke ([a-z][a-z.]*)", " ".join(command)))
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def bring_up(self, module: str, **env: str) -> None:
        """Bring the account up with another server."""
        output = self.run(sys.executable, "-m", "tests.rehearsal.bring_up", module, **env)
        assert output.code == 0

    def deploy(self, *options: str, **env: str) -> Output:
        """Run `invoke deploy --env local`."""
        return self.run("invoke", "deploy", "--env", "local", *options, **env)

    def git(self, *arguments: str) -> str:
        """Run git, as somebody."""
        names = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        return self.run("git", *names, *arguments).text.strip()

    def write(self, path: str, text: str) -> None:
        """Write a file of the checkout."""
        (self.folder / path).write_text(text)

    def read(self, path: str) -> str:
        """Read a file of the checkout."""
        return (self.folder / path).read_text()

    def commit(self, message: str) -> str:
        """Commit everything and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def client(self, service: str) -> Any:
        """Make a boto3 client of the local account."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=f"http://localhost:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=self.key.key_id,
            aws_secret_access_key=self.key.secret,
        )

    @property
    def credentials_file(self) -> Path:
        """The file in which the account keeps its access key."""
        return self.state / "slipway" / str(self.port) / "credentials"

    @property
    def key(self) -> AccessKey:
        """The account's access key."""
        key = local_key.read_file(self.credentials_file)
        assert key
        return key

    def change_sets(self) -> int:
        """Count the change sets that were executed on the application stack."""
        events = self.client("cloudformation").describe_stack_events(StackName="slipway-local")
        begun = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}
        return sum(
            each["ResourceType"] == "AWS::CloudFormation::Stack" and each["ResourceStatus"] in begun
            for each in events["StackEvents"]
        )

    def stack(self) -> dict[str, Any]:
        """Describe the application stack."""
        answer = self.client("cloudformation").describe_stacks(StackName="slipway-local")
        return dict(answer["Stacks"][0])

    def deployed_tag(self) -> str:
        """Return the tag of the image that is deployed: COMMIT-HASH."""
        parameters = self.stack()["Parameters"]
        values = {each["ParameterKey"]: each["ParameterValue"] for each in parameters}
        return str(values["WebAppRevision"])

    def running_tasks(self) -> list[dict[str, Any]]:
        """Describe the tasks that the service runs."""
        ecs, cluster = self.client("ecs"), "slipway-local-Cluster"
        cluster = next(
            each["OutputValue"]
            for each in self.stack()["Outputs"]
            if each["OutputKey"] == "ClusterName"
        )
        arns = ecs.list_tasks(cluster=cluster, serviceName="web")["taskArns"]
        return list(ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"])

    def interrupt(self, started: "subprocess.Popen[str]") -> Output:
        """Press Ctrl-C: the signal goes to the whole group."""
        os.killpg(started.pid, signal.SIGINT)
        return self.finish(started)

    def remove_images(self, *, pushed: bool = True) -> None:
        """Remove the names that images were given here, and no other name of theirs."""
        here = ["--filter", f"reference={self.images}"]
        there = ["--filter", f"reference=localhost:{self.port}/*"]
        names = [
            "docker",
            "images",
            "--format",
            "{{.Repository}}:{{.Tag}}",
            *here,
            *(there if pushed else []),
        ]
        found = subprocess.run(names, check=True, capture_output=True, text=True).stdout.split()
        if found:
            subprocess.run(["docker", "rmi", "--force", *found], check=False, capture_output=True)


@contextmanager
def standing(project: Project) -> Iterator[None]:
    """Fill a checkout with what stands here, committed or not; leave nothing of it at the end."""
    fill(project)
    project.run("invoke", "local.down", "--yes")
    try:
        yield
    finally:
        project.run("invoke", "local.down", "--yes")
        project.remove_images()


def fill(project: Project) -> None:
    """Copy this work tree into a checkout, committed or not, and commit it there."""
    for name in _files():
        target = project.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    project.git("init", "--quiet")
    project.commit("as it stands")


def adopt(project: Project, application: Path) -> None:
    """Put Slipway's files beside those of an application, and commit both."""
    shutil.copytree(application, project.folder, dirs_exist_ok=True)
    for name in _files():
        if name.partition("/")[0] in HOUSE:
            target = project.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    project.git("init", "--quiet")
    project.commit("an application, with Slipway")


def _files() -> list[str]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in found.stdout.split("\n") if name and Path(ROOT, name).exists()]


def command_of_readme(name: str) -> str:
    """Read the command that stands below the mark of this name in the README."""
    pattern = rf"<!-- {name} -->\n```sh\n(.*?)```"
    found = re.search(pattern, (ROOT / "README.md").read_text(), re.DOTALL)
    assert found, f"the README has no command {name}"
    return found[1]


def get(url: str) -> tuple[int, str]:
    """Ask for a page; the answer's status, 0 if there is none, and its text."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def version(url: str) -> str:
    """Ask the service for the revision that it runs."""
    return str(json.loads(get(url + "version")[1])["revision"])
