"""The file `slipway.toml`: what a project commits of its settings, below `.env`.

Its table `settings` has settings and options by the names of `.env.example`, for every
environment, or with an environment's prefix for one. `variables` are the application's own, for
every task and the tests; a table in it, such as `variables.staging`, adds those of one
environment; `test_variables` are added for the tests.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway.errors import ConfigurationError

NAME = "slipway.toml"
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TABLES = ("settings", "variables", "test_variables")


@dataclass(frozen=True)
class ProjectFile:
    """What the file says: `settings` by variable, the application's `variables` by scope and name.

    The scope "" is every environment.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    test_variables: Mapping[str, str] = field(default_factory=dict)

    def of(self, environment: str) -> dict[str, str]:
        """Return the application's variables in an environment; its own count before the others."""
        return {**self.variables.get("", {}), **self.variables.get(environment, {})}

    @property
    def of_tests(self) -> dict[str, str]:
        """The variables of the tests, which are the same for every environment."""
        return {**self.variables.get("", {}), **self.test_variables}


def read(path: Path) -> ProjectFile:
    """Read the file; without one, it says nothing.

    Raises ConfigurationError that lists what is not a table of it, a name or a text, and for a
    file that is not TOML.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ProjectFile()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be parsed: {error}", hint="toml.io") from error
    if problems := list(_problems(content)):
        what = "\n  ".join([f"{path} is not valid:", *problems])
        raise ConfigurationError(what, hint="docs/settings.md has an example")
    return parse(content)


def parse(content: Mapping[str, Any]) -> ProjectFile:
    """Read the tables of a file without problems."""
    variables = content.get("variables", {})
    scopes = {name: texts(table) for name, table in variables.items() if isinstance(table, dict)}
    plain = {name: value for name, value in variables.items() if not isinstance(value, dict)}
    return ProjectFile(
        settings=texts(content.get("settings", {})),
        variables={"": texts(plain), **scopes},
        test_variables=texts(content.get("test_variables", {})),
    )


def texts(table: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a table as texts: a number in digits, a truth as true or false."""
    return {name: _text(value) for name, value in table.items()}


def _text(value: str | float | bool) -> str:  # noqa: FBT001 - one of TOML's types
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _problems(content: Mapping[str, Any]) -> Iterator[str]:
    for name, table in content.items():
        if name not in TABLES or not isinstance(table, dict):
            yield f"{name}: the tables are {', '.join(TABLES)}"
        else:
            yield from _of_table(name, table, has_scopes=name == "variables")


def _of_table(title: str, table: Mapping[str, Any], *, has_scopes: bool) -> Iterator[str]:
    for name, value in table.items():
        if has_scopes and isinstance(value, dict):
            yield from _of_table(f"{title}.{name}", value, has_scopes=False)
        elif not VARIABLE.fullmatch(name):
            yield f"{title}: {name!r} is not the name of a variable"
        elif not isinstance(value, str | int | float):
            yield f"{title}: {name} is neither a text, a number nor true or false"
