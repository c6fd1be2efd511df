"""Which of two commits is the newer one, asked until git can tell."""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from slipway import polling
from slipway.errors import Failed
from slipway.git.command import attempt, git

FETCH_SECONDS = 60
# First a step that is cheap in a job's shallow clone, then the whole history.
DEEPER = ("--deepen=1000", "--unshallow")


class Relation(Enum):
    """What the wanted commit is to the deployed one."""

    SAME = "same"
    OLDER = "older"
    NEWER = "newer"
    DIVERGED = "diverged"
    UNKNOWN = "unknown"


def relation(deployed: str, wanted: str, folder: Path = Path()) -> Relation:
    """Return what `wanted` is to `deployed`; both are full commit names.

    OLDER: `wanted` is an ancestor of `deployed`. NEWER: it is a descendant. DIVERGED: each has
    commits that the other lacks. Where this clone cannot tell, because it lacks a commit or is
    shallow, the missing history is fetched for up to FETCH_SECONDS. UNKNOWN when git cannot
    tell after that, either. Files and branches of the checkout do not change.
    """
    if deployed == wanted:
        return Relation.SAME
    if not all(re.fullmatch(r"[0-9a-f]{40,64}", name) for name in (deployed, wanted)):
        return Relation.UNKNOWN
    answer = _look(deployed, wanted, folder)
    until = polling.monotonic() + FETCH_SECONDS
    for fetch in _fetches(deployed, wanted, folder):
        if answer is not Relation.UNKNOWN or (left := until - polling.monotonic()) <= 0:
            break
        if _fetch(fetch, folder, left):
            answer = _look(deployed, wanted, folder)
    return answer


def decide(*, descends: bool | None, precedes: bool | None, shallow: bool) -> Relation:
    """Return the relation from what git says of a clone.

    `descends`: the deployed commit is in the history of the wanted one; `precedes`: the wanted
    one is in the history of the deployed one; None when git does not have a commit. In a
    `shallow` clone a history ends early, so that "not in it" proves nothing.
    """
    if descends:
        return Relation.NEWER
    if precedes:
        return Relation.OLDER
    if shallow or descends is None or precedes is None:
        return Relation.UNKNOWN
    return Relation.DIVERGED


def _look(deployed: str, wanted: str, folder: Path) -> Relation:
    return decide(
        descends=_is_ancestor(deployed, wanted, folder),
        precedes=_is_ancestor(wanted, deployed, folder),
        shallow=_is_shallow(folder),
    )


def _is_ancestor(older: str, newer: str, folder: Path) -> bool | None:
    done = attempt("merge-base", "--is-ancestor", older, newer, folder=folder)
    return {0: True, 1: False}.get(done.code)


def _is_shallow(folder: Path) -> bool:
    return attempt("rev-parse", "--is-shallow-repository", folder=folder).stdout.strip() == "true"


def _fetches(deployed: str, wanted: str, folder: Path) -> Iterator[list[str]]:
    """List the words of each fetch that may help, the cheapest first."""
    remotes = git("remote", folder=folder).split()
    if not remotes:
        return
    remote = "origin" if "origin" in remotes else remotes[0]
    if missing := [name for name in (deployed, wanted) if not _has(name, folder)]:
        yield [remote, *missing]
    # A server may refuse a commit by its name; then it is looked for in the branches.
    if any(not _has(name, folder) for name in missing):
        yield [remote]
    for depth in DEEPER:
        for names in ([deployed, wanted], []):
            if _is_shallow(folder):
                yield [depth, remote, *names]


def _has(commit: str, folder: Path) -> bool:
    return attempt("cat-file", "-e", f"{commit}^{{commit}}", folder=folder).code == 0


def _fetch(words: list[str], folder: Path, seconds: float) -> bool:
    """Fetch; False where the remote does not answer in time, or has no such commit."""
    quiet = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]
    try:
        fetched = attempt(*quiet, "--no-recurse-submodules", *words, folder=folder, timeout=seconds)
    except Failed:
        return False
    return fetched.code == 0
