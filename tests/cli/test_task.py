"""The decorator of tasks.py: what a task is given, and which options it has."""

from typing import Any

import pytest
from invoke import Context, Exit

from slipway.cli.task import task
from slipway.errors import Refused
from slipway.events import Say
from slipway.settings import Settings


def options(made: Any) -> dict[str, object]:
    """Return a task's options, each with its default."""
    return {each.name: each.default for each in made.get_arguments()}


def test_a_task_is_given_what_it_names() -> None:
    """The settings of --env, and a view; what is typed goes through."""
    given: list[object] = []

    @task(options={"deep": "how deep"})
    def dive(settings: Settings, say: Say, *, deep: bool = False) -> None:
        """Dive."""
        given.extend([settings.environment, callable(say), deep])

    dive(Context(), env="local", deep=True)
    assert given == ["local", True, True]
    assert options(dive) == {"env": "local", "deep": False}


def test_a_task_of_this_machine_has_no_env() -> None:
    """Its settings are those of the local account."""
    given: list[str] = []

    @task(env=False)
    def surface(settings: Settings) -> None:
        """Come up."""
        given.append(settings.environment)

    surface(Context())
    assert given == ["local"]
    assert options(surface) == {}


@pytest.mark.parametrize("environment", ["nowhere", "STAGING"])
def test_an_environment_that_is_not_known_is_code_2(environment: str) -> None:
    """Before the function is called."""

    @task()
    def dive(settings: Settings) -> None:
        """Dive."""
        pytest.fail(str(settings))

    with pytest.raises(Exit) as ended:
        dive(Context(), env=environment)
    assert ended.value.code == 2


def test_an_error_is_an_exit_code() -> None:
    """Every task ends in the one place that turns an error into a message and a code."""

    @task(env=False)
    def dive() -> None:
        """Dive."""
        raise Refused("too deep", hint="--deep")

    with pytest.raises(Exit) as ended:
        dive(Context())
    assert ended.value.code == 4
