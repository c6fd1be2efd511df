"""What the application reads from its environment."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

STARTED = datetime.now(UTC)
# Any number will do, as long as every migration of this application takes the same.
MIGRATION_LOCK = 20_240_117
PARTS = tuple(f"DATABASE_{part}" for part in ("USER", "PASSWORD", "HOST", "PORT", "NAME"))


@dataclass(frozen=True)
class Release:
    """What runs here, and since when."""

    revision: str
    host: str

    @property
    def uptime(self) -> str:
        """Return the time since the start as hours, minutes and seconds."""
        return str(datetime.now(UTC) - STARTED).partition(".")[0]


def release() -> Release:
    """Read the revision that the image was built from."""
    return Release(os.environ.get("WEBAPP_REVISION", "unknown"), platform.node())


def database_url() -> str:
    """Read DATABASE_URL, or its parts, with the driver that this application has.

    Raises SystemExit that never shows the value: it holds a password.
    """
    url = os.environ.get("DATABASE_URL") or _url_of_parts()
    scheme, found, rest = url.partition("://")
    if not found or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise SystemExit(
            "DATABASE_URL must be set, as postgresql://USER:PASSWORD@HOST/DATABASE,"
            f" or {', '.join(PARTS)}"
        )
    return f"postgresql+psycopg://{rest}"


def _url_of_parts() -> str:
    """Write the URL of a database whose password is a secret of its own; "" without all parts."""
    user, password, host, port, name = (quote(os.environ.get(part, ""), safe="") for part in PARTS)
    if not (user and password and host and port and name):
        return ""
    return f"postgresql://{user}:{password}@{host}:{port}/{name}?sslmode=require"
