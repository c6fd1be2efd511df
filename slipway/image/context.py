"""The build context: a folder that holds one tree, and nothing else of the checkout."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipway.errors import Failed
from slipway.git import tree
from slipway.revision import Revision


@contextmanager
def exported(revision: Revision, repository: Path = Path()) -> Iterator[Path]:
    """Write the revision's tree into a folder, for as long as a build needs it.

    The files of a commit bear its time, on every machine: an application that makes ETags of
    times and sizes must not see a new file under an old time.

    Raises what `git_tree.export` raises, and Failed when the folder cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="slipway-context-") as scratch:
        folder = Path(scratch, "context")
        try:
            folder.mkdir()
            tree.export(revision.tree, folder, repository)
            if not revision.dirty:
                tree.set_times(folder, revision.committed)
        except OSError as error:
            raise Failed(
                f"the build context cannot be written: {error}",
                hint="free some space there, or set TMPDIR to another folder",
            ) from error
        yield folder
