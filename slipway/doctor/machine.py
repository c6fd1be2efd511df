"""This machine: its container engine, its checkout and its clock."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from slipway import polling
from slipway.aws import session
from slipway.docker import engine as engines
from slipway.doctor.finding import Case, ok, unknown, wrong
from slipway.errors import ConfigurationError
from slipway.git.command import attempt
from slipway.image import platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.events import Finding

# AWS refuses a signature that is older or newer:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
MOST_SECONDS_OFF = 300


def engine(case: Case) -> Iterator[Finding]:
    """Look for an engine with buildx that can build and run the environment's platform."""
    subject = "engine"
    wanted = platforms.target(case.settings)
    try:
        found = engines.require()
        emulated = platforms.require(wanted)
    except ConfigurationError as error:
        yield wrong(subject, error.what, error.hint or "invoke engine")
        return
    how = ", which it emulates: builds and tests take longer" if emulated else ""
    yield ok(subject, f"{found.version} with buildx builds and runs {wanted}{how}")


def checkout(_case: Case) -> Iterator[Finding]:
    """Look at the git checkout: is there a commit, all of the history, an edit?"""
    subject = "git"
    commit = attempt("rev-parse", "--verify", "--quiet", "HEAD").stdout.strip()
    if not commit:
        yield wrong(subject, "there is no commit to deploy", "git init, git add . and git commit")
        return
    notes = [f"commit {commit[:12]}"]
    if attempt("rev-parse", "--is-shallow-repository").stdout.strip() == "true":
        notes.append("a shallow clone: a deploy fetches the history that it needs")
    if attempt("status", "--porcelain").stdout.strip():
        notes.append("uncommitted edits: they are deployed under a tag of their own")
    yield ok(subject, "; ".join(notes))


def clock(case: Case) -> Iterator[Finding]:
    """Compare this machine's clock with AWS's."""
    subject = "clock"
    answer = session.client(case.settings, "sts").get_caller_identity()
    date = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date", "")
    if not date:
        yield unknown(subject, "the answer of AWS has no date")
        return
    off = polling.wall() - parsedate_to_datetime(date).timestamp()
    if abs(off) < MOST_SECONDS_OFF / 2:
        yield ok(subject, "agrees with AWS's")
        return
    yield wrong(
        subject,
        f"is {abs(off):.0f} s {'fast' if off > 0 else 'slow'}: AWS refuses calls that are "
        f"{MOST_SECONDS_OFF} s off",
        "set the clock, for example: timedatectl set-ntp true",
    )
