"""The environment's repository, with botocore's Stubber in the place of ECR."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.stub import Stubber

from slipway.aws import session
from slipway.docker import digests
from slipway.errors import ConfigurationError, Failed, Refused
from slipway.image import registry, store
from slipway.revision import Image
from slipway.settings import Settings
from slipway.shell import Completed
from tests.answers import stubbed
from tests.docker.command import Docker

IMAGE = Image("slipway/app", "c0ffee", "sha256:" + "1" * 64, tested=True)
OTHER = "sha256:" + "2" * 64
QUESTION = {"repositoryName": "shop", "imageIds": [{"imageTag": "c0ffee"}]}


@pytest.fixture
def staging(staging: Settings) -> Settings:
    """An environment on an emulator, whose registry has no name of ECR's."""
    return replace(staging, endpoint_url="http://registry.example:4566")


@pytest.fixture
def ecr(staging: Settings) -> Iterator[Stubber]:
    """Answer for ECR, and insist that every answer is asked for."""
    with stubbed(session.client(staging, "ecr")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def holds(ecr: Stubber, digest: str, *tags: str) -> None:
    """Have the repository hold one image."""
    found = {"imageDigest": digest, "imageTags": list(tags)}
    ecr.add_response("describe_images", {"imageDetails": [found]}, QUESTION)


@pytest.fixture
def docker(ecr: Stubber, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Docker:
    """Stand for shell.run, and have ECR answer with a token."""
    docker = Docker()
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr(registry, "run", docker)
    monkeypatch.setattr(store, "run", docker)
    monkeypatch.setattr(digests, "run", docker)
    token = base64.b64encode(b"AWS:hush").decode()
    data = {"authorizationData": [{"authorizationToken": token}]}
    ecr.add_response("get_authorization_token", data, {})
    return docker


@pytest.mark.parametrize(
    ("tags", "tested"), [(["c0ffee"], False), (["c0ffee", "c0ffee-tested"], True)]
)
def test_a_pushed_image_is_found_with_its_mark(
    staging: Settings,
    ecr: Stubber,
    tags: list[str],
    tested: bool,  # noqa: FBT001
) -> None:
    """One call returns the digest, and whether its suite passed."""
    holds(ecr, IMAGE.digest, *tags)
    expected = Image("registry.example/shop", "c0ffee", IMAGE.digest, tested)
    assert registry.find(staging, "c0ffee") == expected


def test_an_image_that_was_not_pushed_is_none(staging: Settings, ecr: Stubber) -> None:
    """ECR says it in two ways."""
    ecr.add_response("describe_images", {"imageDetails": []}, QUESTION)
    assert registry.find(staging, "c0ffee") is None
    ecr.add_client_error("describe_images", "ImageNotFoundException")
    assert registry.find(staging, "c0ffee") is None


def test_a_repository_that_is_missing_leads_to_bootstrap(staging: Settings, ecr: Stubber) -> None:
    """The message says what to type."""
    ecr.add_client_error("describe_images", "RepositoryNotFoundException")
    with pytest.raises(registry.RepositoryMissing) as caught:
        registry.find(staging, "c0ffee")
    assert caught.value.what == "there is no repository registry.example/shop"
    assert caught.value.hint == "invoke bootstrap --env staging"
    assert caught.value.exit_code == 2


def test_the_tags_of_a_tested_image_say_so() -> None:
    """The mark travels with the image."""
    assert registry.tags(IMAGE) == ["c0ffee", "c0ffee-tested"]
    assert registry.tags(replace(IMAGE, tested=False)) == ["c0ffee"]


def test_an_untested_image_is_refused(staging: Settings) -> None:
    """Nothing is called, and the message has the name that gets it through."""
    with pytest.raises(Refused, match=r"slipway/app:c0ffee is not tested\n.*--untested"):
        registry.promote(staging, replace(IMAGE, tested=False))


def test_no_token_is_asked_for_a_foreign_registry(staging: Settings, ecr: Stubber) -> None:
    """A secret goes only to the host that it is for; nothing is sent."""
    foreign = replace(staging, ecr_repository="foreign.example/shop")
    with pytest.raises(ConfigurationError, match=r"foreign\.example is not an ECR registry"):
        registry.promote(foreign, IMAGE)
    ecr.assert_no_pending_responses()


def test_an_untested_image_goes_by_name(staging: Settings, ecr: Stubber, docker: Docker) -> None:
    """It is pushed without the mark, and is untested there, too."""
    holds(ecr, IMAGE.digest, "c0ffee")
    pushed = registry.promote(staging, replace(IMAGE, tested=False), untested=True)
    assert not pushed.tested
    assert docker.ran[-1][0] == ["docker", "push", "registry.example/shop:c0ffee"]
    assert len(docker.ran) == 2


def test_an_image_of_the_engine_is_pushed_under_each_tag(
    staging: Settings, ecr: Stubber, docker: Docker
) -> None:
    """All commands in their order; ECR's password is in none of them."""
    holds(ecr, IMAGE.digest, "c0ffee", "c0ffee-tested")
    pushed = registry.promote(staging, IMAGE)
    there = "registry.example/shop:c0ffee"
    assert docker.ran == [
        (["docker", "tag", "slipway/app:c0ffee", there], None),
        (["docker", "push", there], None),
        (["docker", "tag", "slipway/app:c0ffee", f"{there}-tested"], None),
        (["docker", "push", f"{there}-tested"], None),
    ]
    assert pushed == replace(IMAGE, repository="registry.example/shop")


def test_an_image_of_a_registry_is_copied_by_digest(
    staging: Settings, ecr: Stubber, docker: Docker
) -> None:
    """It does not pass through this machine."""
    holds(ecr, IMAGE.digest, "c0ffee", "c0ffee-tested")
    shared = replace(IMAGE, repository="ci.example/app")
    registry.promote(staging, shared)
    there = "registry.example/shop:c0ffee"
    copy = store.copy_command(shared, [there, f"{there}-tested"])
    assert [command for command, _ in docker.ran] == [copy]


def refuse(docker: Docker, name: str) -> None:
    """Have ECR refuse a push, in docker's words."""
    docker.answers = {name: Completed((), 1, stderr="tag invalid: the tag is immutable")}


def test_another_untested_digest_under_the_tag_is_explained(
    staging: Settings, ecr: Stubber, docker: Docker
) -> None:
    """A tag of the repository never changes; the message says who tests what is there."""
    there = "registry.example/shop:c0ffee"
    refuse(docker, there)
    holds(ecr, OTHER, "c0ffee")
    with pytest.raises(Failed) as caught:
        registry.promote(staging, IMAGE)
    assert caught.value.what.startswith(f"{there} is {OTHER}, an untested image that another")
    assert IMAGE.digest in caught.value.what
    assert caught.value.hint.startswith("invoke deploy --env staging")


def test_a_tested_image_that_another_machine_has_pushed_is_as_good(
    staging: Settings, ecr: Stubber, docker: Docker
) -> None:
    """Two machines at once: the slower one uses the faster one's image."""
    refuse(docker, "registry.example/shop:c0ffee")
    holds(ecr, OTHER, "c0ffee", "c0ffee-tested")
    assert registry.promote(staging, IMAGE).digest == OTHER


@pytest.mark.parametrize("tags", [[], ["c0ffee"]])
def test_a_push_that_fails_says_docker_s_reason(
    staging: Settings, ecr: Stubber, docker: Docker, tags: list[str]
) -> None:
    """It is not "exit code 1 from docker push"; a mark that is missing is not taken for there."""
    refuse(docker, "registry.example/shop:c0ffee-tested")
    if tags:
        holds(ecr, IMAGE.digest, *tags)
    else:
        ecr.add_client_error("describe_images", "ImageNotFoundException")
    with pytest.raises(Failed, match=r"was not pushed to registry\.example/shop: tag inv") as it:
        registry.promote(staging, IMAGE)
    assert "same command" in it.value.hint


@pytest.mark.parametrize(
    ("image_tested", "digest", "pushed_tested", "refused", "good"),
    [
        (True, IMAGE.digest, True, False, True),
        (True, IMAGE.digest, True, True, True),
        (True, IMAGE.digest, False, False, True),
        (True, IMAGE.digest, False, True, False),
        (False, IMAGE.digest, False, True, True),
        (True, "other", True, True, True),
        (True, "other", False, True, False),
        (False, "other", False, False, False),
    ],
)
def test_what_is_there_after_a_push_is_judged(
    image_tested: bool,  # noqa: FBT001
    digest: str,
    pushed_tested: bool,  # noqa: FBT001
    refused: bool,  # noqa: FBT001
    good: bool,  # noqa: FBT001
) -> None:
    """Every combination of digest, mark and refusal that can occur."""
    pushed = Image("registry.example/shop", "c0ffee", digest, tested=pushed_tested)
    image = replace(IMAGE, tested=image_tested)
    assert registry.is_good(image, pushed, refused=refused) is good


def test_an_image_of_the_environment_is_fetched_for_its_tests(
    staging: Settings, docker: Docker
) -> None:
    """By digest into the engine, for the platform that it has; in a registry by a copy."""
    pushed = replace(IMAGE, repository="registry.example/shop", tested=False)
    docker.answers = {"slipway/app:c0ffee": Completed((), 0, stdout=f"{IMAGE.digest}\n")}
    fetched = registry.fetch(staging, pushed, "linux/arm64")
    assert fetched == replace(IMAGE, tested=False)
    pull = ["docker", "pull", "--quiet", "--platform", "linux/arm64", pushed.by_digest]
    tag = ["docker", "tag", pushed.by_digest, "slipway/app:c0ffee"]
    assert [command for command, _ in docker.ran[:2]] == [pull, tag]


def test_an_image_is_fetched_into_a_shared_repository_by_a_copy(
    staging: Settings, docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What arrives is compared: a digest is not taken on trust."""
    client = session.client(staging, "ecr")
    monkeypatch.setattr(session, "client", lambda *_: client)
    shared = replace(staging, image_repository="ci.example/app")
    pushed = replace(IMAGE, repository="registry.example/shop", tested=False)
    other = Completed((), 0, stdout=f'"{OTHER}"')
    docker.answers = dict.fromkeys(("ci.example/app:c0ffee", "ci.example/app:c0ffee-tested"), other)
    with pytest.raises(Failed, match=f"ci.example/app:c0ffee is not {IMAGE.digest} after"):
        registry.fetch(shared, pushed, "linux/amd64")
    copy = store.copy_command(pushed, ["ci.example/app:c0ffee"])
    assert docker.ran[0][0] == copy
