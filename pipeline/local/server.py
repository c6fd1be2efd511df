"""The local AWS account's server: MiniStack, with the gaps closed that a deploy falls into.

It runs in a virtual environment of its own, which holds MiniStack and nothing of Slipway;
of `pipeline` it imports its own parts alone. They replace private functions of MiniStack
by name, so its version is pinned, and the server does not start where a name has moved.

- `server_stacks`: a stack waits for its service, and takes back one that fails.
- `server_tasks`: a task serves when it answers, and ends when its requests have ended.
- `server_guard`: no browser, and nothing that comes under a foreign name, reaches the API.
- `server_credentials` and `server_registry`: a call is signed by a key of this account, and
  the registry's password is this account's.
- `server_application`: the served application, apart from everything else.
- Here: nothing listens on another address than loopback, neither the server nor a container,
  and a stop takes seconds, whatever is waited for.

What this server does is never evidence of what AWS does.
"""

import fcntl
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docker.models.containers import ContainerCollection  # type: ignore[import-untyped]
from ministack import app

from pipeline import local_key
from pipeline.local import (
    server_application,
    server_credentials,
    server_guard,
    server_registry,
    server_stacks,
    server_tasks,
)
from pipeline.local.server_guard import Part
from pipeline.local_key import AccessKey

LOOPBACK = "127.0.0.1"
NEEDED = {
    "ministack.app": [
        "_handle_alb_request",
        "_load_persisted_state",
        "_send_if_handled",
        "_stop_docker_containers",
        "_with_date_header",
    ],
    "ministack.core.responses": ["_account_from_sts_session"],
    "ministack.services.alb": ["_tgs"],
    "ministack.services.cloudformation": ["_stacks"],
    "ministack.services.cloudformation.provisioners": [
        "_RESOURCE_HANDLERS",
        "_normalize_container_defs",
    ],
    "ministack.services.cloudformation.stacks": [
        "_runs_on_worker_thread",
        "_sends_back_failed_update",
    ],
    "ministack.services.ecr": ["_get_authorization_token"],
    "ministack.services.ecs": [
        "_cleanup_task_resources",
        "_get_docker",
        "_make_deployment",
        "_mark_task_running",
        "_mark_task_stopped",
        "_primary_deployment",
        "_record_service_task_failure",
        "_refresh_service_state",
        "_services",
        "_task_ip",
        "_tasks",
    ],
}


def missing_names() -> list[str]:
    """List what of NEEDED this MiniStack lacks."""
    return [
        f"{module}.{name}"
        for module, names in NEEDED.items()
        for name in names
        if not hasattr(importlib.import_module(module), name)
    ]


def listen_on_loopback() -> None:
    """Let this process listen on no other address; some of MiniStack's services would."""

    def refuse_others(event: str, values: tuple[Any, ...]) -> None:
        if event == "socket.bind" and isinstance(values[1], tuple):
            address = values[1][0]
            if address not in {LOOPBACK, "::1", "localhost"}:
                raise PermissionError(f"the local account does not listen on {address!r}")

    sys.addaudithook(refuse_others)


def publish_on_loopback() -> None:
    """Let no container's port be reached from another machine."""
    create = ContainerCollection.create

    def create_on_loopback(own: Any, image: str, *given: Any, **options: Any) -> Any:
        ports = {inside: on_loopback(to) for inside, to in (options.get("ports") or {}).items()}
        return create(own, image, *given, **{**options, "ports": ports})

    ContainerCollection.create = create_on_loopback


def on_loopback(published: Any) -> Any:
    """Bind what docker-py takes as a published port (PORT, None, (ADDRESS, PORT), a list)."""
    if isinstance(published, list):
        return [on_loopback(each) for each in published]
    port = published[1] if isinstance(published, tuple) and len(published) > 1 else published
    return (LOOPBACK, None if isinstance(port, tuple) else port)


def end_at_once() -> None:
    """End the process when state is saved and containers are gone; it would wait for rollouts."""
    remove = app._stop_docker_containers

    def remove_and_end(*at_boot: bool) -> None:
        remove(*at_boot)
        if not at_boot:
            os._exit(0)

    app._stop_docker_containers = remove_and_end


def mend_what_was_kept() -> None:
    """After a start, let stacks and tasks be what they can be without the server of before."""
    load = app._load_persisted_state

    def load_and_mend() -> None:
        load()
        server_stacks.fail_what_was_cut_off()
        server_tasks.forget_tasks_of_before()

    app._load_persisted_state = load_and_mend


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
        Part.API: server_credentials.signed_by(key),
        Part.REGISTRY: server_registry.logged_in(key),
    }
    app.app = server_guard.guard(app.app, server_application.serve, checks)
    server_registry.give_passwords(key)
    server_registry.log_in_to_pull(key, int(os.environ["GATEWAY_PORT"]))


def main() -> None:
    """Serve until a signal comes; the variables are those that emulator.py sets."""
    if moved := missing_names():
        raise SystemExit(f"this MiniStack lacks {', '.join(moved)}")
    listen_on_loopback()
    close(own_key())
    publish_on_loopback()
    end_at_once()
    mend_what_was_kept()
    server_stacks.keep_types()
    server_stacks.begin_deployments()
    server_tasks.wait_for_health()
    server_tasks.drain_before_stop()
    if os.environ["SLIPWAY_STACK_WAITS"] == "1":
        server_stacks.wait_for_services()
    with alone():
        app.main()


if __name__ == "__main__":
    main()
