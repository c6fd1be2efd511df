"""The database of DATABASE_URL, with the driver that this application has."""

import os
from functools import cache

from sqlalchemy import Engine, create_engine


@cache
def engine() -> Engine:
    """Connect when it is needed first."""
    _, _, place = os.environ["DATABASE_URL"].partition("://")
    return create_engine(f"postgresql+psycopg://{place}")
