"""A registry's secret goes to its host, by standard input or by a file that goes away."""

import base64
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from slipway.docker import login
from slipway.errors import ConfigurationError
from slipway.settings import Settings
from tests.docker.command import Docker


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a docker client's configuration."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("repository", "registry", "user", "password", "logins"),
    [
        ("registry.example/app", "registry.example", "someone", "hush", 1),
        ("registry.example:5050/group/app", "registry.example:5050", "someone", "hush", 1),
        ("registry.example/app", "Registry.Example", "someone", "hush", 1),
        ("other.example/app", "registry.example", "someone", "hush", 0),
        ("registry.example.evil/app", "registry.example", "someone", "hush", 0),
        ("registry.example/app", "registry.example:5050", "someone", "hush", 0),
        ("registry.example/app", None, "someone", "hush", 0),
        ("registry.example/app", "registry.example", None, None, 0),
        ("registry.example/app", "registry.example", "someone", None, 0),
        ("slipway/app", "registry.example", "someone", "hush", 0),
    ],
)
def test_a_job_s_password_goes_to_the_host_that_it_is_for(  # noqa: PLR0913, PLR0917 - columns
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    repository: str,
    registry: str | None,
    user: str | None,
    password: str | None,
    logins: int,
) -> None:
    """To the host of CI_REGISTRY and to no other, and by standard input."""
    docker = Docker()
    monkeypatch.setattr(login, "run", docker)
    own = replace(settings, image_repository=repository, registry=registry)
    login.job(replace(own, registry_user=user, registry_password=password))
    host = repository.partition("/")[0]
    command = ["docker", "login", "--username", "someone", "--password-stdin", host]
    assert docker.ran == [(command, "hush")] * logins


def test_a_login_for_a_while_leaves_the_user_s_own_as_it_was(folder: Path) -> None:
    """The token is in a file that only its owner reads, and gone with the block."""
    own = {"auths": {"other.example": {"auth": "eA=="}}, "credsStore": "desktop"}
    (folder / "config.json").write_text(json.dumps(own))
    (folder / "cli-plugins").mkdir()
    (folder / "cli-plugins" / "docker-buildx").touch()
    with login.credentials("registry.example", "AWS", "hush") as env:
        scratch = Path(env["DOCKER_CONFIG"])
        file = scratch / "config.json"
        config = json.loads(file.read_text())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(scratch.stat().st_mode) == 0o700
        assert (scratch / "cli-plugins" / "docker-buildx").exists()
    auth = base64.b64encode(b"AWS:hush").decode()
    assert config["auths"] == {**own["auths"], "registry.example": {"auth": auth}}  # type: ignore[dict-item]
    assert config["credsStore"] == "desktop"
    assert not scratch.exists()
    assert json.loads((folder / "config.json").read_text()) == own


def test_a_credential_store_does_not_hide_a_login_for_a_while() -> None:
    """An empty helper for one host wins over the store of the whole client."""
    config = login.with_login({"credHelpers": {"a.example": "ecr"}}, "b.example", "x", "y")
    assert config["credHelpers"] == {"a.example": "ecr", "b.example": ""}


def test_a_client_without_a_configuration_can_log_in(folder: Path) -> None:
    """On a machine that has never logged in anywhere there is no folder."""
    folder.rmdir()
    with login.credentials("registry.example", "AWS", "hush") as env:
        assert Path(env["DOCKER_CONFIG"], "config.json").exists()
    assert not login.is_known("registry.example")


@pytest.mark.parametrize(
    ("config", "host", "known"),
    [
        ({"auths": {"registry.example": {}}}, "registry.example", True),
        ({"credHelpers": {"registry.example": "ecr-login"}}, "registry.example", True),
        ({"auths": {"https://index.docker.io/v1/": {}}}, "docker.io", True),
        ({"auths": {"registry.example": {}}}, "other.example", False),
        ({"auths": None, "credsStore": "desktop"}, "registry.example", False),
        ([], "registry.example", False),
    ],
)
def test_a_login_is_known_by_its_host(
    folder: Path,
    config: object,
    host: str,
    known: bool,  # noqa: FBT001
) -> None:
    """A credential store lists the hosts of its logins in the file, too."""
    (folder / "config.json").write_text(json.dumps(config))
    assert login.is_known(host) is known


def test_a_configuration_that_is_broken_is_named(folder: Path) -> None:
    """No traceback for a file that a user can break."""
    (folder / "config.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"config\.json cannot be read"):
        login.is_known("registry.example")


@pytest.mark.parametrize("name", ["auths", "credHelpers"])
def test_a_configuration_of_another_shape_is_named(folder: Path, name: str) -> None:
    """The client's file is the user's own, and may hold anything."""
    (folder / "config.json").write_text(json.dumps({name: ["x"]}))
    with pytest.raises(ConfigurationError, match=f"{name} is not a JSON object"):
        login.is_known("registry.example")
