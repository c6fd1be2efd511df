"""The address of a database of the stack's own as one variable, written when a container starts.

RDS keeps user and password in a secret of JSON, of which a container gets single values, and
rotates the password: no template can write the whole address.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
"""

from collections.abc import Sequence

# It takes the place of itself by the command, which gets the container's signals.
SCRIPT = """\
import os, sys
from urllib.parse import quote
parts = ("USER", "PASSWORD", "HOST", "PORT", "NAME")
user, password, host, port, name = (quote(os.environ[f"DATABASE_{each}"], "") for each in parts)
os.environ["DATABASE_URL"] = f"postgresql://{user}:{password}@{host}:{port}/{name}?sslmode=require"
try:
    os.execvp(sys.argv[1], sys.argv[1:])
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error.strerror}")
"""


def with_url(command: Sequence[str]) -> list[str]:
    """Return a command that runs `command` with DATABASE_URL; the image has a python3."""
    return ["python3", "-c", SCRIPT, *command]
