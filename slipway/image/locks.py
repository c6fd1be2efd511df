"""Who builds and who tests on this machine, kept in locks that end with their process."""

import fcntl
import hashlib
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from slipway.errors import ConfigurationError, SlipwayError
from slipway.local_key import states

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def alone(tag: str, waiting: Callable[[], None]) -> Iterator[bool]:
    """Let one process of this user build a tag at a time; yield whether another was waited for.

    `waiting` is called once before the wait. One file serves all tags: each locks a byte of it.
    """
    offset = int.from_bytes(hashlib.sha256(tag.encode()).digest()[:6])
    with _open(_folder() / "builds.lock") as file:
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
    folder, token = _folder(), secrets.token_hex(4)
    for file in sorted(folder.glob("suite-*.lock")):
        _remove_left(file, remove)
    part, file = folder / f"{token}.part", folder / f"suite-{token}.lock"
    with _open(part) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Its final name when it is locked: before, it would be taken for a killed one's.
        part.rename(file)
        try:
            yield token
        finally:
            _remove(file, remove)


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
            _remove(file, remove)
    except OSError:
        return  # its owner runs, or another command removes it


def _remove(file: Path, remove: Callable[[str], None]) -> None:
    """Remove what is of a token, then its file; where the engine refuses, the next run tries."""
    with uninterrupted(), suppress(SlipwayError):
        remove(file.stem.removeprefix("suite-"))
        file.unlink(missing_ok=True)


def _open(file: Path) -> IO[str]:
    try:
        return file.open("w")
    except OSError as error:
        raise _unwritable(file, error) from error


def _folder() -> Path:
    """Return the folder of locks in the user's state folder.

    Raises ConfigurationError where it cannot be made.
    """
    folder = states() / "images"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def _unwritable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"{path} cannot be written: {error.strerror}",
        hint="set XDG_STATE_HOME to a folder that you may write to",
    )
