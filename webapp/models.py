"""What the application keeps."""

from datetime import datetime

from sqlalchemy import DateTime, Engine, String, create_engine, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAME_LENGTH = 40
MESSAGE_LENGTH = 280


class Base(DeclarativeBase):
    """The parent of all tables."""


class Entry(Base):
    """One entry of the guest book."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    message: Mapped[str] = mapped_column(String(MESSAGE_LENGTH))
    written: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), index=True
    )


def connect(url: str) -> Engine:
    """Make the pool; a connection that has died is replaced, a database that is down fails soon."""
    options = {"connect_timeout": 3, "options": "-c statement_timeout=5000"}
    return create_engine(url, pool_pre_ping=True, pool_timeout=5, connect_args=options)
