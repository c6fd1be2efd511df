"""A migrated, empty database, and a client of the application on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from webapp.app import create_app
from webapp.config import database_url
from webapp.models import connect


@pytest.fixture(scope="session")
def alembic() -> Config:
    """The migrations' configuration."""
    return Config(Path(__file__).parents[1] / "alembic.ini")


@pytest.fixture(scope="session")
def engine(alembic: Config) -> Engine:
    """The database of DATABASE_URL at its newest state; without one, every test fails."""
    command.upgrade(alembic, "head")
    return connect(database_url())


@pytest.fixture
def client(engine: Engine) -> Iterator[FlaskClient]:
    """A client that finds an empty guest book."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE entries"))
    with create_app(engine).test_client() as client:
        yield client
