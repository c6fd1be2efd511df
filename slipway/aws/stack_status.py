"""What each state of a stack means, and what a deploy does about it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from dataclasses import dataclass
from enum import Enum


class Step(Enum):
    """What a deploy does about a stack that it finds in some state."""

    CREATE = "create it"
    UPDATE = "update it"
    REPLACE = "delete it, then create it"
    WAIT = "wait until the change under way has ended"
    RECOVER = "nothing: invoke recover frees it"


@dataclass(frozen=True)
class Meaning:
    """Whether a state lasts, whether it is what was wanted, and what a deploy does about it."""

    final: bool
    good: bool
    step: Step


BUSY = Meaning(final=False, good=False, step=Step.WAIT)
SUCCEEDED = Meaning(final=True, good=True, step=Step.UPDATE)
ROLLED_BACK = Meaning(final=True, good=False, step=Step.UPDATE)
MUST_RECREATE = Meaning(final=True, good=False, step=Step.REPLACE)
STUCK = Meaning(final=True, good=False, step=Step.RECOVER)
ABSENT = Meaning(final=True, good=False, step=Step.CREATE)
# A stack of change sets alone; it still says so for a moment after one is executed.
IN_REVIEW = Meaning(final=False, good=False, step=Step.CREATE)


class State(Enum):
    """A stack's status, by CloudFormation's own names, with what it means."""

    def __init__(self, status: str, meaning: Meaning) -> None:
        self.status = status
        self.meaning = meaning

    CREATE_IN_PROGRESS = ("CREATE_IN_PROGRESS", BUSY)
    CREATE_FAILED = ("CREATE_FAILED", MUST_RECREATE)
    CREATE_COMPLETE = ("CREATE_COMPLETE", SUCCEEDED)
    ROLLBACK_IN_PROGRESS = ("ROLLBACK_IN_PROGRESS", BUSY)
    ROLLBACK_FAILED = ("ROLLBACK_FAILED", MUST_RECREATE)
    ROLLBACK_COMPLETE = ("ROLLBACK_COMPLETE", MUST_RECREATE)
    DELETE_IN_PROGRESS = ("DELETE_IN_PROGRESS", BUSY)
    DELETE_FAILED = ("DELETE_FAILED", STUCK)
    DELETE_COMPLETE = ("DELETE_COMPLETE", ABSENT)
    UPDATE_IN_PROGRESS = ("UPDATE_IN_PROGRESS", BUSY)
    UPDATE_COMPLETE_CLEANUP_IN_PROGRESS = ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", BUSY)
    UPDATE_COMPLETE = ("UPDATE_COMPLETE", SUCCEEDED)
    UPDATE_FAILED = ("UPDATE_FAILED", STUCK)
    UPDATE_ROLLBACK_IN_PROGRESS = ("UPDATE_ROLLBACK_IN_PROGRESS", BUSY)
    UPDATE_ROLLBACK_FAILED = ("UPDATE_ROLLBACK_FAILED", STUCK)
    UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS = (
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        BUSY,
    )
    UPDATE_ROLLBACK_COMPLETE = ("UPDATE_ROLLBACK_COMPLETE", ROLLED_BACK)
    REVIEW_IN_PROGRESS = ("REVIEW_IN_PROGRESS", IN_REVIEW)
    IMPORT_IN_PROGRESS = ("IMPORT_IN_PROGRESS", BUSY)
    IMPORT_COMPLETE = ("IMPORT_COMPLETE", SUCCEEDED)
    IMPORT_ROLLBACK_IN_PROGRESS = ("IMPORT_ROLLBACK_IN_PROGRESS", BUSY)
    IMPORT_ROLLBACK_FAILED = ("IMPORT_ROLLBACK_FAILED", STUCK)
    IMPORT_ROLLBACK_COMPLETE = ("IMPORT_ROLLBACK_COMPLETE", ROLLED_BACK)
