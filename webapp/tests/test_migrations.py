"""The migrations, on a real Postgres."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from webapp.config import MIGRATION_LOCK, PARTS, database_url
from webapp.models import Base


def test_migrations_and_models_agree(engine: Engine) -> None:
    """The newest migration leaves nothing for the models to want."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_taken_back(engine: Engine, alembic: Config) -> None:
    """Down to nothing and up again; tables are gone in between."""
    command.downgrade(alembic, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]

    command.upgrade(alembic, "head")
    assert "entries" in inspect(engine).get_table_names()


def test_two_migrations_take_turns(engine: Engine, alembic: Config) -> None:
    """The second one waits for as long as the first one holds the lock."""
    lock = {"lock": MIGRATION_LOCK}
    with ThreadPoolExecutor(1) as pool, engine.connect() as first:
        first.detach()
        first.execute(text("SELECT pg_advisory_lock(:lock)"), lock)
        second = pool.submit(command.upgrade, alembic, "head")
        with pytest.raises(TimeoutError):
            second.result(timeout=1)
        first.execute(text("SELECT pg_advisory_unlock(:lock)"), lock)
        second.result(timeout=30)


def test_a_database_url_may_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a task gets them whose database is the stack's own; any password will do."""
    monkeypatch.delenv("DATABASE_URL")
    for part, value in zip(PARTS, ("app", "p@ss/word:?", "db.example", "5432", "app"), strict=True):
        monkeypatch.setenv(part, value)

    expected = "postgresql+psycopg://app:p%40ss%2Fword%3A%3F@db.example:5432/app?sslmode=require"
    assert database_url() == expected


def test_a_missing_part_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the names of all of them."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("DATABASE_HOST", "db.example")

    with pytest.raises(SystemExit, match="DATABASE_PASSWORD"):
        database_url()


@pytest.mark.parametrize("value", ["", "mysql://app:hunter2@db/app", "app:hunter2"])
def test_a_malformed_database_url_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """The message says what is expected and keeps the password."""
    monkeypatch.setenv("DATABASE_URL", value)

    with pytest.raises(SystemExit, match="DATABASE_URL must be set") as caught:
        database_url()
    assert "hunter2" not in str(caught.value)
