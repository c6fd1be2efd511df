"""The AWS calls as they are made: errors are explained by the last one, and a slow one is shown."""

from __future__ import annotations

import os
import sys
import threading
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.aws_hints import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.settings import Settings

# How long a call may be silent before it is shown.
NOTICE_SECONDS = 5.0
TIMER = "slipway_timer"
_calls = [Call()]


def latest() -> Call:
    """Return the call that was begun last."""
    return _calls[-1]


def begin(settings: Settings, operation: str = "", endpoint: str = "", model: Any = None) -> Call:
    """Remember a call that begins; without an operation, a client that is made for one."""
    fields = frozenset(_fields(model, set())) if model else frozenset[str]()
    has_id_token = bool(os.environ.get("AWS_ID_TOKEN"))
    _calls[:] = [Call(settings, operation, endpoint, fields, has_id_token)]
    return latest()


def watch(client: Any, settings: Settings) -> None:
    """Have every call of a client remembered, and shown when it is silent for long.

    https://docs.aws.amazon.com/boto3/latest/guide/events.html
    """
    client.meta.events.register("before-call", partial(_began, settings))
    client.meta.events.register("after-call", _ended)
    client.meta.events.register("after-call-error", _ended)


def _began(
    settings: Settings, model: Any, params: dict[str, Any], context: dict[str, Any], **_: Any
) -> None:
    operation = f"{model.service_model.service_name} {model.name}"
    endpoint = urlsplit(params.get("url", "")).netloc
    call = begin(settings, operation, endpoint, model.output_shape)
    timer = threading.Timer(NOTICE_SECONDS, _show, [call])
    timer.daemon = True
    timer.start()
    context[TIMER] = timer


def _ended(context: dict[str, Any], **_: Any) -> None:
    if timer := context.pop(TIMER, None):
        timer.cancel()


def _show(call: Call) -> None:
    print(f"  waiting for AWS: {call}", file=sys.stderr, flush=True)


def _fields(shape: Any, known: set[str]) -> Iterator[str]:
    """List the names of all members of a shape of botocore's model, however deep."""
    if shape.name in known:
        return
    known.add(shape.name)
    for name, member in getattr(shape, "members", {}).items():
        yield name
        yield from _fields(member, known)
    for part in ("member", "key", "value"):
        if (inner := getattr(shape, part, None)) is not None:
            yield from _fields(inner, known)
