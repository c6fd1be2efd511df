"""What the application keeps."""

import os
import signal
from datetime import datetime

from sqlalchemy import DateTime, Engine, ExceptionContext, String, create_engine, event, func
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


def connect(url: str, wait: int = 60) -> Engine:
    """Make the pool; a connection that has died is replaced, one that sleeps has `wait` seconds."""
    options = {"connect_timeout": wait, "options": "-c statement_timeout=5000"}
    engine = create_engine(url, pool_pre_ping=True, pool_timeout=5, connect_args=options)
    event.listen(engine, "handle_error", _leave_when_refused)
    return engine


def _leave_when_refused(context: ExceptionContext) -> None:
    """End the server when its password is refused: it was renewed, and a new task gets the new."""
    server = os.environ.get("WEB_SERVER_PID")
    if server and "password authentication failed" in str(context.original_exception):
        print("the database refuses the password: a new task gets the new one", flush=True)
        os.kill(int(server), signal.SIGTERM)
