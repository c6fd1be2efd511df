"""The local account's folder on this machine, and the access key that is kept in it."""

import configparser
import hashlib
import hmac
import os
import secrets
import shlex
from dataclasses import dataclass
from pathlib import Path

PROFILE = "default"


@dataclass(frozen=True)
class AccessKey:
    """An access key of the local account; `secret` never leaves this machine."""

    key_id: str
    secret: str

    def proof(self, challenge: str) -> str:
        """Return what shows to who knows the secret that the other side knows it, too."""
        text = f"local account {challenge}".encode()
        return hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"AccessKey({self.key_id!r})"


def states() -> Path:
    """Return the folder of all local accounts of this user."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "slipway"


def state_folder(port: int) -> Path:
    """Return the folder of one account: its state, log, process id, password and access key."""
    return states() / str(port)


def make_folder(folder: Path) -> None:
    """Make a folder of its owner alone, and the missing ones above it, whatever the umask."""
    for each in reversed([folder, *folder.parents]):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def owner(port: int) -> str:
    """Return 12 hexadecimal digits that differ for each user and state folder."""
    whose = f"{os.getuid()}:{state_folder(port).absolute()}"
    return hashlib.sha256(whose.encode()).hexdigest()[:12]


def credentials_file(port: int) -> Path:
    """Return the file with the access key, in the format that every AWS tool reads.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
    """
    return state_folder(port) / "credentials"


def read(port: int) -> AccessKey | None:
    """Read the account's access key; None if there is no account, or it is another user's."""
    return read_file(credentials_file(port))


def read_file(path: Path) -> AccessKey | None:
    """Read an access key from a credentials file; None where it cannot be read, or has none."""
    # A secret may contain "%", which configparser would expand.
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
        section = parser[PROFILE]
        return AccessKey(section["aws_access_key_id"], section["aws_secret_access_key"])
    except (OSError, ValueError, KeyError, configparser.Error):
        return None


def create(port: int) -> AccessKey:
    """Return the account's access key; make one if there is none.

    Its file can be read by its owner alone (0600, in a folder of 0700), and is complete or
    not there. Raises OSError where the folder cannot be written.
    """
    make_folder(state_folder(port))
    state_folder(port).chmod(0o700)
    if key := read(port):
        return key
    key = AccessKey(f"LOCAL{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30))
    path = credentials_file(port)
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    text = f"[{PROFILE}]\naws_access_key_id = {key.key_id}\naws_secret_access_key = {key.secret}\n"
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
    return key


def variables(port: int, region: str, endpoint_url: str) -> str:
    """Return the shell words that point another AWS tool at the account; none is a secret."""
    values = {
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials_file(port)),
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_REGION": region,
    }
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
