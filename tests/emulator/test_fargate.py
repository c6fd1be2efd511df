"""A container has what its task definition says, and nothing of this machine."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from typing import Any

import pytest

TASK = {"cpu": "256", "memory": "512"}
CONTAINER = {
    "name": "web",
    "user": "10001:10001",
    "readonlyRootFilesystem": True,
    "entryPoint": ["sh", "-c"],
    "workingDirectory": "/app",
    "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
    "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}],
}


def test_a_container_has_its_task_s_limits(parts: dict[str, Any]) -> None:
    """A quarter of a CPU, 512 MiB and no swap; user, disk and capabilities of the definition."""
    assert parts["fargate"].container_options(TASK, CONTAINER) == {
        "cap_drop": ["ALL"],
        "entrypoint": ["sh", "-c"],
        "init": True,
        "mem_limit": 512 * 1024 * 1024,
        "memswap_limit": 512 * 1024 * 1024,
        "mounts": [("/scratch", None, {"no_copy": True, "read_only": False})],
        "nano_cpus": 250_000_000,
        "read_only": True,
        "user": "10001:10001",
        "working_dir": "/app",
    }


def test_a_container_s_own_memory_counts(parts: dict[str, Any]) -> None:
    """It is less than the task's."""
    found = parts["fargate"].container_options(TASK, {"name": "web", "memory": 100})
    assert found["mem_limit"] == 100 * 1024 * 1024


def test_nothing_of_the_host_reaches_docker(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """Not even from a definition that an earlier version took."""
    ecs = ministack["ecs"]
    dangerous: dict[str, Any] = {"volumes": ["/:/host"], "pid_mode": "host", "network_mode": "host"}
    dangerous |= {"extra_hosts": {"a": "b"}, "cap_add": ["ALL"], "privileged": True}
    ecs._build_run_kwargs = lambda *_: {"name": "a", "network": "n", **dangerous}
    ecs._register_metadata = lambda *_: "token"
    ministack["containers"].ContainerCollection.create = None

    parts["fargate"].run_as_fargate()

    options = ecs._build_run_kwargs(CONTAINER, TASK)
    assert not set(dangerous) & set(options)
    assert (options["name"], options["network"]) == ("a", "n")


def test_a_task_gets_no_address_that_answers_nobody(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """The server listens on loopback, where no container reaches it."""
    ecs = ministack["ecs"]
    variables = {"AWS_ENDPOINT_URL": "http://172.18.0.2:4566", "WEB_PORT": "8000"}
    variables |= dict.fromkeys(parts["fargate"].UNREACHABLE, "http://172.18.0.2:4566")
    ecs._register_metadata = lambda *_: "token"
    ecs._build_run_kwargs = None
    ministack["containers"].ContainerCollection.create = None

    parts["fargate"].run_as_fargate()

    given: tuple[Any, ...] = ("task", "c", {}, {}, "FARGATE", variables, False, "ip")
    assert ecs._register_metadata(*given) == "token"
    assert variables == {"WEB_PORT": "8000"}


@pytest.mark.parametrize(
    ("declared", "copies"), [({"/scratch": {}}, True), ({}, False), (None, False)]
)
def test_a_volume_is_filled_where_the_image_declares_it(
    parts: dict[str, Any],
    ministack: dict[str, Any],
    declared: dict[str, Any] | None,
    copies: bool,  # noqa: FBT001
) -> None:
    """Otherwise it is root's and empty, as on Fargate, and an application cannot write to it."""
    ecs, collection = ministack["ecs"], ministack["containers"].ContainerCollection
    ecs._build_run_kwargs = ecs._register_metadata = None
    collection.create = lambda _, image, **options: (image, options)
    image = type("Image", (), {"attrs": {"Config": {"Volumes": declared}}})
    images = type("Images", (), {"get": lambda *_: image})()
    collection.client = type("Client", (), {"images": images})()
    mount = {"Type": "volume", "Target": "/scratch", "VolumeOptions": {"NoCopy": True}}

    parts["fargate"].run_as_fargate()
    _, options = collection().create("web", mounts=[mount])

    assert options["mounts"][0]["VolumeOptions"] == {"NoCopy": not copies}


@pytest.fixture
def launching(parts: dict[str, Any], ministack: dict[str, Any]) -> dict[str, Any]:
    """MiniStack's ECS with the checks in it; what passes them is answered with "taken"."""
    ecs = ministack["ecs"]
    ecs._ACTION_MAP = {}
    ecs._clusters = {"c": {}}
    ecs._resolve_cluster_name = lambda name: name
    ecs._launch_choice = lambda data, _: (
        data.get("launchType"),
        data.get("capacityProviderStrategy"),
        None,
    )
    ecs.error_response_json = lambda code, message, _: (code, message)
    for name in ("_register_task_definition", "_run_task", "_create_service"):
        setattr(ecs, name, lambda _: "taken")
    handlers = {"create": lambda *_: "taken", "update": lambda *_: "taken"}
    ministack["provisioners"]._RESOURCE_HANDLERS = {"AWS::ECS::TaskDefinition": handlers}
    parts["fargate"].refuse_what_fargate_refuses()
    return {"actions": ecs._ACTION_MAP, "handlers": handlers, "ecs": ecs}


def test_a_definition_is_checked_on_every_way_in(launching: dict[str, Any]) -> None:
    """The API, by which RunTask and services come, a stack's creation and its update."""
    good: dict[str, Any] = {"networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    good["containerDefinitions"] = [{"name": "web"}]
    bad = {**good, "containerDefinitions": [{"privileged": True}]}
    register, handlers = launching["actions"]["RegisterTaskDefinition"], launching["handlers"]

    assert register(good) == launching["ecs"]._register_task_definition(good) == "taken"
    assert register(bad) == ("ClientException", "Fargate does not support privileged.")
    good = {"NetworkMode": "awsvpc", "Cpu": "256", "Memory": "512"}
    good["ContainerDefinitions"] = [{"Name": "web"}]
    bad = {**good, "ContainerDefinitions": [{"Privileged": True}]}
    assert handlers["create"]("Web", good, "stack") == "taken"
    assert handlers["update"]("arn", good, good, "stack") == "taken"
    for call, given in (("create", ("Web", bad)), ("update", ("arn", good, bad))):
        with pytest.raises(ValueError, match=r"privileged.*ClientException"):
            handlers[call](*given, "stack")


@pytest.mark.parametrize("action", ["RunTask", "CreateService"])
def test_a_task_is_launched_on_fargate_alone(launching: dict[str, Any], action: str) -> None:
    """A launch on instances goes around nothing: there are none."""
    call = launching["actions"][action]
    spot = [{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}]

    assert call({"cluster": "c", "launchType": "FARGATE"}) == "taken"
    assert call({"cluster": "c", "capacityProviderStrategy": spot}) == "taken"
    for other in (
        {"launchType": "EC2"},
        {"launchType": "EXTERNAL"},
        {},
        {"capacityProviderStrategy": [*spot, {"capacityProvider": "mine"}]},
    ):
        assert call({"cluster": "c", **other})[0] == "InvalidParameterException"
