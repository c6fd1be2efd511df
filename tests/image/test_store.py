"""Where an image is kept, and what is said to docker to keep it there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from pipeline.errors import Failed
from pipeline.image import store
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.shell import CommandFailed, Completed

IMAGE = Image("registry.example/app", "c0ffee", "sha256:1", tested=False)


@dataclass
class Docker:
    """Stands for shell.run: notes what is run, and answers with what `answers` holds for it."""

    answers: Mapping[str, Completed] = field(default_factory=dict)
    ran: list[tuple[list[str], str | None]] = field(default_factory=list)

    def __call__(self, command: list[str], *, stdin: str | None = None, **_: Any) -> Completed:
        """Answer by the command's last word: the image's name."""
        self.ran.append((command, stdin))
        return self.answers.get(command[-1], Completed(tuple(command), 0))


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
    """The rule by which docker itself tells a host from a folder."""
    assert store.is_shared(repository) is shared


def test_a_copy_goes_by_digest_and_keeps_it() -> None:
    """From registry to registry: what arrives is what was named, under each tag."""
    assert store.copy_command(IMAGE, ["there.example/app:a", "there.example/app:b"]) == [
        *("docker", "buildx", "imagetools", "create", "--prefer-index=false"),
        *("--tag", "there.example/app:a", "--tag", "there.example/app:b"),
        "registry.example/app@sha256:1",
    ]


def test_a_password_goes_in_by_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password of a registry is in no argument list."""
    docker = Docker()
    monkeypatch.setattr(store, "run", docker)
    store.login_to("registry.example", "someone", "hush")
    command = ["docker", "login", "--username", "someone", "--password-stdin", "registry.example"]
    assert docker.ran == [(command, "hush")]


@pytest.mark.parametrize(
    ("repository", "user", "password", "logins"),
    [
        ("registry.example/app", "someone", "hush", 1),
        ("registry.example/app", None, None, 0),
        ("registry.example/app", "someone", None, 0),
        ("slipway/app", "someone", "hush", 0),
    ],
)
def test_a_login_needs_a_registry_and_both_halves(  # noqa: PLR0913, PLR0917 - a table's columns
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    repository: str,
    user: str | None,
    password: str | None,
    logins: int,
) -> None:
    """Where there is nobody to log in as, or nowhere, docker is not asked to."""
    docker = Docker()
    monkeypatch.setattr(store, "run", docker)
    store.login(
        replace(
            settings, image_repository=repository, registry_user=user, registry_password=password
        )
    )
    assert len(docker.ran) == logins


@pytest.mark.parametrize(
    ("tested", "expected"), [("sha256:1", True), ("sha256:2", False), ("", False)]
)
def test_a_green_suite_counts_for_its_own_digest_only(
    monkeypatch: pytest.MonkeyPatch,
    tested: str,
    expected: bool,  # noqa: FBT001
) -> None:
    """A mark that is on another digest, or on none, is no mark."""
    answers = {
        "slipway/app:c0ffee": Completed((), 0, stdout="sha256:1\n"),
        "slipway/app:c0ffee-tested": Completed((), 0, stdout=f"{tested}\n"),
    }
    monkeypatch.setattr(store, "run", Docker(answers))
    assert store.find("slipway/app", "c0ffee") == Image(
        "slipway/app", "c0ffee", "sha256:1", tested=expected
    )


def test_an_image_that_is_nowhere_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine and a registry say it in words of their own."""
    answers = {
        "slipway/app:c0ffee": Completed((), 1, stderr="Error: No such image: slipway/app:c0ffee"),
        "registry.example/app:c0ffee": Completed((), 1, stderr="ERROR: not found"),
    }
    monkeypatch.setattr(store, "run", Docker(answers))
    assert store.find("slipway/app", "c0ffee") is None
    assert store.find("registry.example/app", "c0ffee") is None


def test_an_engine_or_a_registry_that_does_not_answer_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not to know is not the same as to know that there is none: nothing is built anew."""
    answers = {
        "slipway/app:c0ffee": Completed((), 1, stderr="Cannot connect to the Docker daemon"),
        "registry.example/app:c0ffee": Completed((), 1, stderr="401 Unauthorized"),
    }
    monkeypatch.setattr(store, "run", Docker(answers))
    with pytest.raises(CommandFailed, match=r"Cannot connect.*\n.*invoke engine"):
        store.find("slipway/app", "c0ffee")
    with pytest.raises(Failed, match=r"registry.example/app:c0ffee cannot be looked up: 401"):
        store.find("registry.example/app", "c0ffee")


def test_the_mark_is_a_second_tag_of_the_same_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the engine by a tag, in a registry by a copy onto itself."""
    docker = Docker()
    monkeypatch.setattr(store, "run", docker)
    local = replace(IMAGE, repository="slipway/app")
    assert store.mark_tested(local) == replace(local, tested=True)
    assert store.mark_tested(IMAGE) == replace(IMAGE, tested=True)
    assert [command for command, _ in docker.ran] == [
        ["docker", "tag", "slipway/app:c0ffee", "slipway/app:c0ffee-tested"],
        store.copy_command(IMAGE, ["registry.example/app:c0ffee-tested"]),
    ]
