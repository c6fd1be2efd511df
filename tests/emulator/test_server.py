"""The server's parts that decide, beside a stand-in of MiniStack: conftest.py."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import ast
import contextlib
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.conftest import PARTS

# What MiniStack brings, and what of Slipway needs nothing but Python itself.
BESIDE = {"botocore", "docker", "ministack"}
ALLOWED = {*PARTS, "fargate_sizes", "local_key"}
FOLDER = Path(__file__).parents[2] / "slipway" / "emulator"


def private_names(tree: ast.Module) -> set[str]:
    """Find each private name of a module of MiniStack that a module mentions."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("ministack"):
            modules.update({each.name: f"{node.module}.{each.name}" for each in node.names})
    return {
        f"{modules[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
        and node.attr.startswith("_")
    }


def test_every_private_name_is_asked_for_at_the_start(parts: dict[str, Any]) -> None:
    """A MiniStack in which one has moved is refused by name, and not found out later."""
    used: set[str] = set()
    for part in PARTS:
        used |= private_names(ast.parse((FOLDER / f"{part}.py").read_text()))

    needed = {
        f"{module}.{name}" for module, names in parts["names"].NEEDED.items() for name in names
    }
    assert used == needed
    assert set(parts["names"].missing()) == needed


def test_no_part_needs_what_its_environment_lacks() -> None:
    """Of Slipway it imports its own parts alone, and nothing that they would have to bring."""
    for part in PARTS:
        for node in ast.walk(ast.parse((FOLDER / f"{part}.py").read_text())):
            if isinstance(node, ast.ImportFrom):
                top = str(node.module).partition(".")[0]
                assert top in {*sys.stdlib_module_names, *BESIDE, "slipway"}
                if top == "slipway":
                    of_module = {str(node.module).rpartition(".")[2]}
                    names = of_module & ALLOWED or {each.name for each in node.names}
                    assert names <= ALLOWED


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        (8000, ("127.0.0.1", 8000)),
        (None, ("127.0.0.1", None)),
        (("0.0.0.0", 8000), ("127.0.0.1", 8000)),  # noqa: S104 - what must not come through
        (("0.0.0.0",), ("127.0.0.1", None)),  # noqa: S104 - what must not come through
        ([1, 2], [("127.0.0.1", 1), ("127.0.0.1", 2)]),
    ],
)
def test_a_port_is_published_on_loopback(parts: dict[str, Any], given: Any, bound: Any) -> None:
    """In each form that docker-py takes."""
    assert parts["loopback"].on_loopback(given) == bound


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        (("127.0.0.1", 80), False),
        (("::1", 80, 0, 0), False),
        ("/run/a.sock", False),
        (("0.0.0.0", 80), True),  # noqa: S104 - what must not come through
        (("", 80), True),
        (("::", 80, 0, 0), True),
        (("10.0.0.5", 0), True),
    ],
)
def test_the_server_binds_no_address_of_the_network(
    parts: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    address: Any,
    outside: bool,  # noqa: FBT001
) -> None:
    """Whatever part of MiniStack would; other events are none of its business."""
    hooks: list[Any] = []
    monkeypatch.setattr("sys.addaudithook", hooks.append)

    parts["loopback"].listen()

    hooks[0]("socket.connect", (None, address))
    with pytest.raises(PermissionError) if outside else contextlib.nullcontext():
        hooks[0]("socket.bind", (None, address))


def test_nobody_else_gets_what_is_for_localhost(parts: dict[str, Any]) -> None:
    """The port of [::1] is taken; a second server, or another program, does not get it."""
    reserve = parts["loopback"].reserve
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if (first := reserve(port)) is None:
        assert not has_ipv6()
        return

    with first, pytest.raises(SystemExit, match="another program"):
        reserve(port)
    again = reserve(port)
    assert again
    again.close()


def has_ipv6() -> bool:
    """Whether this machine has the loopback address of IPv6."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        return True
    return False


def test_every_container_is_created_with_its_ports_on_loopback(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """Whatever part of MiniStack creates it."""
    collection = ministack["containers"].ContainerCollection
    collection.create = lambda _, image, **options: (image, options)

    parts["loopback"].publish()

    made = collection().create("image", ports={"80/tcp": 80}, name="a")
    assert made == ("image", {"ports": {"80/tcp": ("127.0.0.1", 80)}, "name": "a"})


def test_an_operation_that_a_stop_cut_off_has_failed(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """A stack that nobody works on must not be in progress for ever; others stay as they are."""
    kept = {"a": {"StackStatus": "UPDATE_IN_PROGRESS"}, "b": {"StackStatus": "CREATE_COMPLETE"}}
    ministack["cloudformation"]._stacks = type("Store", (), {"_data": kept})()

    parts["stacks"].fail_what_was_cut_off()

    states = {name: stack["StackStatus"] for name, stack in kept.items()}
    assert states == {"a": "UPDATE_ROLLBACK_FAILED", "b": "CREATE_COMPLETE"}


def test_a_second_server_of_an_account_does_not_run(
    parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the number of the first stays where it is looked for."""
    kept = tmp_path / "pid"
    monkeypatch.setenv("SLIPWAY_PID_FILE", str(kept))

    with parts["server"].alone():
        number = kept.read_text()
        with pytest.raises(SystemExit, match="runs already"), parts["server"].alone():
            pytest.fail("it runs")

    assert kept.read_text() == number


def deployment(state: str, running: int, name: str = "new") -> dict[str, Any]:
    """A deployment as MiniStack keeps it."""
    return {"id": name, "rolloutState": state, "runningCount": running}


@pytest.mark.parametrize(
    ("running", "deployments", "expected"),
    [
        (2, [deployment("COMPLETED", 2)], "STABLE"),
        (0, [deployment("IN_PROGRESS", 0)], "WAITING"),
        (3, [deployment("COMPLETED", 2), deployment("COMPLETED", 1, "old")], "WAITING"),
        (1, [deployment("COMPLETED", 1)], "WAITING"),
        (2, [deployment("FAILED", 0), deployment("IN_PROGRESS", 2, "old")], "FAILED"),
        (2, [deployment("COMPLETED", 2, "old")], "FAILED"),
    ],
    ids=["stable", "begun", "old tasks run", "too few", "failed", "gone"],
)
def test_a_service_is_stable_when_nothing_of_before_runs(
    parts: dict[str, Any], running: int, deployments: list[dict[str, Any]], expected: str
) -> None:
    """Two tasks are wanted; the deployment `new` is waited for."""
    service = {"desiredCount": 2, "runningCount": running, "deployments": deployments}

    assert parts["stacks"].outcome(service, "new").name == expected


def test_a_service_whose_creation_fails_is_not_left_behind(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """It would stand in the way of the next one of its name."""
    arn = "arn:aws:ecs:r:a:service/cluster/web"
    deleted: list[str] = []
    service = {"desiredCount": 1, "runningCount": 0, "deployments": [deployment("FAILED", 0)]}
    handlers: dict[str, Any] = {
        "create": lambda *_: (arn, {}),
        "update": None,
        "delete": lambda made, _: deleted.append(made),
    }
    ministack["provisioners"]._RESOURCE_HANDLERS = {"AWS::ECS::Service": handlers}
    ministack["stacks"]._runs_on_worker_thread = lambda _: False
    ministack["stacks"]._sends_back_failed_update = lambda _: False
    ministack["ecs"]._services = {"cluster/web": service}
    ministack["ecs"]._primary_deployment = lambda found: found["deployments"][0]

    parts["stacks"].wait_for_services()

    with pytest.raises(ValueError, match="Circuit Breaker"):
        handlers["create"]("Web", {}, "stack")
    assert deleted == [arn]
    assert ministack["stacks"]._sends_back_failed_update("AWS::ECS::Service")
    assert not ministack["stacks"]._runs_on_worker_thread("AWS::S3::Bucket")


def test_a_template_s_texts_become_what_the_api_has(parts: dict[str, Any]) -> None:
    """Secrets by their small names; numbers as numbers."""
    stacks = parts["stacks"]
    definition = {
        "name": "web",
        "secrets": [{"Name": "URL", "ValueFrom": "arn"}],
        "portMappings": [{"containerPort": "8000", "protocol": "tcp"}],
        "linuxParameters": {"Capabilities": {"Drop": ["ALL"]}, "InitProcessEnabled": True},
    }
    service = {"DesiredCount": "2", "LoadBalancers": [{"ContainerPort": "8000"}], "Cluster": "c"}

    assert stacks.typed_container(definition) == {
        "name": "web",
        "secrets": [{"name": "URL", "valueFrom": "arn"}],
        "portMappings": [{"containerPort": 8000, "protocol": "tcp"}],
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
    }
    assert stacks.typed_service(service) == {
        "DesiredCount": 2,
        "LoadBalancers": [{"ContainerPort": 8000}],
        "Cluster": "c",
    }


@pytest.fixture
def task(ministack: dict[str, Any]) -> dict[str, Any]:
    """A task of a service behind a load balancer."""
    balancer = {"targetGroupArn": "group", "containerPort": 8000}
    ministack["ecs"]._services = {"c/web": {"loadBalancers": [balancer]}}
    ministack["alb"]._tgs = {"group": {"HealthCheckPath": "/health"}}
    return {"clusterArn": "arn:cluster/c", "group": "service:web", "_docker_ids": ["1"]}


def test_a_task_is_asked_what_its_load_balancer_asks(
    parts: dict[str, Any], task: dict[str, Any]
) -> None:
    """A one-off task is asked nothing."""
    tasks = parts["tasks"]

    assert tasks.health_check(task) == tasks.Check("group", 8000, "/health")
    assert tasks.health_check({**task, "group": ""}) is None


@pytest.mark.parametrize(("served", "order"), [(True, ["stop", "clean"]), (False, ["clean"])])
def test_a_task_that_served_is_drained_before_its_containers_go(  # noqa: PLR0913, PLR0917
    parts: dict[str, Any],
    ministack: dict[str, Any],
    task: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    served: bool,  # noqa: FBT001
    order: list[str],
) -> None:
    """One that never served has no request to end."""
    seen: list[str] = []
    container = type("Container", (), {"stop": lambda *_, **_options: seen.append("stop")})()
    docker = type("Docker", (), {"containers": {"1": container}})()
    ministack["ecs"]._cleanup_task_resources = lambda *_: seen.append("clean")
    monkeypatch.setattr(parts["tasks"], "DRAIN_SECONDS", 0)

    parts["tasks"].drain_before_stop()
    ministack["ecs"]._cleanup_task_resources({**task, "startedAt": served or None}, docker)

    assert seen == order


def test_tasks_of_before_a_start_are_no_longer_listed_as_running(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """Their containers ended with the server; a proof must not believe in them."""
    ecs, refreshed = ministack["ecs"], []
    task = {"lastStatus": "STOPPED", "desiredStatus": "RUNNING"}
    service = (("account", "region", "cluster/web"), {"serviceName": "web"})
    ecs._tasks = type("Store", (), {"_data": {"a": task}})()
    ecs._services = type("Store", (), {"all_items": lambda _: [service]})()
    ecs._refresh_service_state = lambda *given: refreshed.append(given)

    parts["tasks"].forget_tasks_of_before()

    assert task["desiredStatus"] == "STOPPED"
    assert refreshed == [("cluster", "service:web")]


def test_a_secure_string_reaches_a_task_in_plain_text(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """Of the version that is asked for."""
    ministack["ssm"].resolve_parameter_value = lambda *given, decrypt=False: (given, decrypt)

    parts["tasks"].decrypt_parameters()

    assert ministack["ssm"].resolve_parameter_value("/web/key") == (("/web/key", None), True)
    assert ministack["ssm"].resolve_parameter_value("/web/key", 2) == (("/web/key", 2), True)
