"""The address of the stack's own database, as a container gets it."""

import os
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import pytest

from slipway.templates.checks.body import of_type
from tests.stack.environments import EXTERNAL, body

PARTS = {
    "DATABASE_USER": "app",
    "DATABASE_HOST": "db.example",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "app",
    "DATABASE_PASSWORD": "hush",
}
SHOW = [sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'])"]


def commands(**variables: str) -> dict[str, list[str]]:
    """Return the command of every task, by its entry."""
    daily = {"STACK_WORKER": "yes", "STACK_SCHEDULE": "rate(1 day)"}
    made = body("staging", "application", **daily, **variables)
    tasks = (
        task["ContainerDefinitions"][0] for _, task in of_type(made, "AWS::ECS::TaskDefinition")
    )
    return {each["Name"]: each["Command"] for each in tasks}


def run(command: list[str], **parts: str) -> "subprocess.CompletedProcess[str]":
    """Run a task's command as a container does, with the parts of the address."""
    env = {**os.environ, **PARTS, **parts}
    return subprocess.run(command, env=env, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("kind", ["postgres", "aurora"])
def test_every_task_starts_with_the_whole_address(kind: str) -> None:
    """The web server, the migration, the worker and the schedule, with both kinds of database."""
    found = commands(STACK_DATABASE=kind)
    assert set(found) == {"web", "migrate", "worker", "scheduled"}
    for command in found.values():
        shown = run([*command[:-1], *SHOW]).stdout.strip()
        assert shown == "postgresql://app:hush@db.example:5432/app?sslmode=require"


@pytest.mark.parametrize("password", ["p@ss/w:rd", "100% ?#&+", "\u00e9\u4f60", "'\"$(id)`\\"])
def test_any_password_is_written_so_that_it_can_be_read(password: str) -> None:
    """Whatever RDS or a person makes it of."""
    command = [*commands()["web"][:-1], *SHOW]
    parts = urlsplit(run(command, DATABASE_PASSWORD=password).stdout.strip())
    assert unquote(parts.password or "") == password
    assert (parts.hostname, parts.port, parts.query) == ("db.example", 5432, "sslmode=require")


def test_the_command_takes_the_place_of_what_wrote_the_address() -> None:
    """It gets the signals itself, its words as they are, and its code is the container's."""
    command = commands(STACK_WEB_COMMAND="sh -c 'echo \"$0\" $$; exit 7' 'two words'")["web"]
    env = {**os.environ, **PARTS}
    started = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert started.communicate()[0] == f"two words {started.pid}\n"
    assert started.returncode == 7


def test_a_command_that_does_not_exist_is_named() -> None:
    """In one line of the log."""
    done = run(commands(STACK_WEB_COMMAND="entries/nothing.sh")["web"])
    assert (done.returncode, done.stderr) == (
        1,
        "entries/nothing.sh: No such file or directory\n",
    )


def test_an_external_database_s_address_is_a_secret_as_it_is() -> None:
    """Nothing is written at the start."""
    assert all(len(command) == 1 for command in commands(**EXTERNAL).values())
