"""The local account's server with the real MiniStack, in this process.

MiniStack has one state for each process, and the server's parts replace functions in its
modules: both are as they were after each test. There is no container engine; where one has to
be, `engine` stands for it.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.models.containers import ContainerCollection  # type: ignore[import-untyped]
from docker.models.images import ImageCollection  # type: ignore[import-untyped]
from ministack import app
from ministack.core import persistence
from ministack.services import alb, cloudformation, cloudwatch_logs, ecr, ecs, iam, ssm, sts
from ministack.services.cloudformation import provisioners

from slipway.emulator import credentials, endings, names, operations, server, stacks, targets, tasks
from tests.emulator.account import OWN, Account
from tests.emulator.application import Application, listening
from tests.emulator.engine import Engine

# Where the server's parts replace something.
REPLACED = [
    *(importlib.import_module(name) for name in names.NEEDED),
    *(ssm, ContainerCollection, ImageCollection),
]
# What tests make resources of. The reset of some other services wants an engine.
USED = [alb, cloudformation, cloudwatch_logs, ecr, ecs, iam, ssm, sts]
TABLES = [
    *(ecs._ACTION_MAP, alb._ACTION_MAP, cloudformation._ACTION_HANDLERS),
    *provisioners._RESOURCE_HANDLERS.values(),
]


@pytest.fixture(autouse=True)
def ministack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave MiniStack as it was: its functions, those of docker's SDK, and its state."""
    monkeypatch.setattr(persistence, "PERSIST_STATE", False)
    monkeypatch.setenv("S3_PERSIST", "0")
    functions = [(each, _functions(each)) for each in REPLACED]
    tables = [(table, dict(table)) for table in TABLES]
    monkeypatch.setattr(ecs, "_get_docker", lambda: None)
    yield
    for service in USED:
        service.reset()
    targets._checked.clear()
    credentials.UNSIGNED_ACTIONS.clear()
    for each, before in functions:
        for name, function in before.items():
            setattr(each, name, function)
    for table, before in tables:
        table.update(before)


def _functions(of: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(of).items() if callable(value)}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A container engine, for which MiniStack runs its tasks' containers."""
    engine = Engine()
    client = engine.client()
    monkeypatch.setattr(ecs, "_get_docker", lambda: client)
    monkeypatch.setenv("HOSTNAME", "neighbour")
    engine.run("neighbour")
    yield engine
    engine.pulling.set()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    """The server as `main` puts it together, with short waits, and without a port."""
    file = tmp_path / "credentials"
    key = f"aws_access_key_id = {OWN.key_id}\naws_secret_access_key = {OWN.secret}\n"
    file.write_text(f"[default]\n{key}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("GATEWAY_PORT", "4566")
    monkeypatch.setenv("MINISTACK_EDITION", "slipway test")
    for module, name in ((tasks, "DRAIN_SECONDS"), (endings, "LOG_SECONDS")):
        monkeypatch.setattr(module, name, 0)
    for module in (operations, stacks):
        monkeypatch.setattr(module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(ecs, "_ECS_DEPLOYMENT_STEADY_DELAY", 0.05)
    server.close(server.own_key())
    server.close_gaps(waits=True)
    account = Account()
    yield account
    # What a stack still waits for ends; otherwise it would find the next test's stack.
    for stack in cloudformation._stacks._data.values():
        stack["_delete_requested"] = True
    account.close()


@pytest.fixture
def application(allowed_ports: set[int]) -> Iterator[Application]:
    """An application on loopback, which load balancers and checks of this process reach."""
    with listening() as server:
        allowed_ports.add(server.server_port)
        yield server


@pytest.fixture
def target_group(account: Account) -> str:
    """The ARN of a target group, behind the load balancer "web"."""
    elbv2 = account.client("elbv2")
    (balancer,) = elbv2.create_load_balancer(Name="web")["LoadBalancers"]
    group = {"Name": "web", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"}
    (made,) = elbv2.create_target_group(**group, HealthCheckPath="/live")["TargetGroups"]
    arn = str(made["TargetGroupArn"])
    elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return arn


@pytest.fixture
def restart(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[], None]:
    """What keeps the state of stacks and services, forgets it, and loads it as a start does."""
    assert account
    monkeypatch.setattr(app, "_state_map", {each: each for each in ("cloudformation", "ecs")})
    monkeypatch.setattr(persistence, "STATE_DIR", str(tmp_path / "state"))
    # What MiniStack starts again after a while is not of this test.
    monkeypatch.setattr(ecs, "_ECS_RESTORE_RECONCILE_DELAY", 3600)

    def stop_and_start() -> None:
        monkeypatch.setattr(persistence, "PERSIST_STATE", True)
        persistence.save_all(app._build_persistence_save_dict())
        cloudformation.reset()
        ecs.reset()
        app._load_persisted_state()

    return stop_and_start
