"""A container has what its task definition says, and nothing of this machine."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from typing import Any

import pytest
from botocore.exceptions import ClientError
from ministack.services import ecs

from slipway.emulator import fargate
from tests.emulator.account import Account, Stack, definition, template, until
from tests.emulator.engine import Engine

MIB = 1024 * 1024
CONTAINER = {
    "user": "10001:10001",
    "readonlyRootFilesystem": True,
    "entryPoint": ["sh", "-c"],
    "workingDirectory": "/app",
    "environment": [{"name": "WEB_PORT", "value": "8000"}],
    "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
    "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}],
}


@pytest.fixture
def cluster(account: Account, engine: Engine) -> Account:
    """An account with the cluster "c", whose containers an engine would run."""
    assert engine
    account.client("ecs").create_cluster(clusterName="c")
    return account


def created(cluster: Account, engine: Engine, **container: Any) -> dict[str, Any]:
    """Run a task, and return what its container was created with."""
    client = cluster.client("ecs")
    given = {**definition(**container), "volumes": [{"name": "scratch"}]}
    client.register_task_definition(**given)
    client.run_task(cluster="c", taskDefinition="web", launchType="FARGATE")
    (found,) = until(lambda: engine.created("-web"))
    return dict(found)


def test_a_container_has_its_task_s_limits(cluster: Account, engine: Engine) -> None:
    """A quarter of a CPU, 512 MiB and no swap; user, disk and capabilities of the definition."""
    found = created(cluster, engine, **CONTAINER)

    assert found["HostConfig"] == {
        "CapDrop": ["ALL"],
        "Init": True,
        "Memory": 512 * MIB,
        "MemorySwap": 512 * MIB,
        "Mounts": [
            {
                "Target": "/scratch",
                "Source": None,
                "Type": "volume",
                "ReadOnly": False,
                "VolumeOptions": {"NoCopy": True},
            }
        ],
        "NanoCpus": 250_000_000,
        "NetworkMode": "neighbours",
        "ReadonlyRootfs": True,
    }
    assert (found["User"], found["WorkingDir"]) == ("10001:10001", "/app")
    assert found["Entrypoint"] == ["sh", "-c"]


def test_a_container_s_own_memory_counts(cluster: Account, engine: Engine) -> None:
    """It is less than the task's."""
    assert created(cluster, engine, memory=100)["HostConfig"]["Memory"] == 100 * MIB


def test_nothing_of_the_host_reaches_docker(cluster: Account, engine: Engine) -> None:
    """Not even from a definition that an earlier version took."""
    created(cluster, engine)
    old = ecs._task_defs["web:1"]
    old.update(networkMode="host", pidMode="host")
    old["volumes"] = [{"name": "host", "host": {"sourcePath": "/"}}]
    old["containerDefinitions"][0].update(
        privileged=True,
        linuxParameters={"capabilities": {"add": ["ALL", "SYS_PTRACE"]}},
        mountPoints=[{"sourceVolume": "host", "containerPath": "/host"}],
        portMappings=[{"containerPort": 80, "hostPort": 80}],
    )

    cluster.client("ecs").run_task(cluster="c", taskDefinition="web:1", launchType="FARGATE")

    _, found = until(lambda: len(engine.created("-web")) == 2 and engine.created("-web"))
    config = found["HostConfig"]
    assert not {"Binds", "ExtraHosts", "PidMode", "Privileged"} & set(config)
    assert config["NetworkMode"] == "default"
    assert config["CapAdd"] == ["SYS_PTRACE"]
    assert config["PortBindings"] == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "80"}]}
    (mount,) = config["Mounts"]
    assert mount["Source"] is None


def test_a_task_gets_no_address_that_answers_nobody(cluster: Account, engine: Engine) -> None:
    """The server listens on loopback, where no container reaches it."""
    assert created(cluster, engine, **CONTAINER)["Env"] == ["WEB_PORT=8000"]


@pytest.mark.parametrize(
    ("declared", "has_image", "copies"),
    [({"/scratch": {}}, True, True), ({}, True, False), (None, True, False), (None, False, False)],
)
def test_a_volume_is_filled_where_the_image_declares_it(
    cluster: Account,
    engine: Engine,
    declared: dict[str, Any] | None,
    has_image: bool,  # noqa: FBT001
    copies: bool,  # noqa: FBT001
) -> None:
    """Otherwise it is root's and empty, as on Fargate, and an application cannot write to it."""
    engine.volumes, engine.has_image = declared, has_image

    (mount,) = created(cluster, engine, **CONTAINER)["HostConfig"]["Mounts"]

    assert mount["VolumeOptions"] == {"NoCopy": not copies}


def test_a_definition_is_checked_when_it_is_registered(cluster: Account) -> None:
    """By the API, whatever else it says."""
    client = cluster.client("ecs")

    client.register_task_definition(**definition())
    with pytest.raises(ClientError, match=r"\(ClientException\).*does not support privileged"):
        client.register_task_definition(**definition(privileged=True))

    assert client.list_task_definitions()["taskDefinitionArns"][0].endswith("web:1")


def test_a_definition_is_checked_in_a_stack_s_creation(cluster: Account) -> None:
    """Nothing of it is registered."""
    stack = Stack(cluster)

    stack.create(template({"Privileged": True}))

    stack.becomes("ROLLBACK_COMPLETE")
    assert "does not support privileged. (Service: AmazonECS" in stack.reasons()
    assert not cluster.client("ecs").list_task_definitions()["taskDefinitionArns"]


def test_a_definition_is_checked_in_a_stack_s_update(cluster: Account) -> None:
    """The stack goes back to the one that it had."""
    stack = Stack(cluster)
    stack.create(template())
    stack.becomes("CREATE_COMPLETE")

    stack.update(template({"Privileged": True}))

    stack.becomes("UPDATE_ROLLBACK_COMPLETE")
    assert "does not support privileged. (Service: AmazonECS" in stack.reasons()
    assert len(cluster.client("ecs").list_task_definitions()["taskDefinitionArns"]) == 1


SPOT = [{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}]


@pytest.mark.parametrize("action", ["run_task", "create_service"])
def test_a_task_is_launched_on_fargate_alone(cluster: Account, action: str) -> None:
    """A launch on instances goes around nothing: there are none."""
    client = cluster.client("ecs")
    client.register_task_definition(**definition())

    def launch(name: str, **given: Any) -> None:
        named = {"serviceName": name} if action == "create_service" else {}
        getattr(client, action)(cluster="c", taskDefinition="web", **named, **given)

    launch("a", launchType="FARGATE")
    launch("b", capacityProviderStrategy=SPOT)
    for other in (
        {"launchType": "EC2"},
        {"launchType": "EXTERNAL"},
        {},
        {"capacityProviderStrategy": [*SPOT, {"capacityProvider": "mine"}]},
    ):
        with pytest.raises(ClientError, match=r"\(InvalidParameterException\).*Fargate alone"):
            launch("c", **other)


def test_the_environment_names_that_are_taken_out_are_ministack_s() -> None:
    """Each of them is one that it would set."""
    variables: dict[str, str] = {}
    container = {"name": "web", "image": "web"}

    ecs._register_metadata("arn:a", "c", {}, container, "FARGATE", variables, False, "172.18.0.2")  # noqa: FBT003

    assert set(variables) == set(fargate.UNREACHABLE)
