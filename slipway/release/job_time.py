"""The time that a GitLab job has: a deploy that bakes longer would be cut off in the middle."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil

from slipway.errors import Refused

# What a deploy takes beside the bake time: the migration, the start of the tasks, the proof.
MARGIN_SECONDS = 900


def require(environment: str, bake_seconds: int, variables: Mapping[str, str], now: float) -> None:
    """Raise Refused if the services bake for longer than the job still has.

    `variables` are the process's, `now` in seconds since 1970. Without a bake time, or outside
    a job, nothing is compared.
    """
    seconds = remaining(variables, now)
    if not bake_seconds or seconds is None or seconds >= bake_seconds + MARGIN_SECONDS:
        return
    needed = ceil((bake_seconds + MARGIN_SECONDS) / 60)
    raise Refused(
        f"the services of {environment} bake for {bake_seconds // 60} minutes, and this job has "
        f"{max(int(seconds), 0) // 60} minutes left",
        hint=f"nothing was changed; set timeout: {needed} minutes for the job in .gitlab-ci.yml "
        "(the project's and the runner's limits count, too), or a shorter STACK_BAKE_MINUTES",
    )


def remaining(variables: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that a GitLab job still has; None outside a job.

    https://docs.gitlab.com/ci/variables/predefined_variables/
    """
    try:
        limit = int(variables.get("CI_JOB_TIMEOUT", ""))
    except ValueError:
        return None
    try:
        started = datetime.fromisoformat(variables.get("CI_JOB_STARTED_AT", "")).timestamp()
    except ValueError:
        started = now
    # This machine's clock may be ahead of GitLab's, or behind it.
    return limit - max(now - started, 0)
