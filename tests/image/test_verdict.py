"""What counts as tested: tests that ran and passed, and a report that says so."""

import pytest

from slipway.image import verdict
from slipway.image.verdict import Counts, Run, count, problem

PASSED = '<testcase name="a"/>'
FAILED = '<testcase name="b"><failure message="no"/></testcase>'
BROKEN = '<testcase name="c"><error message="no"/></testcase>'
SKIPPED = '<testcase name="d"><skipped message="later"/></testcase>'


def report(*cases: str) -> bytes:
    """Write a report as pytest does."""
    text = f'<testsuites><testsuite name="pytest">{"".join(cases)}</testsuite></testsuites>'
    return f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (report(), Counts(0, 0, 0)),
        (report(PASSED, FAILED, BROKEN, SKIPPED), Counts(4, 2, 1)),
        (b"<testsuite><testcase/></testsuite>", Counts(1, 0, 0)),
        (b"", None),
        (b"<testsuites>", None),
        (b"<html/>", None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_the_cases_of_a_report_are_counted(text: bytes, expected: Counts | None) -> None:
    """One suite or several; what is no report, or half of one, counts as none."""
    assert count(text) == expected


def test_a_suite_that_ran_and_passed_is_good() -> None:
    """A skipped test beside one that ran is no fault."""
    assert problem(Run(0, "", report(PASSED, SKIPPED)), "app:1") is None


@pytest.mark.parametrize(
    ("run", "what", "hint"),
    [
        (Run(1, "", report(PASSED, FAILED)), "1 of 2 tests failed in app:1", verdict.FIX),
        (Run(0, "", report(BROKEN)), "1 of 1 tests failed in app:1", verdict.FIX),
        (Run(5, "", report()), "the suite of app:1 ran no test", "add a test"),
        (Run(5, "", b""), "the suite of app:1 ran no test", "add a test"),
        (Run(0, "", report()), "the suite of app:1 ran no test", "add a test"),
        (Run(0, "", b""), "the suite of app:1 wrote no report", verdict.REPORT),
        (Run(0, "", b"<testsuites>"), "the suite of app:1 wrote no report", verdict.REPORT),
        (Run(0, "", report(SKIPPED)), "the suite of app:1 skipped all of its 1 tests", "reasons"),
        (Run(126, "", b""), "the suite of app:1 could not start: exit code 126", verdict.START),
        (Run(127, "", b""), "the suite of app:1 could not start: exit code 127", verdict.START),
        (
            Run(1, "exec: entries/test.sh: no such file or directory", b""),
            "the suite of app:1 could not start: exec: entries/test.sh: no such file",
            verdict.START,
        ),
        (Run(1, "", b""), "could not start, or it crashed: exit code 1, no report", verdict.START),
        (Run(137, "", b""), "exit code 137 (killed; the memory may have run out)", "output above"),
        (Run(2, "", report(PASSED)), "the suite of app:1 ended with exit code 2", "output above"),
    ],
)
def test_everything_else_is_a_failure_with_its_reason(run: Run, what: str, hint: str) -> None:
    """No tests, no report, no start, or tests that failed: each in its own words, exit code 1."""
    failed = problem(run, "app:1")
    assert failed is not None
    assert what in failed.what
    assert hint in failed.hint
    assert failed.exit_code == 1


def test_a_report_of_an_unknown_encoding_is_no_report() -> None:
    """Whatever a suite writes there, it is no traceback of ours."""
    report = b'<?xml version="1.0" encoding="bogus"?><testsuite/>'
    assert verdict.count(report) is None
