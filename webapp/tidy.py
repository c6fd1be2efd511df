"""The scheduled task: an example of what runs at certain times."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, text

from webapp.config import database_url
from webapp.models import Entry, connect

KEPT = timedelta(days=365)


def tidy(engine: Engine) -> int:
    """Remove what was written more than a year ago; say how much that was."""
    old = delete(Entry).where(Entry.written < datetime.now(UTC) - KEPT)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        return connection.execute(old).rowcount


if __name__ == "__main__":
    print(f"{tidy(connect(database_url()))} old entries removed")
