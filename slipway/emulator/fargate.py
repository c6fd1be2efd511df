"""Part of the local account's server: tasks have what Fargate gives them, and no more.

- A definition that Fargate refuses is refused, from the API and from a template; so is a launch
  on anything but Fargate. `definition` says what that is.
- A container has its task's CPU and memory, without swap, and its own memory where it names it.
- User, root file system, capabilities, init process, entry point and working directory are the
  definition's. MiniStack leaves them out.
- A volume is empty and the container's own. It has the owner and mode of the image's folder
  only where the image declares it (VOLUME), and is root's otherwise:
  https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
- The variables by which MiniStack's containers would find it are left out: it listens on
  loopback, where no container reaches it. A task has no metadata and no credentials here.

Not as on Fargate: containers of one task do not share their volumes, network or memory; an EFS
volume is an empty one; ulimits, systemControls and the ephemeral storage's size are not applied.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from typing import Any

from docker.errors import ImageNotFound  # type: ignore[import-untyped]
from docker.models.containers import ContainerCollection  # type: ignore[import-untyped]
from docker.types import Mount  # type: ignore[import-untyped]
from ministack.services import ecs
from ministack.services.cloudformation import provisioners

from slipway.emulator import definition
from slipway.emulator.definition import MAY_BE_ADDED, Definition
from slipway.fargate_sizes import units

DEFINITION = "AWS::ECS::TaskDefinition"
MIB = 1024 * 1024
NANO_CPUS, CPU_UNITS = 1_000_000_000, 1024
# What MiniStack would give docker of this machine.
OF_THE_HOST = ("cap_add", "extra_hosts", "network_mode", "pid_mode", "privileged", "volumes")
UNREACHABLE = (
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ENDPOINT_URL",
    "ECS_CONTAINER_METADATA_URI_V4",
)


def refuse_what_fargate_refuses() -> None:
    """Check each task definition and each launch, whether of the API or of a template."""
    register, run, serve = ecs._register_task_definition, ecs._run_task, ecs._create_service
    handlers = provisioners._RESOURCE_HANDLERS[DEFINITION]
    create, update = handlers["create"], handlers["update"]

    def register_checked(data: Definition) -> Any:
        if reason := definition.problem(data):
            return ecs.error_response_json("ClientException", reason, 400)
        return register(data)

    def create_checked(name: str, properties: Definition, stack: str) -> Any:
        return create(name, _checked(properties), stack)

    def update_checked(own: str, old: Definition, new: Definition, *more: Any, **named: Any) -> Any:
        return update(own, _with_volumes(old), _checked(new), *more, **named)

    def run_checked(data: Definition) -> Any:
        return _launch_problem(data) or run(data)

    def serve_checked(data: Definition) -> Any:
        return _launch_problem(data) or serve(data)

    handlers.update(create=create_checked, update=update_checked)
    replace_action("RegisterTaskDefinition", "_register_task_definition", register_checked)
    replace_action("RunTask", "_run_task", run_checked)
    replace_action("CreateService", "_create_service", serve_checked)


def replace_action(action: str, name: str, function: Any) -> None:
    """Put a function in the place of one of MiniStack's ECS, for callers of the API and its own."""
    setattr(ecs, name, function)
    ecs._ACTION_MAP[action] = function


def _checked(properties: Definition) -> Definition:
    """Return a template's definition; raise ValueError, which becomes the event's reason."""
    if reason := definition.problem(definition.camel(properties)):
        raise ValueError(f"{reason} (Service: AmazonECS; Status Code: 400; ClientException)")
    return _with_volumes(properties)


def _with_volumes(properties: Definition) -> Definition:
    """Write a template's volumes as the ECS API has them; MiniStack leaves them as they are."""
    return {**properties, "Volumes": definition.camel(properties.get("Volumes") or [])}


def _launch_problem(data: Definition) -> Any:
    """Return the error of a launch on anything but Fargate; None for Fargate."""
    cluster = ecs._clusters.get(ecs._resolve_cluster_name(data.get("cluster", "default")))
    launch_type, strategy, _ = ecs._launch_choice(data, cluster)
    providers = [each.get("capacityProvider", "") for each in strategy or []]
    if all(name.startswith("FARGATE") for name in providers or [launch_type or "EC2"]):
        return None
    message = (
        "No Container Instances were found in your cluster. The local account has Fargate alone."
    )
    return ecs.error_response_json("InvalidParameterException", message, 400)


def run_as_fargate() -> None:
    """Give each container what its definition says, and take what leads out of it."""
    build, register = ecs._build_run_kwargs, ecs._register_metadata
    create = ContainerCollection.create

    def build_as_fargate(container: Definition, task: Definition, *others: Any) -> Definition:
        options = build(container, task, *others)
        for name in OF_THE_HOST:
            options.pop(name, None)
        return {**options, **container_options(task, container)}

    def register_without_addresses(*values: Any) -> Any:
        token = register(*values)
        variables = values[5]
        for name in UNREACHABLE:
            variables.pop(name, None)
        return token

    def create_with_volumes(own: Any, image: str, *words: Any, **options: Any) -> Any:
        for mount in options.get("mounts") or []:
            if mount["Type"] == "volume" and mount["Target"] in _declared_volumes(own, image):
                mount["VolumeOptions"]["NoCopy"] = False
        return create(own, image, *words, **options)

    ecs._build_run_kwargs = build_as_fargate
    ecs._register_metadata = register_without_addresses
    ContainerCollection.create = create_with_volumes


def container_options(task: Definition, container: Definition) -> Definition:
    """Decide docker's options for a container of a task definition."""
    linux = container.get("linuxParameters") or {}
    capabilities = linux.get("capabilities") or {}
    of_task = units(task.get("memory")) or 0
    memory = min(int(container.get("memory") or of_task), of_task)
    options = {
        # A definition that an earlier version took may name others.
        "cap_add": [each for each in capabilities.get("add") or [] if each in MAY_BE_ADDED],
        "cap_drop": capabilities.get("drop"),
        "entrypoint": container.get("entryPoint"),
        "init": bool(linux.get("initProcessEnabled")) or None,
        "mem_limit": memory * MIB,
        "memswap_limit": memory * MIB,
        "mounts": [
            Mount(each["containerPath"], None, no_copy=True, read_only=bool(each.get("readOnly")))
            for each in container.get("mountPoints") or []
        ],
        "nano_cpus": (units(task.get("cpu")) or 0) * NANO_CPUS // CPU_UNITS,
        "read_only": bool(container.get("readonlyRootFilesystem")),
        "user": container.get("user"),
        "working_dir": container.get("workingDirectory"),
    }
    return {name: value for name, value in options.items() if value not in (None, [], 0)}


def _declared_volumes(containers: Any, image: str) -> set[str]:
    """Return the folders that an image declares as volumes; none where it is not here yet."""
    try:
        config = containers.client.images.get(image).attrs["Config"]
    except ImageNotFound:
        return set()
    return set(config.get("Volumes") or {})
