"""What a container is started with, and as whom."""

import pytest

from slipway.templates.checks.body import of_type
from tests.stack.environments import EXTERNAL, body

COMMANDS = {
    "STACK_WEB_COMMAND": ("web", "gunicorn 'shop.wsgi' --bind 0.0.0.0:8000"),
    "STACK_MIGRATE_COMMAND": ("migrate", "python manage.py migrate"),
    "STACK_WORKER_COMMAND": ("worker", "celery --app shop worker"),
    "STACK_SCHEDULED_COMMAND": ("scheduled", "python manage.py clearsessions"),
}


def started(**variables: str) -> dict[str, dict[str, object]]:
    """Return each task's container, by its entry."""
    daily = {"STACK_WORKER": "yes", "STACK_SCHEDULE": "rate(1 day)"}
    made = body("staging", "application", **daily, **EXTERNAL, **variables)
    containers = (
        task["ContainerDefinitions"][0] for _, task in of_type(made, "AWS::ECS::TaskDefinition")
    )
    return {each["Name"]: each for each in containers}


def test_an_entry_is_the_default() -> None:
    """The scripts of the example."""
    assert {name: each["Command"] for name, each in started().items()} == {
        name: [f"entries/{name}.sh"] for name in ("web", "migrate", "worker", "scheduled")
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_of_one_s_own_takes_its_place(name: str) -> None:
    """That of one task; the others keep theirs."""
    entry, text = COMMANDS[name]
    found = {each: made["Command"] for each, made in started(**{name: text}).items()}
    default = {each: [f"entries/{each}.sh"] for each in found}
    assert found == {**default, entry: text.replace("'", "").split()}


def test_every_task_has_one_user() -> None:
    """The option's, or the number that owns nothing."""
    assert {each["User"] for each in started().values()} == {"10001:10001"}
    assert {each["User"] for each in started(STACK_USER="1000").values()} == {"1000"}
