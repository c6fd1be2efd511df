"""Commits that stories deploy, oldest first."""

ONE, TWO, THREE = (f"{number}" * 40 for number in (1, 2, 3))
WRITES = (
    "CreateChangeSet",
    "ExecuteChangeSet",
    "DeleteStack",
    "RunTask",
    "RegisterTaskDefinition",
    "CancelUpdateStack",
    "ContinueUpdateRollback",
)


def writes(calls: list[str]) -> list[str]:
    """Return the calls that change something."""
    return [each for each in calls if each.partition(".")[2] in WRITES]
