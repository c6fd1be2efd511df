"""What a run of the suite needs on this machine: all of it named by one token, and removable."""

import secrets

from slipway import polling
from slipway.errors import Failed
from slipway.shell import repeated, run

POLL_SECONDS = 0.2
START_SECONDS = 60
REMOVE_SECONDS = 60
# Before the names that only this machine gives: on Docker Hub it is somebody else's.
OWN_PREFIX = "slipway/"


def name(token: str) -> str:
    """Name the network and the Postgres of one run; its suite is NAME-run."""
    return f"slipway-suite-{token}"


def image(token: str) -> str:
    """Name the test image of one run."""
    return f"{OWN_PREFIX}suite:{token}"


def remove(token: str) -> None:
    """Remove what a run of the suite has made; what is not there is no error."""
    for command in (
        ["docker", "rm", "--force", "--volumes", name(token), f"{name(token)}-run"],
        ["docker", "network", "rm", name(token)],
        ["docker", "rmi", "--force", image(token)],
    ):
        run(command, check=False, timeout=REMOVE_SECONDS)


def pull_policy(image: str) -> str:
    """Decide whether an image may be pulled: never by a name that only this machine gives."""
    return "never" if image.startswith(OWN_PREFIX) else "missing"


def start_postgres(image: str, token: str) -> str:
    """Start an empty Postgres on a network of its own, and return its URL; `remove` ends both.

    Raises Failed, with the last words of its log, when it does not answer in time.
    """
    own, password = name(token), secrets.token_urlsafe(16)
    variables = {"POSTGRES_USER": "runner", "POSTGRES_DB": "app", "POSTGRES_PASSWORD": password}
    named = repeated("--env", variables)
    label = ["--label", f"slipway.suite={token}"]
    place = ["--name", own, "--network", own, "--network-alias", "postgres"]
    run(["docker", "network", "create", *label, own])
    create = ["docker", "run", "--detach", "--pull", pull_policy(image), *label, *place, *named]
    run([*create, image], env=variables, hint="invoke engine, or set POSTGRES_IMAGE")
    _wait_for_postgres(own)
    return f"postgresql://runner:{password}@postgres:5432/app"


def _wait_for_postgres(container: str) -> None:
    ready = ["docker", "exec", container, "pg_isready", "--quiet", "--host", "localhost"]
    for _ in polling.attempts(START_SECONDS, POLL_SECONDS):
        if run(ready, check=False).code == 0:
            return
    log = run(["docker", "logs", "--tail", "5", container], check=False)
    last = "\n  ".join((log.stdout + log.stderr).splitlines())
    what = f"the suite's Postgres does not answer after {START_SECONDS} s:\n  {last}"
    raise Failed(what, hint="set POSTGRES_IMAGE to an image of Postgres that starts here")
