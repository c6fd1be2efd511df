"""Runs the migrations; two at once take turns."""

from logging.config import fileConfig

from alembic import context
from sqlalchemy import text

from webapp.config import MIGRATION_LOCK, database_url
from webapp.models import Base, connect

if context.config.config_file_name:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)

with connect(database_url()).connect() as connection:
    connection.detach()  # closed at the end, and not kept in a pool with the lock
    connection.execute(text("SET lock_timeout = '60s'"))
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
    connection.commit()
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
