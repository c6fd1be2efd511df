"""The files of a git tree, written as they were committed, whatever lies in the checkout.

Not `git archive` or `git checkout-index`: both follow attributes and settings (export-ignore,
ends of lines, filters), so that one tree becomes different files on two machines.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from slipway.errors import ConfigurationError, Failed
from slipway.git.command import attempt, git

EXECUTABLE, LINK, SUBMODULE = "100755", "120000", "160000"
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#the-pointer
POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*oid sha256:(\w{64})")
POINTER_BYTES = 1024


@dataclass(frozen=True)
class Entry:
    """One file of a tree: git's mode, the object's full name, and the path from the tree."""

    mode: str
    name: str
    path: Path


def export(tree: str, target: Path, repository: Path = Path()) -> None:
    """Write the files of `tree` into the folder `target`, the submodules' included.

    Modes are git's own, 644 or 755, whatever the umask. A Git LFS pointer becomes the file that
    it names. Links come last, so that no file is written through one.

    Raises ConfigurationError for a submodule that is not checked out and for a file of Git LFS
    that is not in this clone, Failed for a tree that git cannot read.
    """
    entries = list(_entries(tree, repository))
    links = [each for each in entries if each.mode == LINK]
    submodules = [each for each in entries if each.mode == SUBMODULE]
    files = [each for each in entries if each.mode not in {LINK, SUBMODULE}]
    with tempfile.TemporaryFile() as contents:
        for entry, size in _contents([*files, *links], contents, repository):
            _write(entry, contents.read(size), target, repository)
    for entry in submodules:
        _export_submodule(entry, target, repository)


def set_times(folder: Path, seconds: int) -> None:
    """Give everything in `folder` the same time of modification."""
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in (*folders, *files):
            os.utime(Path(parent, name), (seconds, seconds), follow_symlinks=False)


def _entries(tree: str, repository: Path) -> Iterator[Entry]:
    with tempfile.TemporaryFile() as listed:
        git("ls-tree", "-r", "-z", "--full-tree", tree, folder=repository, stdout=listed)
        listed.seek(0)
        for line in os.fsdecode(listed.read()).split("\0")[:-1]:
            (mode, _, name), path = line.split("\t")[0].split(), line.partition("\t")[2]
            # git refuses such names in a checkout; a tree that was made by hand can have them.
            if {"", ".", "..", ".git"} & set(path.split("/")):
                raise Failed(f"the tree {tree} has a file of the forbidden name {path!r}")
            yield Entry(mode, name, Path(path))


def _contents(
    entries: list[Entry], contents: IO[bytes], repository: Path
) -> Iterator[tuple[Entry, int]]:
    """Read all objects with one process; `contents` is then at each one's bytes in turn.

    https://git-scm.com/docs/git-cat-file#_batch_output
    """
    names = "".join(f"{each.name}\n" for each in entries)
    git("cat-file", "--batch", folder=repository, stdin=names, stdout=contents)
    contents.seek(0)
    for entry in entries:
        _, kind, *size = contents.readline().decode().split()
        if kind != "blob":
            raise Failed(f"git has no content for {entry.path}", hint="git fsck")
        yield entry, int(size[0])
        contents.read(1)


def _write(entry: Entry, content: bytes, target: Path, repository: Path) -> None:
    path = target / entry.path
    _make_folders(path.parent)
    if entry.mode == LINK:
        path.symlink_to(os.fsdecode(content))
        return
    if len(content) < POINTER_BYTES and (pointer := POINTER.match(content)):
        shutil.copyfile(_lfs_file(entry, pointer[1].decode(), repository), path)
    else:
        path.write_bytes(content)
    path.chmod(0o755 if entry.mode == EXECUTABLE else 0o644)


def _make_folders(folder: Path) -> None:
    if not folder.exists():
        _make_folders(folder.parent)
        folder.mkdir()
        folder.chmod(0o755)


def _lfs_file(entry: Entry, digest: str, repository: Path) -> Path:
    """Return the file of Git LFS that has this SHA-256.

    https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md#intercepting-git
    """
    common = git("rev-parse", "--path-format=absolute", "--git-common-dir", folder=repository)
    file = Path(common, "lfs", "objects", digest[:2], digest[2:4], digest)
    if file.is_file():
        with file.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() == digest:
                return file
    raise ConfigurationError(
        f"{entry.path} is stored in Git LFS, and its content is not in this clone",
        hint="git lfs pull",
    )


def _export_submodule(entry: Entry, target: Path, repository: Path) -> None:
    folder, tree = repository / entry.path, f"{entry.name}^{{tree}}"
    present = (folder / ".git").exists()
    if not present or attempt("cat-file", "-e", tree, folder=folder).code:
        raise ConfigurationError(
            f"the submodule {entry.path} is not checked out at commit {entry.name[:12]}",
            hint="git submodule update --init --recursive",
        )
    _make_folders(target / entry.path)
    export(tree, target / entry.path, folder)
