"""What AWS says no with."""


class Refusal(Exception):
    """An error answer: its code, its message and the status of the HTTP answer."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def validation_error(message: str) -> Refusal:
    """Return the error that CloudFormation has for nearly everything."""
    return Refusal("ValidationError", message)
