"""What Fargate refuses in a task definition, the local account refuses by name."""

import copy
from typing import Any

import pytest

from slipway.emulator import definition as definitions

GOOD: dict[str, Any] = {
    "family": "web",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "volumes": [{"name": "scratch", "host": {}}],
    "containerDefinitions": [
        {
            "name": "web",
            "image": "web",
            "portMappings": [{"containerPort": 8000, "hostPort": 8000}],
            "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch"}],
            "linuxParameters": {
                "capabilities": {"drop": ["ALL"], "add": ["SYS_PTRACE"]},
                "initProcessEnabled": True,
            },
            "logConfiguration": {"logDriver": "awslogs"},
        }
    ],
}
OF_TASK = [
    ({"networkMode": "host"}, "network mode"),
    ({"networkMode": "bridge"}, "network mode"),
    ({"networkMode": None}, "network mode"),
    ({"pidMode": "host"}, "pidMode 'host'"),
    ({"ipcMode": "host"}, "ipcMode"),
    ({"placementConstraints": [{"type": "memberOf"}]}, "placementConstraints"),
    ({"volumes": [{"name": "host", "host": {"sourcePath": "/"}}]}, "host.sourcePath"),
    ({"volumes": [{"name": "x", "dockerVolumeConfiguration": {"a": 1}}]}, "dockerVolume"),
    ({"cpu": None}, "'cpu' and 'memory'"),
    ({"memory": None}, "'cpu' and 'memory'"),
    ({"memory": "256"}, "256 CPU, 256 memory"),
    ({"cpu": "300"}, "300 CPU, 512 memory"),
    ({"cpu": "banana"}, "banana CPU"),
    ({"containerDefinitions": []}, "cannot be empty"),
]
OF_CONTAINER = [
    ({"privileged": True}, "privileged"),
    ({"links": ["db"]}, "links"),
    ({"extraHosts": [{"hostname": "a"}]}, "extraHosts"),
    ({"dockerSecurityOptions": ["apparmor:unconfined"]}, "dockerSecurityOptions"),
    ({"linuxParameters": {"devices": [{"hostPath": "/dev/sda"}]}}, "devices"),
    ({"linuxParameters": {"tmpfs": [{"containerPath": "/x"}]}}, "tmpfs"),
    ({"linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}}}, "SYS_ADMIN"),
    ({"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE", "ALL"]}}}, "ALL"),
    ({"portMappings": [{"containerPort": 80, "hostPort": 8080}]}, "must match"),
    ({"resourceRequirements": [{"type": "GPU", "value": "1"}]}, "GPU"),
    ({"logConfiguration": {"logDriver": "syslog"}}, "syslog"),
    ({"memory": 30_000}, "more memory than its task: 30000"),
    ({"memoryReservation": 4000}, "memory together is more than their task's 512 MiB"),
    ({"cpu": 4096}, "CPU units together are more than their task's 256"),
]


def test_a_definition_of_fargate_is_taken() -> None:
    """An empty volume, SYS_PTRACE and dropped capabilities are among what it has."""
    assert definitions.problem(GOOD) == ""


@pytest.mark.parametrize(("change", "named"), OF_TASK)
def test_what_a_task_may_not_have(change: dict[str, Any], named: str) -> None:
    """Each is refused by name."""
    assert named in definitions.problem({**GOOD, **change})


@pytest.mark.parametrize(("change", "named"), OF_CONTAINER)
def test_what_a_container_may_not_have(change: dict[str, Any], named: str) -> None:
    """In any container of the task, not in the first one alone."""
    definition = copy.deepcopy(GOOD)
    definition["containerDefinitions"].append({"name": "other", "image": "x", **change})
    assert named in definitions.problem(definition)


@pytest.mark.parametrize(("change", "named"), [*OF_TASK, *OF_CONTAINER])
def test_a_template_s_names_are_checked_like_the_api_s(change: dict[str, Any], named: str) -> None:
    """CloudFormation writes the same properties with a capital."""
    definition = copy.deepcopy(GOOD)
    of_task = (change, named) in OF_TASK
    (definition if of_task else definition["containerDefinitions"][0]).update(change)

    assert named in definitions.problem(definitions.camel(pascal(definition)))


def pascal(value: Any) -> Any:
    """Write the names of the API as a template has them."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: pascal(each) for key, each in value.items()}
    return [pascal(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [(256, 512), ("256", "2048"), (".25 vCPU", "0.5 GB"), ("1 vCPU", "8GB"), (16384, 122880)],
)
def test_each_way_to_write_a_size_is_read(cpu: object, memory: object) -> None:
    """Units and MiB, or vCPU and GB; a number or a text."""
    assert definitions.problem({**GOOD, "cpu": cpu, "memory": memory}) == ""


@pytest.mark.parametrize("change", [{"volumes": ["x"]}, {"pidMode": ["x"]}, {"cpu": {}}])
def test_a_definition_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    """By a sentence, and not by a crash of the server."""
    assert definitions.problem({**GOOD, **change})


def test_containers_share_their_task_s_memory() -> None:
    """Each may have a part; together they may not have more than all of it."""
    two = [{**GOOD["containerDefinitions"][0], "name": name, "memory": 256} for name in "ab"]
    assert definitions.problem({**GOOD, "containerDefinitions": two}) == ""
    two[0]["memory"] = 300
    assert "together" in definitions.problem({**GOOD, "containerDefinitions": two})
