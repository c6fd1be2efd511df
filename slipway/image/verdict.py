"""What a run of the suite proves: only tests that ran, and a report that says so."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from slipway.errors import Failed

# https://docs.docker.com/reference/cli/docker/container/run/#exit-status
NOT_STARTED = (126, 127)
# https://docs.pytest.org/en/stable/reference/exit-codes.html
NO_TESTS = 5
KILLED = 137
FIX = "fix them, commit, then run: invoke test"
START = (
    "check that TEST_COMMAND (entries/test.sh) exists in the tests' stage; a script must be"
    " committed, executable (git update-index --chmod=+x) and have LF line ends"
)
REPORT = "make TEST_COMMAND (entries/test.sh) write a JUnit report to $JUNIT_XML"


@dataclass(frozen=True)
class Run:
    """How the suite's container ended.

    `error` is the engine's reason for a container that did not start, or ""; `report` is the
    JUnit XML, or b"" if there is none.
    """

    code: int
    error: str
    report: bytes


@dataclass(frozen=True)
class Counts:
    """The tests of a report: all of them, those that did not pass, and those not run."""

    tests: int
    failed: int
    skipped: int


def count(report: bytes) -> Counts | None:
    """Count the tests of a JUnit report; None when it is no such report.

    The suites' attributes are not always right; the cases are what ran.
    """
    try:
        root = ET.fromstring(report)  # noqa: S314 - of a container that we have started
    except (ET.ParseError, LookupError, ValueError):
        return None
    if root.tag not in {"testsuites", "testsuite"}:
        return None
    cases = list(root.iter("testcase"))
    failed = sum(
        case.find("failure") is not None or case.find("error") is not None for case in cases
    )
    return Counts(len(cases), failed, sum(case.find("skipped") is not None for case in cases))


def problem(run: Run, image: str) -> Failed | None:  # noqa: PLR0911 - one for each kind
    """Return why `image` does not count as tested; None when its suite passed."""
    if run.error or run.code in NOT_STARTED:
        why = run.error or f"exit code {run.code}"
        return Failed(f"the suite of {image} could not start: {why}", hint=START)
    counts = count(run.report)
    if run.code == NO_TESTS or (counts and not counts.tests and not run.code):
        return Failed(
            f"the suite of {image} ran no test", hint="add a test, commit, then run: invoke test"
        )
    if counts and counts.failed:
        return Failed(f"{counts.failed} of {counts.tests} tests failed in {image}", hint=FIX)
    # A script with CRLF line ends has exit code 1 on some engines, and 127 on others.
    if run.code not in {0, KILLED} and counts is None:
        what = (
            f"the suite of {image} could not start, or it crashed: exit code {run.code}, no report"
        )
        return Failed(what, hint=f"read its output above; {START}")
    if run.code:
        killed = " (killed; the memory may have run out)" if run.code == KILLED else ""
        what = f"the suite of {image} ended with exit code {run.code}{killed}"
        return Failed(
            what, hint="read its output above, fix the cause, commit, then run: invoke test"
        )
    if counts is None:
        return Failed(f"the suite of {image} wrote no report", hint=REPORT)
    if counts.skipped == counts.tests:
        what = f"the suite of {image} skipped all of its {counts.tests} tests"
        return Failed(what, hint="read its output above for the reasons")
    return None
