"""Where an image is kept, and what is said to docker to keep it there."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from slipway.docker import digests
from slipway.docker.names import is_remote
from slipway.errors import ConfigurationError, Failed
from slipway.image import store
from slipway.revision import Image
from slipway.settings import Settings
from slipway.shell import CommandFailed, Completed
from tests.docker.command import Docker

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
IMAGE = Image("registry.example/app", "c0ffee", ONE, tested=False)


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Completed]], Docker]:
    """Stand for shell.run, with these answers."""

    def stand(answers: dict[str, Completed]) -> Docker:
        docker = Docker(answers)
        monkeypatch.setattr(store, "run", docker)
        monkeypatch.setattr(digests, "run", docker)
        return docker

    return stand


@pytest.mark.parametrize(
    ("repository", "shared"),
    [
        ("slipway", False),
        ("slipway/app", False),
        ("group/team/app", False),
        ("localhost/app", True),
        ("localhost:4566/app", True),
        ("registry:5000/app", True),
        ("registry.example/app", True),
        ("1.dkr.ecr.eu-west-1.amazonaws.com/app", True),
        ("registry.example", False),
    ],
)
def test_a_shared_repository_begins_with_a_host(repository: str, shared: bool) -> None:  # noqa: FBT001
    """The rule by which docker itself distinguishes a host from a folder."""
    assert is_remote(repository) is shared


def test_a_job_without_a_registry_is_refused() -> None:
    """GitLab leaves the name empty; each job would build and test an image of its own."""
    with pytest.raises(ConfigurationError, match=r"IMAGE_REPOSITORY is empty.*\n.*registry"):
        store.require_named({"CI": "true", "IMAGE_REPOSITORY": ""})


@pytest.mark.parametrize(
    "variables",
    [
        {"IMAGE_REPOSITORY": ""},
        {"CI": "true", "IMAGE_REPOSITORY": "registry.example/app"},
        {"CI": "true"},
        {},
    ],
)
def test_a_repository_that_is_not_named_is_this_machine_s(variables: dict[str, str]) -> None:
    """A laptop needs no registry, and neither does a runner that names none."""
    store.require_named(variables)


def test_a_copy_goes_by_digest_and_keeps_it() -> None:
    """From registry to registry: what arrives is what was named, under each tag."""
    assert store.copy_command(IMAGE, ["there.example/app:a", "there.example/app:b"]) == [
        *("docker", "buildx", "imagetools", "create", "--prefer-index=false"),
        *("--tag", "there.example/app:a", "--tag", "there.example/app:b"),
        f"registry.example/app@{ONE}",
    ]


def test_an_old_buildx_copies_through_the_engine(
    docker: Callable[[dict[str, Completed]], Docker],
) -> None:
    """Its own copy would be an index around the image, which has another digest."""
    unknown = Completed((), 125, stderr="unknown flag: --prefer-index\nSee 'docker buildx ...'")
    stand = docker({IMAGE.by_digest: unknown})
    stand.once = {IMAGE.by_digest}
    store.copy(IMAGE, ["there.example/app:a"])
    assert [command for command, _ in stand.ran] == [
        store.copy_command(IMAGE, ["there.example/app:a"]),
        ["docker", "pull", "--quiet", IMAGE.by_digest],
        ["docker", "tag", IMAGE.by_digest, "there.example/app:a"],
        ["docker", "push", "there.example/app:a"],
    ]


def test_a_copy_that_fails_otherwise_is_a_failure(
    docker: Callable[[dict[str, Completed]], Docker],
) -> None:
    """A registry's refusal is not taken for an old buildx."""
    stand = docker({IMAGE.by_digest: Completed((), 1, stderr="401 Unauthorized")})
    with pytest.raises(CommandFailed, match="401"):
        store.copy(IMAGE, ["there.example/app:a"])
    assert len(stand.ran) == 1


@pytest.mark.parametrize(("tested", "expected"), [(ONE, True), (TWO, False), ("", False)])
def test_a_suite_that_passed_counts_for_its_own_digest_only(
    docker: Callable[[dict[str, Completed]], Docker],
    tested: str,
    expected: bool,  # noqa: FBT001
) -> None:
    """A mark that is on another digest, or on none, is no mark."""
    docker(
        {
            "slipway/app:c0ffee": Completed((), 0, stdout=f"{ONE}\n"),
            "slipway/app:c0ffee-tested": Completed((), 0, stdout=f"{tested}\n"),
        }
    )
    assert store.find("slipway/app", "c0ffee") == Image(
        "slipway/app", "c0ffee", ONE, tested=expected
    )


def test_the_mark_is_a_second_tag_of_the_same_digest(
    docker: Callable[[dict[str, Completed]], Docker],
) -> None:
    """In the engine by a tag, in a registry by a copy onto itself."""
    stand = docker({})
    local = replace(IMAGE, repository="slipway/app")
    assert store.mark_tested(local) == replace(local, tested=True)
    assert store.mark_tested(IMAGE) == replace(IMAGE, tested=True)
    assert [command for command, _ in stand.ran] == [
        ["docker", "tag", "slipway/app:c0ffee", "slipway/app:c0ffee-tested"],
        store.copy_command(IMAGE, ["registry.example/app:c0ffee-tested"]),
    ]


def test_a_push_that_another_machine_has_made_is_made(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """A registry may refuse to move a tag: what it holds then is the image of that tag."""
    shared = replace(settings, image_repository="registry.example/app")
    refused = Completed((), 1, stderr="denied: the tag is immutable")
    monkeypatch.setattr(store, "run", Docker({IMAGE.by_tag: refused}))
    monkeypatch.setattr(store, "find", lambda *_: IMAGE)
    assert store.keep(shared, "c0ffee") == IMAGE
    monkeypatch.setattr(store, "find", lambda *_: None)
    with pytest.raises(Failed, match=r"cannot be pushed: denied: the tag.*\n.*docker login reg"):
        store.keep(shared, "c0ffee")
