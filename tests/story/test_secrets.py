"""The application's own secrets, from a prompt to a task, and never on a screen."""

from __future__ import annotations

import getpass
import io
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.story.applications import Application, Migration
from tests.story.person import application
from tests.story.revisions import ONE

if TYPE_CHECKING:
    from tests.story.person import Person
    from tests.story.world import World

VALUE = "hunter2"
OTHER = "of a neighbour"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard input with a value, as a file or a pipe has it."""
    stream = io.StringIO(f"{VALUE}\n")
    monkeypatch.setattr(sys, "stdin", stream)
    return stream


@pytest.mark.usefixtures("typed")
def test_a_secret_is_set_and_reaches_the_tasks_by_its_name(world: World, person: Person) -> None:
    """No ARN is typed anywhere: the template and the command know the same name."""
    assert person.secrets_set("API_KEY").code == 0
    options = (("STACK_SECRETS", "API_KEY"),)
    world.settings = replace(world.settings, stack_options=options)
    image = person.push(ONE, Application(migration=Migration(needs="API_KEY")))
    done = person.deploy(image, desired=application(world.settings))
    assert done.code == 0
    assert world.serving() == {image.digest}


@pytest.mark.usefixtures("typed")
def test_no_value_is_shown_or_read(world: World, person: Person) -> None:
    """The screen has the name; AWS is not asked for the value."""
    done = person.secrets_set("API_KEY")
    assert VALUE not in done.text()
    assert "add API_KEY to STACK_SECRETS" in done.screen[-1]
    assert VALUE not in person.secrets_list().text()
    assert "secretsmanager.GetSecretValue" not in world.calls


def test_a_secret_gets_another_value(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same secret; if it is used, the output says what brings it to the tasks."""
    world.settings = replace(world.settings, stack_options=(("STACK_SECRETS", "API_KEY"),))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    for value in ("first", "second"):
        monkeypatch.setattr(getpass, "getpass", lambda _, value=value: value)
        done = person.secrets_set("API_KEY")
    assert list(world.secrets.texts.values()) == ["second"]
    assert "invoke restart --env staging" in done.screen[-1]


@pytest.mark.usefixtures("typed")
def test_secrets_are_listed_with_those_that_are_missing(world: World, person: Person) -> None:
    """By their variables; those of another stack are not among them."""
    world.secrets.put(f"{world.settings.stack_name.upper()}/env/FOREIGN", OTHER)
    world.settings = replace(world.settings, stack_options=(("STACK_SECRETS", "API_KEY,TOKEN"),))
    person.secrets_set("API_KEY")
    person.world.secrets.put(f"{world.settings.stack_name}/env/OLD", OTHER)
    assert person.secrets_list().screen == [
        "  API_KEY changed 2026-11-25",
        "  OLD changed 2026-11-25, not in STACK_SECRETS",
        "  TOKEN does not exist; invoke secrets.set creates it in this environment",
    ]


@pytest.mark.parametrize("name", ["api-key", "1KEY", "", "A B"])
def test_what_is_no_variable_is_refused(person: Person, name: str) -> None:
    """Before a value is asked for."""
    assert person.secrets_set(name).code == 2


@pytest.mark.usefixtures("typed")
def test_a_value_that_is_typed_with_its_name_is_not_shown(person: Person) -> None:
    """`secrets.set API_KEY=hunter2` is a slip, which ends in a job's log."""
    done = person.secrets_set(f"API_KEY={VALUE}")
    assert done.code == 2
    assert VALUE not in done.text()


@pytest.mark.usefixtures("typed")
def test_a_name_of_the_stack_s_own_is_refused(world: World, person: Person) -> None:
    """STACK_SECRETS would refuse it, after it was kept."""
    assert person.secrets_set("DATABASE_URL").code == 2
    assert world.secrets.texts == {}


@pytest.mark.parametrize("text", ["hunter2\n", "hunter2\r\n", "hunter2"])
def test_a_line_end_is_not_part_of_a_value(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """One of each kind; what stands before it is."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text, newline=""))
    person.secrets_set("API_KEY")
    assert list(world.secrets.texts.values()) == [VALUE]


def test_a_file_that_is_no_text_is_refused(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets Manager's string is one, and so is a variable."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), "utf-8"))
    done = person.secrets_set("API_KEY")
    assert done.code == 2
    assert "is not UTF-8 text" in done.message


def test_an_empty_value_is_none(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command before the pipe may have failed."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    done = person.secrets_set("API_KEY")
    assert done.code == 2
    assert "API_KEY has no value" in done.message
