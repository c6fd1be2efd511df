"""Part of the local account's server: what Fargate refuses in a task definition.

The local account runs tasks as Fargate alone, so each definition is checked by Fargate's rules,
whatever launch types it names. Without them, a definition could give a container this whole
machine: privileged, with a folder of the host, or in the host's network.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from collections.abc import Iterator
from typing import Any

from slipway.fargate_sizes import SIZES, units

IN_TASK = ("inferenceAccelerators", "ipcMode", "placementConstraints")
IN_VOLUME = ("dockerVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration")
IN_CONTAINER = (
    *("disableNetworking", "dnsSearchDomains", "dnsServers", "dockerSecurityOptions"),
    *("extraHosts", "links", "privileged"),
)
IN_LINUX = ("devices", "maxSwap", "sharedMemorySize", "swappiness", "tmpfs")
MAY_BE_ADDED = {"SYS_PTRACE", "CAP_SYS_PTRACE"}
LOG_DRIVERS = {"awslogs", "awsfirelens", "splunk"}

Definition = dict[str, Any]


def problem(definition: Definition) -> str:
    """Return the first thing that Fargate refuses in a task definition; "" if there is none.

    `definition` has the names of the ECS API, such as `containerDefinitions`.
    """
    try:
        return next(_problems(definition), "")
    except (AttributeError, TypeError, ValueError):
        return "The task definition does not have the shape that the ECS API takes."


def _problems(definition: Definition) -> Iterator[str]:
    if definition.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode 'awsvpc'."
    yield from _refused(definition, IN_TASK)
    if definition.get("pidMode") not in {None, "", "task"}:
        yield f"Fargate does not support pidMode {definition['pidMode']!r}."
    yield from _size_problems(definition.get("cpu"), definition.get("memory"))
    for volume in definition.get("volumes") or []:
        yield from _refused(volume, IN_VOLUME)
        if (volume.get("host") or {}).get("sourcePath"):
            yield f"Fargate does not support host.sourcePath (volume {volume.get('name')})."
    containers = definition.get("containerDefinitions") or []
    yield from _share_problems(definition, containers)
    for container in containers:
        yield from _container_problems(container)


def _share_problems(definition: Definition, containers: list[Definition]) -> Iterator[str]:
    """List the containers that want more than their task has, alone or together."""
    memory, cpu = units(definition.get("memory")) or 0, units(definition.get("cpu")) or 0
    if not containers:
        yield "Container list cannot be empty."
    for each in containers:
        if int(each.get("memory") or 0) > memory:
            yield f"Container {each.get('name')} has more memory than its task: {each['memory']}."
    reserved = [each.get("memoryReservation") or each.get("memory") or 0 for each in containers]
    if sum(map(int, reserved)) > memory:
        yield f"The containers' memory together is more than their task's {memory} MiB."
    if sum(int(each.get("cpu") or 0) for each in containers) > cpu:
        yield f"The containers' CPU units together are more than their task's {cpu}."


def _container_problems(container: Definition) -> Iterator[str]:
    yield from _refused(container, IN_CONTAINER)
    linux = container.get("linuxParameters") or {}
    yield from _refused(linux, IN_LINUX)
    added = set((linux.get("capabilities") or {}).get("add") or [])
    if added - MAY_BE_ADDED:
        yield f"Fargate does not let capabilities be added: {', '.join(sorted(added))}."
    for mapping in container.get("portMappings") or []:
        inside, outside = mapping.get("containerPort"), mapping.get("hostPort")
        if outside and str(outside) != str(inside):
            yield "With network mode 'awsvpc' the host port and the container port must match."
    for resource in container.get("resourceRequirements") or []:
        if resource.get("type") == "GPU":
            yield "Fargate has no GPU."
    driver = (container.get("logConfiguration") or {}).get("logDriver")
    if driver and driver not in LOG_DRIVERS:
        yield f"Fargate does not support the log driver {driver}."


def _refused(part: Definition, names: tuple[str, ...]) -> Iterator[str]:
    yield from (f"Fargate does not support {name}." for name in names if part.get(name))


def _size_problems(cpu: object, memory: object) -> Iterator[str]:
    if not (cpu and memory):
        yield "Fargate requires that 'cpu' and 'memory' be defined at the task level."
    elif units(memory) not in SIZES.get(units(cpu) or 0, ()):
        yield f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory."


def camel(value: Any) -> Any:
    """Write the names of a template's properties as the ECS API has them, at every depth."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: camel(each) for key, each in value.items()}
    return [camel(each) for each in value] if isinstance(value, list) else value
