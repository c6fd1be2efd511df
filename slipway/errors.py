"""The one error family: each class is an exit code."""


class SlipwayError(Exception):
    """Something went wrong that a message can explain; never shown as a traceback.

    `what` says what happened and to what; `hint` is what to type or do next.
    The exit code of the process is `exit_code`.
    """

    exit_code = 1

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}\n  next: {self.hint}" if self.hint else self.what


class Failed(SlipwayError):
    """The work was tried and failed; what ran before still runs. Exit code 1."""


class ConfigurationError(SlipwayError):
    """A setting, an argument or a missing tool; nothing was tried. Exit code 2."""

    exit_code = 2


class RecoveryNeeded(SlipwayError):
    """The stack is stuck until `invoke recover` frees it. Exit code 3."""

    exit_code = 3


class Refused(SlipwayError):
    """Not done, because it would undo or skip something that matters. Exit code 4."""

    exit_code = 4


class Interrupted(SlipwayError):
    """Stopped by the person or by a signal. Exit code 130."""

    exit_code = 130
