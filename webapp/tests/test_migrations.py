"""The migrations, on a real Postgres."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from webapp.config import database_url
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


@pytest.mark.parametrize("value", ["", "mysql://app:hunter2@db/app", "app:hunter2"])
def test_a_malformed_database_url_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """The message says what is expected and keeps the password."""
    monkeypatch.setenv("DATABASE_URL", value)

    with pytest.raises(SystemExit, match="DATABASE_URL must be set") as caught:
        database_url()
    assert "hunter2" not in str(caught.value)
