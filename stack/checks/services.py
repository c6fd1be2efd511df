"""What ECS refuses late, or lets pass: the services and their containers."""

from collections.abc import Iterator

from stack.checks.body import Body, of_type

SWITCHES = {"BLUE_GREEN", "LINEAR", "CANARY"}


def switches(body: Body) -> Iterator[str]:
    """Find a switch without a second target group, or with a circuit breaker."""
    for title, service in of_type(body, "AWS::ECS::Service"):
        deployment = service.get("DeploymentConfiguration", {})
        if deployment.get("Strategy") not in SWITCHES:
            continue
        if "DeploymentCircuitBreaker" in deployment:
            yield f"{title} has a circuit breaker, and is not ROLLING"
        for balancer in service.get("LoadBalancers", []):
            if "AdvancedConfiguration" not in balancer:
                yield f"{title} is {deployment['Strategy']} without an AdvancedConfiguration"


def capacity(body: Body) -> Iterator[str]:
    """Find a service that names both ways to be placed; ECS takes one."""
    for title, service in of_type(body, "AWS::ECS::Service"):
        if "LaunchType" in service and "CapacityProviderStrategy" in service:
            yield f"{title} has a LaunchType beside a CapacityProviderStrategy"


def targets(body: Body) -> Iterator[str]:
    """Find a load balancer that is told of a container or a port that is not there."""
    definitions = dict(of_type(body, "AWS::ECS::TaskDefinition"))
    for title, service in of_type(body, "AWS::ECS::Service"):
        named = service.get("TaskDefinition", {})
        definition = definitions.get(named.get("Ref", ""), {}) if isinstance(named, dict) else {}
        containers = {each["Name"]: each for each in definition.get("ContainerDefinitions", [])}
        for balancer in service.get("LoadBalancers", []):
            name, port = balancer["ContainerName"], balancer["ContainerPort"]
            ports = [
                each["ContainerPort"] for each in containers.get(name, {}).get("PortMappings", [])
            ]
            if name not in containers:
                yield f"{title} balances the container {name}, which its task has not"
            elif port not in ports:
                yield f"{title} balances port {port} of {name}, which that does not map"


def containers(body: Body) -> Iterator[str]:
    """Find a container with more rights than it needs; a shell needs a disk that it can write."""
    shells = any(
        service.get("EnableExecuteCommand") for _, service in of_type(body, "AWS::ECS::Service")
    )
    for title, definition in of_type(body, "AWS::ECS::TaskDefinition"):
        for each in definition["ContainerDefinitions"]:
            name = f"container {each['Name']} of {title}"
            if str(each.get("User", "0")).partition(":")[0] in {"0", "root"}:
                yield f"{name} runs as root"
            if not (each.get("ReadonlyRootFilesystem") or shells):
                yield f"{name} may write to its root file system"
            if each.get("LinuxParameters", {}).get("Capabilities", {}).get("Add"):
                yield f"{name} has more rights than a process"
            if each["LogConfiguration"]["Options"].get("mode") != "non-blocking":
                yield f"{name} waits for its log"
