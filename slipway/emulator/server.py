"""The local AWS account's server: MiniStack, with the gaps closed that a deploy falls into.

It runs in a virtual environment of its own, which holds MiniStack and nothing that Slipway
needs; it imports its own parts, and two modules of Slipway that need Python alone. They replace
private functions of MiniStack by name, so its version is pinned, and the server does not start
where a name has moved.

- `stacks`: a stack waits for its service, and rolls back one that fails.
- `force`: a template can force a new deployment of a service.
- `operations`: a stack does one thing at a time, and what it does can be cancelled.
- `tasks`: a task serves when it answers, and ends when its requests have ended.
- `endings`: a task that ended is noticed, and leaves nothing.
- `backoff`: what keeps ending is started again after growing pauses.
- `fargate`: tasks have what Fargate gives them, and no more.
- `guard`: no browser, and nothing that comes under a foreign name, reaches the API.
- `credentials` and `registry`: a call is signed by a key of this account, and
  the registry's password is this account's.
- `application`: the served application, apart from everything else.
- `loopback`: nothing listens on another address, neither the server nor a container.
- Here: a stop takes seconds, whatever is waited for.

What this server does is never evidence of what AWS does.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ministack import app

from slipway import local_key
from slipway.emulator import (
    application,
    backoff,
    credentials,
    endings,
    fargate,
    force,
    guard,
    health,
    loopback,
    names,
    operations,
    registry,
    stacks,
    targets,
    tasks,
)
from slipway.emulator.guard import Part
from slipway.local_key import AccessKey


def end_at_once() -> None:
    """End the process when state is saved and containers are gone; it would wait for rollouts."""
    remove = app._stop_docker_containers

    def remove_and_end(*at_boot: bool) -> None:
        # Containers without an owner's label may be another user's.
        remove()
        if not at_boot:
            os._exit(0)

    app._stop_docker_containers = remove_and_end


def repair_loaded_state() -> None:
    """After a restart, mark interrupted operations as failed, and drop tasks without containers."""
    load = app._load_persisted_state

    def load_and_repair() -> None:
        load()
        stacks.fail_what_was_cut_off()
        tasks.forget_tasks_of_before()

    app._load_persisted_state = load_and_repair


@contextmanager
def alone() -> Iterator[None]:
    """Keep the file of the process number locked; its number is this process's, then.

    Raises SystemExit where another server of this account has it.
    """
    with Path(os.environ["SLIPWAY_PID_FILE"]).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("this account's server runs already") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def own_key() -> AccessKey:
    """Read the account's access key, and let MiniStack take it for the key of its root user.

    Raises SystemExit where the account has none.
    """
    path = Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"])
    if (key := local_key.read_file(path)) is None:
        raise SystemExit(f"{path} has no access key")
    os.environ.update(AWS_ACCESS_KEY_ID=key.key_id, AWS_SECRET_ACCESS_KEY=key.secret)
    return key


def close(key: AccessKey) -> None:
    """Let nobody in but who has the key, and the users of the served application."""
    checks = {
        Part.API: credentials.signed_by(key),
        Part.REGISTRY: registry.logged_in(key),
    }
    apart = {Part.APPLICATION: application.serve, Part.HEALTH: health.page(key)}
    app.app = guard.guard(app.app, apart, checks)
    registry.give_passwords(key)
    registry.log_in_to_pull(key, int(os.environ["GATEWAY_PORT"]))


def close_gaps(*, waits: bool) -> None:
    """Put each part in its place; with `waits`, a stack waits for its services."""
    loopback.publish()
    end_at_once()
    repair_loaded_state()
    stacks.keep_types()
    stacks.begin_deployments()
    force.force_deployments()
    force.name_deployments()
    operations.refuse_while_busy()
    operations.cancel_by_user()
    operations.delete_after_operation()
    fargate.refuse_what_fargate_refuses()
    fargate.run_as_fargate()
    endings.notice_ends()
    endings.remove_what_ended()
    backoff.back_off(backoff.Backoff())
    tasks.wait_for_health()
    targets.list_what_is_checked()
    tasks.drain_before_stop()
    tasks.decrypt_parameters()
    if waits:
        stacks.wait_for_services()


def main() -> None:
    """Serve until a signal comes; the variables are those that emulator.py sets."""
    if moved := names.missing():
        raise SystemExit(f"this MiniStack lacks {', '.join(moved)}")
    loopback.listen()
    close(own_key())
    close_gaps(waits=os.environ["SLIPWAY_STACK_WAITS"] == "1")
    with alone(), loopback.reserve(int(os.environ["GATEWAY_PORT"])) or nullcontext():
        app.main()


if __name__ == "__main__":
    main()
