"""What the application reads from its environment."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime

STARTED = datetime.now(UTC)


@dataclass(frozen=True)
class Release:
    """What runs here, and since when."""

    revision: str
    host: str

    @property
    def uptime(self) -> str:
        """Tell the time since the start as hours, minutes and seconds."""
        return str(datetime.now(UTC) - STARTED).partition(".")[0]


def release() -> Release:
    """Read the revision that the image was built from."""
    return Release(os.environ.get("WEBAPP_REVISION", "unknown"), platform.node())


def database_url() -> str:
    """Read DATABASE_URL, with the driver that this application has.

    Raises SystemExit that never shows the value: it holds a password.
    """
    scheme, found, rest = os.environ.get("DATABASE_URL", "").partition("://")
    if not found or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise SystemExit("DATABASE_URL must be set, as postgresql://USER:PASSWORD@HOST/DATABASE")
    return f"postgresql+psycopg://{rest}"
