"""The server as a process: the program that `invoke local.up` starts, without an engine."""

import json
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from slipway import local_key
from slipway.errors import Failed
from slipway.local import emulator
from slipway.local_key import AccessKey
from slipway.shell import run
from tests.emulator.account import REGION, definition, session, template, until

PYTHON = Path(sys.executable)


@pytest.fixture
def port(allowed_ports: set[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[int]:
    """A free port, with an account of its own, whose server ends with the test."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = int(free.getsockname()[1])
    allowed_ports.add(found)
    local_key.create(found)
    emulator.start(PYTHON, found, "neighbour", waits=True)
    yield found
    emulator.stop(found)


def client(port: int, service: str, key: AccessKey | None = None) -> Any:
    """Return botocore's client of a service of the account; it connects."""
    own = key or local_key.read(port)
    assert own
    return session().create_client(
        service,
        region_name=REGION,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id=own.key_id,
        aws_secret_access_key=own.secret,
    )


def test_it_serves_who_has_the_account_s_key(port: int) -> None:
    """It proves whose it is, and refuses every other key, and a call without one."""
    assert emulator.answering_edition(port) == emulator.edition(port, waits=True)
    sts = client(port, "sts")
    assert sts.get_caller_identity()["Arn"].endswith(":root")
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client(port, "sts", AccessKey("test", "test")).get_caller_identity()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/config")


def test_its_parts_are_in_their_places(port: int) -> None:
    """The stack of a service comes about, and a task that Fargate does not take is refused."""
    cloudformation, ecs = client(port, "cloudformation"), client(port, "ecs")
    cloudformation.create_stack(StackName="shop", TemplateBody=json.dumps(template()))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="shop", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )

    (task,) = ecs.describe_tasks(cluster="c", tasks=ecs.list_tasks(cluster="c")["taskArns"])[
        "tasks"
    ]
    assert task["startedBy"].startswith("ecs-svc/")
    with pytest.raises(ClientError, match="does not support privileged"):
        ecs.register_task_definition(**definition(privileged=True))


def test_a_second_server_of_an_account_does_not_run(port: int) -> None:
    """And the first one goes on."""
    number = emulator.process_id(port)

    with pytest.raises(Failed, match="this account's server runs already"):
        run([sys.executable, "-m", emulator.MODULE], env=emulator.variables(port, "", waits=True))

    assert emulator.process_id(port) == number
    assert emulator.answering_edition(port) == emulator.edition(port, waits=True)


def test_it_keeps_its_state_when_it_is_stopped(port: int) -> None:
    """The stop takes no longer than that, and a stack is there at the next start."""
    body = json.dumps({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup"}}})
    client(port, "cloudformation").create_stack(StackName="shop", TemplateBody=body)
    until(lambda: client(port, "logs").describe_log_groups()["logGroups"])

    emulator.stop(port)
    assert emulator.process_id(port) is None
    assert emulator.answering_edition(port) is None
    emulator.start(PYTHON, port, "neighbour", waits=True)

    (stack,) = client(port, "cloudformation").describe_stacks()["Stacks"]
    assert (stack["StackName"], stack["StackStatus"]) == ("shop", "CREATE_COMPLETE")


def test_a_stop_takes_seconds_whatever_is_waited_for(port: int) -> None:
    """Its state is kept all the same: the stack whose creation it cut off has failed."""
    made = template(TaskDefinition="missing")
    cloudformation = client(port, "cloudformation")
    cloudformation.create_stack(StackName="shop", TemplateBody=json.dumps(made))
    until(lambda: client(port, "ecs").list_services(cluster="c")["serviceArns"])
    began = time.monotonic()

    emulator.stop(port)

    assert time.monotonic() - began < emulator.STOP_SECONDS / 3
    emulator.start(PYTHON, port, "neighbour", waits=True)
    (stack,) = client(port, "cloudformation").describe_stacks()["Stacks"]
    assert (stack["StackName"], stack["StackStatus"]) == ("shop", "CREATE_FAILED")


def test_it_does_not_start_where_another_machine_would_reach_it(port: int) -> None:
    """Whatever its environment says."""
    emulator.stop(port)
    env = {**emulator.variables(port, "neighbour", waits=True), "BIND_HOST": "0.0.0.0"}  # noqa: S104 - what must not be

    with pytest.raises(Failed, match=r"the local account does not listen on '0\.0\.0\.0'"):
        run([sys.executable, "-m", emulator.MODULE], env=env, timeout=20)
