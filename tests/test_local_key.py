"""The local account's access key: one for each account, and readable by its owner alone."""

import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from slipway import local_key, settings
from slipway.aws import session
from slipway.errors import ConfigurationError
from slipway.local_key import AccessKey


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all local accounts, which is not there yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "slipway"


def test_a_key_is_made_once_for_each_account() -> None:
    """The second time it is the same; another account has another."""
    first = local_key.create(4566)

    assert local_key.create(4566) == first == local_key.read(4566)
    other = local_key.create(4567)
    assert {first.key_id, first.secret} & {other.key_id, other.secret} == set()
    assert len(first.secret) == 40


def test_nobody_else_can_read_a_key(home: Path) -> None:
    """Mode 0600, in folders of 0700, whatever the umask, and whatever the folder was before."""
    (home / "4566").mkdir(parents=True)
    (home / "4566").chmod(0o777)

    local_key.create(4566)

    modes = [
        stat.S_IMODE(path.stat().st_mode)
        for path in (home / "4566", local_key.credentials_file(4566))
    ]
    assert modes == [0o700, 0o600]


def test_a_key_is_shown_without_its_secret() -> None:
    """In a traceback or a log."""
    key = local_key.create(4566)
    assert key.secret not in repr(key)
    assert key.secret not in local_key.variables(4566, "us-east-1", "http://localhost:4566")


@pytest.mark.parametrize(
    "text", ["", "[default]\naws_access_key_id = K\n", "no file of keys", "[x]"]
)
def test_half_a_key_is_none(home: Path, text: str) -> None:
    """What an interrupted write, or somebody, left there; the next `up` makes another."""
    (home / "4566").mkdir(parents=True)
    local_key.credentials_file(4566).write_text(text)
    assert local_key.read(4566) is None

    assert local_key.create(4566) == local_key.read(4566)


def test_any_aws_tool_can_read_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret may hold whatever token_urlsafe gives."""
    monkeypatch.setattr("secrets.token_urlsafe", lambda _: "-a_%(b)s%")
    key = local_key.create(4566)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(local_key.credentials_file(4566)))

    found = Session().get_credentials()

    assert found
    assert AccessKey(found.access_key, found.secret_key) == key == local_key.read(4566)


def test_a_client_of_the_account_signs_with_its_key() -> None:
    """Read when the client is made; the settings, which are read before, do not hold it."""
    local = replace(settings.resolve("local", {}), local_port=4599)
    with pytest.raises(ConfigurationError, match="no local AWS account on port 4599") as raised:
        session.client(local, "sts")
    assert raised.value.hint == "invoke local.up"

    key = local_key.create(4599)

    client: Any = session.client(local, "sts")
    credentials = client._request_signer._credentials  # noqa: SLF001 - not public
    assert (credentials.access_key, credentials.secret_key) == (key.key_id, key.secret)
    assert session.child_environment(local)["AWS_SECRET_ACCESS_KEY"] == key.secret
