"""The local account's server without its guard, to show that the guard is what refuses."""

from pipeline.local import server
from pipeline.local_key import AccessKey


def leave_open(key: AccessKey) -> None:
    """Let everybody in."""
    assert key


if __name__ == "__main__":
    server.close = leave_open
    server.main()
