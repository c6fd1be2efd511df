"""The one loader: from declarations and variables to values, and a list of what is wrong.

The settings are declared in slipway/, the options of the stacks in stack/, which knows nothing of
this. A declaration is a dataclass's field with metadata:

- `name`, `meaning`: the variable, and what it is for;
- `kind`: what its text may be, as `parse` has it; `many`: several of them, after commas;
- `allowed`: what the kind allows, in words;
- `default`: the text without a variable, "" for none; `optional`: whether none is fine;
- `secret`: whether no message may show the text;
- `local`: the text in the local environment, whatever is set; None for no such text.
"""

import difflib
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field
from typing import Any, TypeAlias

from slipway.errors import ConfigurationError

LOCAL = "local"
YES_NO = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
Declared: TypeAlias = Iterable[Field[Any]]
Kind: TypeAlias = (
    Callable[[str], Any] | type[bool] | type[list[str]] | range | tuple[str, ...] | str
)


def prefix(environment: str) -> str:
    """Return the prefix of an environment's own variables, such as STAGING_."""
    return environment.upper().replace("-", "_") + "_"


def read(
    declared: Declared, environment: str, variables: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """Read what is declared; return values by the names of the fields, and the problems.

    A variable with the environment's prefix counts before the plain one, an empty one is none.
    What has no text is None.
    """
    values: dict[str, Any] = {}
    problems = []
    for each in declared:
        known, variable = each.metadata, _variable(each.metadata["name"], environment, variables)
        text = variables.get(variable) or known["default"]
        if environment == LOCAL and known["local"] is not None:
            text = known["local"]
        if not (text or known["optional"]):
            names = f"{prefix(environment)}{known['name']} (or {known['name']})"
            problems.append(f"{names} is missing: {known['meaning']}")
            continue
        try:
            values[each.name] = parse(known, text) if text else None
        except ValueError as error:
            is_hidden = known["secret"] or "@" in text
            shown = "its value (not shown here)" if is_hidden else repr(text)
            problems.append(f"{variable}: {shown} is not {error}")
    return values, problems


def _variable(name: str, environment: str, variables: Mapping[str, str]) -> str:
    prefixed = prefix(environment) + name
    return prefixed if variables.get(prefixed) else name


def parse(known: Mapping[str, Any], text: str) -> Any:
    """Read a text as its declaration has it. Raises ValueError, which says what is allowed."""
    if not known["many"]:
        return _parse(known["kind"], known["allowed"], text)
    return tuple(_parse(known["kind"], known["allowed"], each.strip()) for each in text.split(","))


def _parse(kind: Kind, allowed: str, text: str) -> Any:
    """Read one text.

    The kind `bool` is yes or no, `list` the words of a command; a tuple has the words that are
    allowed, a range whole numbers, a text is a pattern; a function returns the value, or raises
    ValueError.
    """
    value: Any
    match kind:
        case tuple():
            value, allowed = text if text in kind else None, f"one of {', '.join(kind)}"
        case range():
            number = int(text) if re.fullmatch("[0-9]{1,9}", text) else kind.stop
            value = number if number in kind else None
            allowed = f"a whole number from {kind.start} to {kind.stop - 1}"
        case str():
            value = text if re.fullmatch(kind, text) else None
        case _ if kind is bool:
            value, allowed = YES_NO.get(text.lower()), "yes or no"
        case _ if kind is list:
            value, allowed = _words(text), "a command, quoted as a shell reads it"
        case _:
            value = kind(text)
    if value is None:
        raise ValueError(allowed)
    return value


def _words(text: str) -> tuple[str, ...] | None:
    """Return the words of a command; None if there is none, or a quote has no end."""
    try:
        return tuple(shlex.split(text)) or None
    except ValueError:
        return None


def unknown(declared: Declared, names: Iterable[str], kind: str = "an option") -> Iterator[str]:
    """List the names that are not declared, each with the one that is meant, if one is close."""
    for name, meant in _undeclared(declared, names):
        yield f"{name} is not {kind}{f'; did you mean {meant}?' if meant else ''}"


def mistyped(declared: Declared, names: Iterable[str]) -> Iterator[str]:
    """List the names that are almost a declared one; others may be another tool's."""
    close = [name for name, meant in _undeclared(declared, names) if meant]
    return unknown(declared, close)


def _undeclared(declared: Declared, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """List the names that are not declared, each with the declared one that is close, or ""."""
    known = [each.metadata["name"] for each in declared]
    for name in sorted(set(names) - set(known)):
        yield name, next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.8)), "")


def require(environment: str, problems: list[str]) -> None:
    """Raise ConfigurationError that lists the problems, if there are any."""
    if problems:
        many = len(problems) > 1
        count = f"{len(problems)} setting{'s' if many else ''}"
        head = f"{count} of {environment!r} {'are' if many else 'is'} wrong:"
        raise ConfigurationError(
            "\n  ".join([head, *problems]),
            hint="set them in the environment, .env or slipway.toml; .env.example explains each",
        )
