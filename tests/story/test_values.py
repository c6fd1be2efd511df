"""What is found out once is handed on: git, the registries and ECR are not asked again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slipway import shell
from slipway.aws import ecr
from slipway.cli import deploy as deploys
from slipway.git import checkout as checkouts
from slipway.git import command
from slipway.image import recipe
from slipway.view import output
from tests.story.docker_commands import DockerCommands

if TYPE_CHECKING:
    from pathlib import Path

    from slipway.settings import Settings
    from tests.conftest import Checkout
    from tests.story.world import World

HOST = "ci.example"
SHARED, OWN = f"{HOST}/app", "slipway/app"


@pytest.fixture
def docker(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> DockerCommands:
    """Docker's client, on a machine whose state folder is empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    docker = DockerCommands(world)
    docker.install(monkeypatch)
    monkeypatch.setattr(ecr, "LOOPBACK", {world.ecr.host})
    world.ecr.repositories.setdefault(world.settings.ecr_repository.partition("/")[2], {})
    return docker


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The commands of git that a deploy runs, counted by their names."""
    counted: Counter[str] = Counter()
    real = shell.run

    def run(words: list[str], **options: Any) -> Any:
        counted[next(each for each in words[1:] if not each.startswith("-"))] += 1
        return real(words, **options)

    monkeypatch.setattr(command, "run", run)
    return counted


@pytest.fixture
def committed(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A checkout with one commit, in which the command is typed."""
    checkout.write(".gitignore", "state/\nbuild/\n")
    checkout.write("Dockerfile", "ARG RUNTIME\nFROM a AS runtime\nFROM ${RUNTIME} AS test\n")
    checkout.commit()
    monkeypatch.chdir(checkout.folder)
    return checkout


def deploy(settings: Settings) -> str:
    """Type `invoke deploy`, and return the tag of the revision that it read."""
    revision = checkouts.current()
    deploys.deploy(
        settings, revision, (), output.choose("staging"), untested=False, allow_older=False
    )
    return recipe.of(settings, revision).tag


@pytest.mark.parametrize("repository", [SHARED, OWN])
@pytest.mark.usefixtures("committed")
def test_a_first_deploy_asks_each_place_once(
    world: World, docker: DockerCommands, git: Counter[str], repository: str
) -> None:
    """Git for the revision, where images are built before and after, ECR before and after."""
    job = replace(world.settings, registry=HOST, registry_user="job", registry_password="a word")
    tag = deploy(replace(job, image_repository=repository))
    assert git["status"] == 1
    of_builds = {name: n for name, n in docker.asked.items() if name.startswith(repository)}
    assert of_builds == {f"{repository}:{tag}": 2}
    assert docker.logins == ({HOST: 1} if repository == SHARED else {})
    calls = [call for each in world.rounds for call in each]
    assert calls.count("ecr.DescribeImages") == 2
    assert calls.count("ecr.GetAuthorizationToken") == 1


def test_a_file_that_is_saved_during_a_deploy_changes_nothing(
    world: World, docker: DockerCommands, committed: Checkout
) -> None:
    """What is deployed is the revision that was read when the command began."""
    docker.during_build = lambda: committed.write("file", "saved meanwhile")
    tag = deploy(world.settings)
    assert "dirty" not in tag
    assert world.stacks.find(world.settings.stack_name).now.values["WebAppRevision"] == tag
    assert "dirty" in checkouts.current().name
