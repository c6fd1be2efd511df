"""What an error of AWS, of the network or of the file system means for a person."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from slipway import file_errors
from slipway.aws import session
from slipway.errors import SlipwayError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def explained() -> Iterator[None]:
    """Raise every error that a user can cause as a SlipwayError; let the others through."""
    try:
        yield
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(error, SlipwayError) or (explanation := explain_error(error)) is None:
            raise
        raise explanation from error


def explain_error(error: Exception) -> SlipwayError | None:
    """Turn an error of AWS, of the network or of the file system into one of ours."""
    if (explanation := session.explain_call_error(error)) is not None:
        return explanation
    return file_errors.explain_os_error(error) if isinstance(error, OSError) else None
