"""Which digest a name has, read from what docker and buildx print."""

import json
from pathlib import Path

import pytest

from slipway.docker import digests
from slipway.docker.digests import Answer
from slipway.errors import Failed
from slipway.shell import CommandFailed, Completed
from tests.conftest import Clock
from tests.docker.command import Docker

NAME = "registry.example/app:c0ffee"
DIGEST = "sha256:" + "1" * 64
# Recorded of buildx 0.13.1; a format that begins with {{.Manifest is the whole manifest there.
OLD = f"""\
Name:      {NAME}
MediaType: application/vnd.docker.distribution.manifest.v2+json
Digest:    {DIGEST}
"""
OTHER = f"{NAME}@sha256:{'2' * 64}"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a docker client without any login."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path / "config.json"


@pytest.mark.parametrize("printed", [f'"{DIGEST}"\n', DIGEST, OLD])
def test_the_digest_is_read_from_every_buildx(printed: str) -> None:
    """As JSON, as a bare line, and as the list that buildx before 0.33 prints."""
    assert digests.parse(printed, NAME) == DIGEST


@pytest.mark.parametrize("printed", ["", "null", "sha256:1", f"{DIGEST} sha256:{'2' * 64}"])
def test_what_is_not_one_digest_is_an_error(printed: str) -> None:
    """Nothing is pulled or pushed by a name that was guessed."""
    with pytest.raises(Failed, match=f"the digest of {NAME} is not in buildx's answer"):
        digests.parse(printed, NAME)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"ERROR: {NAME}: not found", Answer.ABSENT),
        ("manifest unknown: manifest unknown", Answer.ABSENT),
        ("unexpected status from HEAD request: 401 Unauthorized", Answer.DENIED),
        ("unexpected status from HEAD request: 403 Forbidden", Answer.DENIED),
        ("requested access to the resource is denied", Answer.DENIED),
        ("server message: insufficient_scope: authorization failed", Answer.DENIED),
        ("unexpected status from HEAD request: 500 Internal Server Error", Answer.UNCLEAR),
        ("dial tcp: lookup registry.example: no such host", Answer.UNCLEAR),
        ("dial tcp 127.0.0.1:4030: connect: connection refused", Answer.UNCLEAR),
    ],
)
def test_a_registry_s_words_are_an_answer_or_none(words: str, expected: Answer) -> None:
    """Absent, denied, or no answer at all, which is not "absent"."""
    assert digests.classify(words, NAME) is expected


def test_a_name_is_no_part_of_the_answer() -> None:
    """An application may be called so."""
    name = "registry.example/denied/not-found/403:c0ffee"
    assert digests.classify(f"{name}: connection reset by peer", name) is Answer.UNCLEAR


def test_an_image_that_is_nowhere_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine and a registry say it in words of their own."""
    absent = Completed((), 1, stderr="Error: No such image: slipway/app:c0ffee")
    docker = Docker({"slipway/app:c0ffee": absent, NAME: Completed((), 1, stderr="not found")})
    monkeypatch.setattr(digests, "run", docker)
    assert digests.in_engine("slipway/app:c0ffee") is None
    assert digests.in_registry(NAME) is None


def test_an_engine_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not to know is not the same as to know that there is none: nothing is built again."""
    silent = Completed((), 1, stderr="Cannot connect to the Docker daemon")
    monkeypatch.setattr(digests, "run", Docker({"slipway/app:c0ffee": silent}))
    with pytest.raises(CommandFailed, match=r"Cannot connect.*\n.*invoke engine"):
        digests.in_engine("slipway/app:c0ffee")


def test_a_registry_that_does_not_answer_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """Three times, and then it is an error with the registry's words."""
    docker = Docker({NAME: Completed((), 1, stderr="500 Internal Server Error")})
    monkeypatch.setattr(digests, "run", docker)
    with pytest.raises(Failed, match=f"{NAME} cannot be looked up: 500 Internal.*\n.*network"):
        digests.in_registry(NAME)
    assert len(docker.ran) == 3
    assert len(clock.pauses) == 2


def test_a_registry_that_denies_has_nothing_where_there_is_a_login(
    monkeypatch: pytest.MonkeyPatch, config: Path
) -> None:
    """Docker Hub denies what it does not have; the push is what decides then."""
    denied = Completed((), 1, stderr="401 Unauthorized")
    monkeypatch.setattr(digests, "run", Docker({NAME: denied}))
    with pytest.raises(Failed, match=r"cannot be looked up: 401.*\n.*docker login registry\.ex"):
        digests.in_registry(NAME)
    config.write_text(json.dumps({"auths": {"registry.example": {}}}))
    assert digests.in_registry(NAME) is None
