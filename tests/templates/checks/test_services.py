"""Services and containers: what ECS refuses late, or lets pass."""

from typing import Any

import pytest

from slipway.templates import checks
from tests.stack.environments import body
from tests.templates.checks.broken import Break, Case, at

NAME = "container web of WebTaskDefinition"
UNREACHED = "WebService is CANARY without an AdvancedConfiguration"


def deployment(found: Any) -> Any:
    """Find how the web service is deployed."""
    return at(found, "WebService", "DeploymentConfiguration")


def container(found: Any) -> Any:
    """Find the web server's container."""
    return at(found, "WebTaskDefinition", "ContainerDefinitions", 0)


def balancer(found: Any) -> Any:
    """Find what the web service registers at its load balancer."""
    return at(found, "WebService", "LoadBalancers", 0)


WRONG = {
    "a switch without a second target group": Case(
        UNREACHED, lambda it: balancer(it).pop("AdvancedConfiguration"), "production"
    ),
    "a switch that nothing reaches": Case(
        UNREACHED, lambda it: at(it, "WebService").pop("LoadBalancers"), "production"
    ),
    "a switch with a circuit breaker": Case(
        "WebService has a circuit breaker, and is not ROLLING",
        lambda it: deployment(it).update(DeploymentCircuitBreaker={"Enable": True}),
        "production",
    ),
    "two ways to be placed": Case(
        "WebService has a LaunchType beside a CapacityProviderStrategy",
        lambda it: at(it, "WebService").update(LaunchType="FARGATE"),
    ),
    "a container that is not there": Case(
        "WebService targets the container other, which its task does not have",
        lambda it: balancer(it).update(ContainerName="other"),
    ),
    "a port that is not there": Case(
        "WebService targets port 1 of web, which that container does not map",
        lambda it: balancer(it).update(ContainerPort=1),
    ),
    "no port at all": Case(
        "WebService targets port 1 of web, which that container does not map",
        lambda it: (container(it).pop("PortMappings"), balancer(it).update(ContainerPort=1)),
    ),
    "no user": Case(f"{NAME} runs as root", lambda it: container(it).pop("User")),
    "root by name": Case(f"{NAME} runs as root", lambda it: container(it).update(User="root:app")),
    "root by number": Case(f"{NAME} runs as root", lambda it: container(it).update(User="0")),
    "a disk that can be written": Case(
        f"{NAME} may write to its root file system",
        lambda it: container(it).update(ReadonlyRootFilesystem=False),
    ),
    "more rights": Case(
        f"{NAME} adds capabilities, or is privileged",
        lambda it: container(it)["LinuxParameters"]["Capabilities"].update(Add=["SYS_PTRACE"]),
    ),
    "all rights": Case(
        f"{NAME} adds capabilities, or is privileged",
        lambda it: container(it).update(Privileged=True),
    ),
    "a log that is waited for": Case(
        f"{NAME} has a blocking log driver",
        lambda it: container(it)["LogConfiguration"]["Options"].update(mode="blocking"),
    ),
    "a log of which nothing is said": Case(
        f"{NAME} has a blocking log driver",
        lambda it: container(it).pop("LogConfiguration"),
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_ecs_would_not_take_is_found(what: str) -> None:
    """One thing is broken in a good template; it is found with its name, and nothing else."""
    assert WRONG[what].problems() == [WRONG[what].words]


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "LINEAR", "CANARY"])
def test_every_kind_of_switch_needs_a_second_target_group(strategy: str) -> None:
    """ECS moves the requests in each of them."""
    case = Case("", lambda it: deployment(it).update(Strategy=strategy))
    assert f"WebService is {strategy} without an AdvancedConfiguration" in case.problems()


def test_a_shell_needs_a_disk_that_it_can_write() -> None:
    """With ECS Exec, that is no fault."""
    assert checks.problems(body("staging", "application", STACK_EXEC="yes")) == []


@pytest.mark.parametrize(
    "breaks",
    [
        lambda it: deployment(it).update(Strategy={"Fn::If": ["Deploy", "CANARY", "ROLLING"]}),
        lambda it: at(it, "WebService").update(LoadBalancers={"Fn::If": ["Deploy", [], []]}),
        lambda it: at(it, "WebService").update(TaskDefinition="arn:of:another:stack"),
        lambda it: at(it, "WebService").update(TaskDefinition={"Ref": "RepositoryURL"}),
    ],
)
def test_what_the_template_does_not_tell_is_let_pass(breaks: Break) -> None:
    """A strategy by condition, and a task definition from elsewhere, are no fault of its own."""
    assert Case("", breaks).problems() == []
