"""What ECS refuses late, or lets pass: the services and their containers."""

from collections.abc import Iterator

from slipway.templates.checks.body import Body, objects, of_type

SWITCHES = ("BLUE_GREEN", "LINEAR", "CANARY")


def switches(body: Body) -> Iterator[str]:
    """Find a switch without a second target group, or with a circuit breaker."""
    for title, service in of_type(body, "AWS::ECS::Service"):
        deployment = service.get("DeploymentConfiguration", {})
        if deployment.get("Strategy") not in SWITCHES:
            continue
        if "DeploymentCircuitBreaker" in deployment:
            yield f"{title} has a circuit breaker, and is not ROLLING"
        # One that nobody reaches has nothing to switch either.
        for balancer in objects(service.get("LoadBalancers") or {}):
            if "AdvancedConfiguration" not in balancer:
                yield f"{title} is {deployment['Strategy']} without an AdvancedConfiguration"


def capacity(body: Body) -> Iterator[str]:
    """Find a service that names both ways to be placed; ECS takes one."""
    for title, service in of_type(body, "AWS::ECS::Service"):
        if "LaunchType" in service and "CapacityProviderStrategy" in service:
            yield f"{title} has a LaunchType beside a CapacityProviderStrategy"


def targets(body: Body) -> Iterator[str]:
    """Find a load balancer whose container or port does not exist."""
    definitions = dict(of_type(body, "AWS::ECS::TaskDefinition"))
    for title, service in of_type(body, "AWS::ECS::Service"):
        named = service.get("TaskDefinition")
        # One that does not stand in the template is not known here.
        if not (isinstance(named, dict) and named.get("Ref") in definitions):
            continue
        containers = objects(definitions[named["Ref"]].get("ContainerDefinitions", []))
        for balancer in objects(service.get("LoadBalancers", [])):
            name, port = balancer.get("ContainerName"), balancer.get("ContainerPort")
            found = [each for each in containers if each.get("Name") == name]
            mapped = [one for each in found for one in objects(each.get("PortMappings", []))]
            if not found:
                yield f"{title} targets the container {name}, which its task does not have"
            elif port not in [each.get("ContainerPort") for each in mapped]:
                yield f"{title} targets port {port} of {name}, which that container does not map"


def containers(body: Body) -> Iterator[str]:
    """Find a container with more rights than it needs; a shell needs a disk that it can write."""
    shells = any(
        service.get("EnableExecuteCommand") for _, service in of_type(body, "AWS::ECS::Service")
    )
    for title, definition in of_type(body, "AWS::ECS::TaskDefinition"):
        for each in objects(definition.get("ContainerDefinitions", [])):
            for problem in _of_container(each, shells=shells):
                yield f"container {each.get('Name')} of {title} {problem}"


def _of_container(container: Body, *, shells: bool) -> Iterator[str]:
    if str(container.get("User", "0")).partition(":")[0] in {"0", "root"}:
        yield "runs as root"
    if not (container.get("ReadonlyRootFilesystem") or shells):
        yield "may write to its root file system"
    added = container.get("LinuxParameters", {}).get("Capabilities", {}).get("Add")
    if added or container.get("Privileged"):
        yield "adds capabilities, or is privileged"
    if container.get("LogConfiguration", {}).get("Options", {}).get("mode") != "non-blocking":
        yield "has a blocking log driver"
