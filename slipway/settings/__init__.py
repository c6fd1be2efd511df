"""What Slipway knows of an environment: one frozen object, read once."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from slipway.errors import ConfigurationError
from slipway.settings import credentials, dotenv_file, loader, project_file
from slipway.settings.declared import DEFAULT_PROJECT, LOCAL_PORT, Settings
from slipway.settings.loader import LOCAL, Declared, prefix
from slipway.settings.project_file import ProjectFile
from slipway.settings.setting import PORTS, PROJECT

__all__ = ["Settings", "database_secret", "load", "misnamed", "resolve", "uncommittable"]
LOCAL_REGION = "us-east-1"
LOCAL_ACCOUNT = "000000000000"
# The options of the stacks; their declarations are in stack/options.
STACK_OPTION = re.compile(r"STACK_[A-Z_]+|DATABASE_SECRET_ARN")


def load(environment: str, folder: Path = Path(), options: Declared = ()) -> Settings:
    """Read the settings of `environment`: from its variables, then `.env`, then `slipway.toml`.

    `options` are the declarations of the stacks' options. Raises ConfigurationError that lists
    every missing or malformed setting and option at once, or the known environments when this is
    none of them, and for a file that cannot be parsed.
    """
    project = project_file.read(folder / project_file.NAME)
    file = dotenv_file.read(folder / ".env")
    return resolve(environment, os.environ, file, options, project)


def resolve(
    environment: str,
    variables: Mapping[str, str],
    file: Mapping[str, str] | None = None,
    options: Declared = (),
    project: ProjectFile | None = None,
) -> Settings:
    """Decide the settings of `environment`: from `variables`, `file` and `project`, in this order.

    Raises ConfigurationError as `load` does.
    """
    project = project or ProjectFile()
    merged = {**project.settings, **(file or {}), **variables}
    _require_known(environment, merged)
    is_local = environment == LOCAL
    chosen = _local_variables(merged) if is_local else merged
    sources = (chosen,) if is_local else (variables, file or {})
    own = credentials.choose(prefix(environment), *sources)
    chosen = {**_without_credentials(environment, chosen), **own.values}
    texts = stack_options(environment, chosen)
    values, problems = loader.read(_declared(), environment, chosen)
    if options := tuple(options):
        problems += loader.read(options, environment, chosen)[1]
        problems += loader.mistyped(options, texts)
        names = {each.metadata["name"] for each in options}
        texts = {name: text for name, text in texts.items() if name in names}
    problems += [*own.problems, *mistyped_settings(file or {})]
    problems += [*uncommittable(project.settings, options)]
    problems += misnamed(project.variables, known_environments(merged))
    loader.require(environment, problems)
    values["image_repository"] = values["image_repository"] or f"{values['project']}/app"
    return Settings(
        environment=environment,
        stack_options=tuple(sorted(texts.items())),
        credentials_from=own.names,
        variables=tuple(project.of(environment).items()),
        test_variables=tuple(project.of_tests.items()),
        **values,
    )


def _require_known(environment: str, variables: Mapping[str, str]) -> None:
    known = known_environments(variables)
    if environment not in known:
        spelt = environment.lower().replace("_", "-")
        define = f"to define it, set {prefix(environment)}AWS_STACKNAME"
        raise ConfigurationError(
            f"unknown environment {environment!r}; known: {', '.join(known)}",
            hint=f"type --env {spelt}" if spelt in known else define,
        )


def mistyped_settings(file: Mapping[str, str]) -> list[str]:
    """List the names in `.env` that are almost a setting's.

    Other names are allowed, because other tools read the same file.
    """
    names = {each.metadata["name"] for each in _declared()}
    # Of SHOP_ and SHOP_EU_, the longer one is the environment's.
    starts = sorted(map(prefix, known_environments(file)), key=len, reverse=True)
    problems = []
    for name in file:
        plain = next((name.removeprefix(each) for each in starts if name.startswith(each)), name)
        if _is_one_of(name, {*names, *credentials.NAMES}) or STACK_OPTION.fullmatch(plain):
            continue
        if close := difflib.get_close_matches(plain, names, n=1, cutoff=0.9):
            problems.append(f".env: {name} is not a setting; did you mean {close[0]}?")
    return problems


def uncommittable(settings: Mapping[str, str], options: Declared) -> Iterator[str]:
    """List what may not stand in `slipway.toml`: what is secret, and what nothing reads.

    Any prefix is allowed: the environment may be named elsewhere, or in other jobs.
    """
    declared = [*_declared(), *options]
    known = {each.metadata["name"] for each in declared}
    secret = {each.metadata["name"] for each in _declared() if each.metadata["secret"]}
    for name in settings:
        if _is_one_of(name, {*secret, *credentials.NAMES}):
            yield f"{project_file.NAME}: {name} is not for a file that is committed"
        elif options and not _is_one_of(name, known):
            for problem in loader.unknown(declared, [name], "a setting"):
                yield f"{project_file.NAME}: {problem}"


def _is_one_of(name: str, names: set[str]) -> bool:
    """Whether a variable is one of these, with the prefix of some environment or without."""
    return name in names or any(name.endswith(f"_{each}") for each in names)


def misnamed(variables: Mapping[str, object], environments: list[str]) -> Iterator[str]:
    """List the tables of variables whose environment is almost a known one."""
    for name in set(variables) - {"", *environments}:
        if close := difflib.get_close_matches(name, environments, n=1, cutoff=0.8):
            yield f"{project_file.NAME}: variables.{name} is of no environment; {close[0]} is one"


def _without_credentials(environment: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Leave out every variable of credentials, of which only the chosen ones may count."""
    start = prefix(environment)
    return {
        name: text
        for name, text in variables.items()
        if name.removeprefix(start) not in credentials.NAMES
    }


def stack_options(environment: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Collect the options of the stacks, by their names without the environment's prefix."""
    start, own = prefix(environment), {each.metadata["name"] for each in _declared()}
    options: dict[str, str] = {}
    for name in sorted(variables, key=lambda name: name.startswith(start)):
        plain = name.removeprefix(start)
        if STACK_OPTION.fullmatch(plain) and variables[name] and not own & {name, plain}:
            options[plain] = variables[name]
    return options


def known_environments(variables: Mapping[str, str]) -> list[str]:
    """List `local` and each environment whose stack has a name (STAGING_AWS_STACKNAME)."""
    matches = (re.fullmatch(r"([A-Z][A-Z0-9_]*)_AWS_STACKNAME", name) for name in variables)
    named = {match[1].lower().replace("_", "-") for match in matches if match}
    return [LOCAL, *sorted(named - {LOCAL})]


def _declared() -> list[Field[Any]]:
    return [each for each in fields(Settings) if each.metadata]


def database_secret(project: str) -> str:
    """Return the name of the secret with the URL of a project's database in the local account."""
    return f"{project}/local/database-url"


def _local_variables(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Replace all that could reach a real account: `local` never leaves this machine.

    There is no access key among them: the account makes its own, and aws.py reads it.
    """
    others = {name: text for name, text in variables.items() if "AWS_" not in name}
    text = variables.get("LOCAL_PORT") or LOCAL_PORT
    named = variables.get("LOCAL_SLIPWAY_PROJECT") or variables.get("SLIPWAY_PROJECT") or ""
    project = named if re.fullmatch(PROJECT, named) else DEFAULT_PROJECT
    # A malformed port is a problem of its own setting alone, and so is a malformed project.
    port = text if re.fullmatch("[0-9]{4,5}", text) and int(text) in PORTS else LOCAL_PORT
    return {
        **others,
        "AWS_REGION": LOCAL_REGION,
        "AWS_STACKNAME": f"{project}-local",
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "LOCAL_ECR_REPOSITORY": f"localhost:{port}/{project}",
        "LOCAL_DATABASE_SECRET_ARN": f"arn:aws:secretsmanager:{LOCAL_REGION}:{LOCAL_ACCOUNT}"
        f":secret:{database_secret(project)}",
    }
