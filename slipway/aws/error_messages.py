"""What an error of an AWS call means for a person: what happened, and what to do next.

Nothing here imports botocore: its exceptions are known by the names of their classes, and AWS's
answers by their codes.
"""

from __future__ import annotations

import re
import socket
import traceback
from typing import TYPE_CHECKING

from slipway.aws.error_meanings import (
    ABSENT,
    BY_CLASS,
    BY_CODE,
    CLOCK,
    NO_TRUST,
    NOT_AWS,
    OTHER,
    SETTING,
    SILENT,
    Meaning,
)

if TYPE_CHECKING:
    from slipway.aws.hints import Call
    from slipway.errors import SlipwayError

LIBRARIES = {"botocore", "boto3", "s3transfer"}
NETWORK_LIBRARIES = {"urllib3", "requests"}
NETWORK_ERRORS = (ConnectionError, TimeoutError, socket.gaierror)


def error_code(error: Exception) -> str:
    """Return the code of AWS's answer, such as "ValidationError"; "" for another error."""
    return str(_answer(error).get("Code", ""))


def explain_aws_error(error: Exception, call: Call) -> SlipwayError | None:
    """Turn an error of an AWS call into one of ours; None when it is none.

    `call` is the one that the error is of, as far as that is known.
    """
    if (meaning := _meaning(error, call)) is None:
        return None
    text = str(error) if _is_library(error) else f"{type(error).__name__}: {error}"
    is_of_call = meaning is NOT_AWS or _is_library(error) or _is_inside_library(error)
    # AWS's own refusals name the operation themselves.
    where = f" ({call})" if call.operation and is_of_call and not error_code(error) else ""
    return meaning.kind(f"{meaning.words}{where}: {text}", hint=meaning.hint(call, text))


def _meaning(error: Exception, call: Call) -> Meaning | None:
    classes = {each.__name__ for each in type(error).__mro__}
    if _is_library(error):
        if "ClientError" in classes:
            return _by_code(error_code(error), str(error))
        return next((each for each, names in BY_CLASS.items() if names & classes), OTHER)
    if "SSLError" in classes:
        return NO_TRUST
    if _root(error) in NETWORK_LIBRARIES or isinstance(error, NETWORK_ERRORS):
        return SILENT
    if _is_inside_library(error):
        return _of_library(error)
    return NOT_AWS if any(map(call.has_field, missing_fields(error))) else None


def missing_fields(error: Exception) -> list[str]:
    """List the fields, one of which an answer lacks when our code ends with this error.

    Of an empty list or a null in an answer, the line of code that reads it knows the field.
    """
    if isinstance(error, KeyError):
        return [str(each) for each in error.args]
    if not isinstance(error, IndexError | TypeError) or error.__traceback__ is None:
        return []
    line = traceback.extract_tb(error.__traceback__)[-1].line or ""
    return re.findall(r"""\[["'](\w+)["']\]""", line)


def _of_library(error: Exception) -> Meaning:
    """Return what an error means that botocore lets through: a file, a setting, an answer."""
    if isinstance(error, OSError):
        return SETTING if error.filename else SILENT
    return SETTING if "nvalid endpoint" in str(error) else NOT_AWS


def _by_code(code: str, text: str) -> Meaning:
    """Return what a code means; CLOCK is decided by the words of a signature's refusal."""
    if re.search(r"Signature (expired|not yet current)", text):
        return CLOCK
    for meaning, codes in BY_CODE.items():
        if code in codes:
            return meaning
    if "NotFound" in code or code.startswith("NoSuch"):
        return ABSENT
    # Where AWS's own code is missing, botocore puts the status of HTTP, or nothing.
    return NOT_AWS if code.isdigit() or not code else OTHER


def _answer(error: Exception) -> dict[str, object]:
    """Return the Error part of a ClientError's response; {} where there was no answer."""
    response = getattr(error, "response", None)
    part = response.get("Error") if isinstance(response, dict) else None
    return part if isinstance(part, dict) else {}


def _root(error: Exception) -> str:
    return type(error).__module__.partition(".")[0]


def _is_library(error: Exception) -> bool:
    """Whether the error's class, or one that it derives from, is botocore's or boto3's."""
    modules = {each.__module__.partition(".")[0] for each in type(error).__mro__}
    return bool(modules & LIBRARIES)


def _is_inside_library(error: Exception) -> bool:
    """Whether botocore raised it, or what botocore called, and no code of ours below it."""
    frames = traceback.walk_tb(error.__traceback__)
    roots = [str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame, _ in frames]
    known = [root for root in roots if root in LIBRARIES | {"slipway", "stack", "tests"}]
    return bool(known) and known[-1] in LIBRARIES
