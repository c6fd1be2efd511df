"""Who builds and who tests on this machine, kept in locks that end with their process."""

import fcntl
import hashlib
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.local_key import states

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def alone(tag: str, waiting: Callable[[], None]) -> Iterator[bool]:
    """Let one process of this user build a tag at a time; yield whether another was waited for.

    `waiting` is called once before the wait. One file serves all tags: each locks a byte of it.
    """
    offset = int.from_bytes(hashlib.sha256(tag.encode()).digest()[:6])
    with _file("builds.lock").open("w") as file:
        waited = False
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError:
            waited = True
            waiting()
            fcntl.lockf(file, fcntl.LOCK_EX, 1, offset)
        yield waited


@contextmanager
def owned(remove: Callable[[str], None]) -> Iterator[str]:
    """Yield a token to name things by, and at the end call `remove` with it.

    What a killed process left is removed first: its token's file is there, and its lock is free.
    A second Ctrl-C does not stop a removal.
    """
    for file in sorted(_file("suites").parent.glob("suite-*.lock")):
        _remove_left(file, remove)
    token = secrets.token_hex(4)
    part, file = _file(f"{token}.part"), _file(f"suite-{token}.lock")
    with part.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Its final name when it is locked: before, it would be taken for a killed one's.
        part.rename(file)
        try:
            yield token
        finally:
            with uninterrupted():
                remove(token)
                file.unlink(missing_ok=True)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let no signal that a person sends end the block, nor the commands that it runs."""
    handlers = {each: signal.signal(each, signal.SIG_IGN) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)


def _remove_left(file: Path, remove: Callable[[str], None]) -> None:
    try:
        with file.open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with uninterrupted():
                remove(file.stem.removeprefix("suite-"))
                file.unlink(missing_ok=True)
    except OSError:
        return  # its owner runs, or another command removes it


def _file(name: str) -> Path:
    """Return a file of the user's state folder.

    Raises ConfigurationError where that folder cannot be written.
    """
    folder = states() / "images"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be made: {error.strerror}",
            hint="set XDG_STATE_HOME to a folder that you may write to",
        ) from error
    return folder / name
