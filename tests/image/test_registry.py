"""The environment's repository, with botocore's Stubber in the place of ECR."""

import base64
from collections.abc import Iterator
from dataclasses import replace

import pytest
from botocore.stub import Stubber

from pipeline import aws
from pipeline.errors import Failed, Refused
from pipeline.image import registry, store
from pipeline.revision import Image
from pipeline.settings import Settings
from tests.image.test_store import Docker

IMAGE = Image("slipway/app", "c0ffee", "sha256:" + "1" * 64, tested=True)
QUESTION = {"repositoryName": "shop", "imageIds": [{"imageTag": "c0ffee"}]}


@pytest.fixture
def ecr(staging: Settings) -> Iterator[Stubber]:
    """Answer for ECR, and insist that every answer is asked for."""
    with Stubber(aws.client(staging, "ecr")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def holds(ecr: Stubber, digest: str, *tags: str) -> None:
    """Have the repository hold one image."""
    found = {"imageDigest": digest, "imageTags": list(tags)}
    ecr.add_response("describe_images", {"imageDetails": [found]}, QUESTION)


@pytest.fixture
def docker(ecr: Stubber, monkeypatch: pytest.MonkeyPatch) -> Docker:
    """Stand for shell.run, and have ECR answer with a token."""
    docker = Docker()
    monkeypatch.setattr(registry, "run", docker)
    monkeypatch.setattr(store, "run", docker)
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
    """One call tells the digest, and whether its suite was green."""
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


def test_an_untested_image_goes_by_name(staging: Settings, ecr: Stubber, docker: Docker) -> None:
    """It is pushed without the mark, and is untested there, too."""
    holds(ecr, IMAGE.digest, "c0ffee")
    pushed = registry.promote(staging, replace(IMAGE, tested=False), untested=True)
    assert not pushed.tested
    assert docker.ran[-1][0] == ["docker", "push", "registry.example/shop:c0ffee"]
    assert len(docker.ran) == 3


def test_an_image_of_the_engine_is_pushed_under_each_tag(
    staging: Settings, ecr: Stubber, docker: Docker
) -> None:
    """All commands in their order; ECR's password is in none, and reaches the login alone."""
    holds(ecr, IMAGE.digest, "c0ffee", "c0ffee-tested")
    pushed = registry.promote(staging, IMAGE)
    there = "registry.example/shop:c0ffee"
    login = ["docker", "login", "--username", "AWS", "--password-stdin", "registry.example"]
    assert docker.ran == [
        (login, "hush"),
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
    assert [command for command, _ in docker.ran[1:]] == [copy]


def test_another_digest_under_the_tag_is_a_failure(
    staging: Settings, ecr: Stubber, docker: Docker
) -> None:
    """A tag of the repository never changes: what is there already is not what was tested."""
    other = "sha256:" + "2" * 64
    holds(ecr, other, "c0ffee")
    with pytest.raises(Failed, match=f"holds {other}, not {IMAGE.digest}"):
        registry.promote(staging, IMAGE)
    assert docker.ran
