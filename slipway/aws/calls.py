"""The AWS calls as they are made: errors are explained by the last one, and a slow one is shown."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from slipway.aws import error_messages
from slipway.aws.hints import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.client import BaseClient
    from botocore.model import OperationModel, Shape

    from slipway.settings import Settings

# How long a call may be silent before it is shown.
NOTICE_SECONDS = 5.0
# Of so many calls it is known which could have given an answer that lacks a field.
REMEMBERED = 20
_calls = deque([Call()], maxlen=REMEMBERED)
# The errors of calls that got no answer, and the calls.
_unanswered: deque[tuple[Exception, Call]] = deque(maxlen=REMEMBERED)


class Context(TypedDict, total=False):
    """What is kept of a call in its context, which botocore hands on, beside what is botocore's."""

    slipway_timer: threading.Timer
    slipway_call: Call


def latest() -> Call:
    """Return the call that was begun last."""
    return _calls[-1]


def responsible(error: Exception) -> Call:
    """Return the call that an error is of: the one that raised it, as far as that is known.

    For a missing field it is the last call whose answer has it, otherwise the last call. After
    an error, other calls may have cleaned up.
    """
    if raised := next((call for known, call in _unanswered if known is error), None):
        return raised
    if name := getattr(error, "operation_name", ""):
        refused = (call for call in reversed(_calls) if call.operation.endswith(f" {name}"))
        return next(refused, latest())
    names = error_messages.missing_fields(error)
    with_field = (call for call in reversed(_calls) if any(map(call.has_field, names)))
    return next(with_field, latest())


def begin(
    settings: Settings, operation: str = "", endpoint: str = "", shape: Shape | None = None
) -> Call:
    """Remember a call that begins; without an operation, a client that is made for one."""
    has_id_token = bool(os.environ.get("AWS_ID_TOKEN"))
    _calls.append(Call(settings, operation, endpoint, shape, has_id_token))
    return latest()


def watch(client: BaseClient, settings: Settings) -> None:
    """Have every call of a client remembered, and shown when it is silent for long.

    https://docs.aws.amazon.com/boto3/latest/guide/events.html
    """
    client.meta.events.register("before-call", partial(_began, settings))
    client.meta.events.register("after-call", _ended)
    client.meta.events.register("after-call-error", _ended)


def _began(
    settings: Settings,
    model: OperationModel,
    params: Mapping[str, object],
    context: Context,
    **_: object,
) -> None:
    operation = f"{model.service_model.service_name} {model.name}"
    endpoint = urlsplit(str(params.get("url", ""))).netloc
    call = begin(settings, operation, endpoint, model.output_shape)
    timer = threading.Timer(NOTICE_SECONDS, _show, [call])
    timer.daemon = True
    timer.start()
    context["slipway_timer"], context["slipway_call"] = timer, call


def _ended(context: Context, exception: Exception | None = None, **_: object) -> None:
    if timer := context.pop("slipway_timer", None):
        timer.cancel()
    call = context.pop("slipway_call", None)
    if exception and call:
        _unanswered.append((exception, call))


def _show(call: Call) -> None:
    print(f"  waiting for AWS: {call}", file=sys.stderr, flush=True)
