"""The one decorator of tasks.py: it gives a task --env, the view, and its exit codes."""

from __future__ import annotations

import inspect
import os
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import invoke

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slipway.events import Event, Say

    # What a task's function returns: nothing, a document that is printed, or an event.
    Returned = str | Event | None

# The folder of tasks.py: settings, git and the build are of this project, wherever in it invoke
# was typed.
PROJECT = Path(__file__).parents[2]
ENV = "the environment: local, or one whose stack has a name in the settings (default: local)"
JSON = "print JSON lines instead of text"
LOCAL = "local"
# What a task's function is said to return, if it is no event.
NO_EVENT = {None, str, "None", "str"}
# What a task's function may ask for by a parameter of this name; all others are options.
GIVEN = ("settings", "revision", "say")


def task(
    *, env: bool = True, options: Mapping[str, str] | None = None, iterable: Iterable[str] = ()
) -> Callable[[Callable[..., Returned]], invoke.Task[Any]]:
    """Make a task of invoke of a function.

    The function is given what its parameters name: `settings` are those of --env, or without
    `env` those of the local account; `revision` is the checkout's; `say` shows events. Its other
    parameters are the task's options; `options` has the help of each, by the name that is typed.
    What it returns is shown: a text as it is, an event as the view writes it. A task that shows
    events has the option --json. Every error that a user can cause ends as one message and an
    exit code.
    """

    def decorate(function: Callable[..., Returned]) -> invoke.Task[Any]:
        own = inspect.signature(function).parameters
        helped = {"env": ENV} if env else {}
        if shows_events(function):
            helped["json"] = JSON

        @wraps(function)
        def body(context: invoke.Context, **typed: Any) -> None:
            # `invoke --list` needs nothing of what a task runs with.
            from slipway.cli.guard import guarded
            from slipway.view import output

            os.chdir(PROJECT)
            environment, as_json = typed.pop("env", LOCAL), typed.pop("json", False)
            say = output.choose(environment, as_json=as_json)
            work = guarded(_call, say_error=say)
            work(context, function, environment, say, typed)

        body.__signature__ = _signature(own, helped)  # type: ignore[attr-defined]
        return invoke.Task(body, help={**helped, **(options or {})}, iterable=list(iterable))

    return decorate


def shows_events(function: Callable[..., Returned]) -> bool:
    """Whether a task's function is given `say`, or returns an event."""
    signature = inspect.signature(function)
    return "say" in signature.parameters or signature.return_annotation not in NO_EVENT


def _signature(own: Mapping[str, inspect.Parameter], decided: Iterable[str]) -> inspect.Signature:
    """Return the signature that invoke makes options of: the context, ours, and the others."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    defaults = {"env": LOCAL, "json": False}
    ours = [inspect.Parameter(name, kind, default=defaults[name]) for name in decided]
    others = [each.replace(kind=kind) for name, each in own.items() if name not in GIVEN]
    first = inspect.Parameter("context", kind)
    # An option without a default comes first: it is typed without its name.
    named = sorted([*ours, *others], key=lambda each: each.default is not inspect.Parameter.empty)
    return inspect.Signature([first, *named])


def _call(
    _: invoke.Context,
    function: Callable[..., Returned],
    environment: str,
    say: Say,
    typed: dict[str, Any],
) -> None:
    """Call a task's function with what it asks for, found in the order of GIVEN."""
    from slipway import settings
    from slipway.git import checkout
    from slipway.templates.options import declared

    sources: dict[str, Callable[[], Any]] = {
        "settings": lambda: settings.load(environment, options=declared()),
        "revision": checkout.current,
        "say": lambda: say,
    }
    own = inspect.signature(function).parameters
    returned = function(**{name: sources[name]() for name in GIVEN if name in own}, **typed)
    if isinstance(returned, str):
        print(returned)
    elif returned is not None:
        say(returned)
