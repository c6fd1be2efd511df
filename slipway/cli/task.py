"""The one decorator of tasks.py: it gives a task --env, the view, and its exit codes."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any

import invoke

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ENV = "the environment: local, or one whose stack has a name in the settings (default: local)"
LOCAL = "local"
# What a task's function may ask for by a parameter of this name; all others are options.
GIVEN = ("settings", "revision", "say")


def task(
    *, env: bool = True, options: Mapping[str, str] | None = None, iterable: Iterable[str] = ()
) -> Callable[[Callable[..., None]], invoke.Task[Any]]:
    """Make a task of invoke of a function.

    The function is given what its parameters name: `settings` are those of --env, or without
    `env` those of the local account; `revision` is the checkout's; `say` shows events. Its other
    parameters are the task's options; `options` has the help of each, by the name that is typed.
    Every error that a user can cause ends as one message and an exit code.
    """

    def decorate(function: Callable[..., None]) -> invoke.Task[Any]:
        own = inspect.signature(function).parameters
        named = {"env": ENV} if env else {}

        @wraps(function)
        def body(context: invoke.Context, **typed: Any) -> None:
            # `invoke --list` needs nothing of what a task runs with.
            from slipway.cli.guard import guarded

            guarded(_call)(context, function, typed)

        body.__signature__ = _signature(own, env=env)  # type: ignore[attr-defined]
        helped = {**named, **(options or {})}
        return invoke.Task(body, help=helped, iterable=list(iterable))

    return decorate


def _signature(own: Mapping[str, inspect.Parameter], *, env: bool) -> inspect.Signature:
    """Return the signature that invoke makes options of: the context, --env, and the others."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    first = [inspect.Parameter("context", kind)]
    named = [inspect.Parameter("env", kind, default=LOCAL)] if env else []
    others = [each.replace(kind=kind) for name, each in own.items() if name not in GIVEN]
    return inspect.Signature([*first, *named, *others])


def _call(_: invoke.Context, function: Callable[..., None], typed: dict[str, Any]) -> None:
    """Call a task's function with what it asks for, found in the order of GIVEN."""
    from slipway import settings
    from slipway.git import checkout
    from slipway.view import report

    environment = typed.pop("env", LOCAL)
    sources: dict[str, Callable[[], Any]] = {
        "settings": lambda: settings.load(environment),
        "revision": checkout.current,
        "say": report.choose,
    }
    own = inspect.signature(function).parameters
    function(**{name: sources[name]() for name in GIVEN if name in own}, **typed)
