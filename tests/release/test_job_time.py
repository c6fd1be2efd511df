"""A GitLab job that would end before the deployment's bake time."""

import pytest

from slipway.errors import Refused
from slipway.release import job_time

HOUR = 3600
NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
STARTED = "2025-12-31T23:50:00Z"


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({}, None),
        ({"CI_JOB_STARTED_AT": STARTED}, None),
        ({"CI_JOB_TIMEOUT": "an hour"}, None),
        ({"CI_JOB_TIMEOUT": "3600"}, HOUR),
        ({"CI_JOB_TIMEOUT": "3600", "CI_JOB_STARTED_AT": "soon"}, HOUR),
        ({"CI_JOB_TIMEOUT": "3600", "CI_JOB_STARTED_AT": STARTED}, HOUR - 600),
        # A clock that is behind GitLab's.
        ({"CI_JOB_TIMEOUT": "3600", "CI_JOB_STARTED_AT": "2026-01-01T00:05:00Z"}, HOUR),
    ],
)
def test_a_job_has_what_is_left_of_its_timeout(
    variables: dict[str, str], seconds: float | None
) -> None:
    """By GitLab's variables; outside a job, nothing is known and nothing limits a deploy."""
    assert job_time.remaining(variables, NOW) == seconds


@pytest.mark.parametrize(
    ("bake", "timeout"),
    [(0, "60"), (45 * 60, "3600"), (45 * 60, ""), (99 * HOUR, "")],
)
def test_a_deploy_that_fits_is_not_refused(bake: int, timeout: str) -> None:
    """The margin is for everything beside the bake time; a rolling deployment has none."""
    job_time.require("production", bake, {"CI_JOB_TIMEOUT": timeout}, NOW)


def test_a_deploy_that_does_not_fit_is_refused_with_the_way_out() -> None:
    """Exit code 4: the timeout that the job needs, or a shorter bake time."""
    with pytest.raises(Refused) as caught:
        job_time.require("production", 45 * 60 + 1, {"CI_JOB_TIMEOUT": "3600"}, NOW)
    assert "bake for 45 minutes, and this job has 60 minutes left" in caught.value.what
    assert "timeout: 61 minutes" in caught.value.hint
    assert "STACK_BAKE_MINUTES" in caught.value.hint
