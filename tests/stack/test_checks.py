"""The checks that no linter makes: each is tripped by a template that is wrong in one thing."""

from collections.abc import Callable
from typing import Any

import pytest

from stack import checks
from stack.checks.body import Body
from tests.stack.environments import body

Break = Callable[[dict[str, Any]], object]
SERVICE, TASK = ("WebService", "Properties"), ("WebTaskDefinition", "Properties")


def at(found: Any, *path: Any) -> Any:
    """Go down into a template's resources."""
    found = found["Resources"]
    for step in path:
        found = found[step]
    return found


def container(found: Body) -> Any:
    """Find the web server's container."""
    return at(found, *TASK, "ContainerDefinitions", 0)


def deployment(found: Body) -> Any:
    """Find how the web service is deployed."""
    return at(found, *SERVICE, "DeploymentConfiguration")


def statement(found: Body) -> Any:
    """Find the first statement of the execution role."""
    policy = at(found, "ExecutionRole", "Properties", "Policies", 0, "PolicyDocument")
    return policy["Statement"][0]


def output(found: Body, value: object) -> object:
    """Show a value to whoever may describe the stack."""
    return found["Outputs"].update(Shown={"Value": value})


WRONG: dict[str, tuple[str, Break]] = {
    "a switch without a second target group": (
        "WebService is BLUE_GREEN without an AdvancedConfiguration",
        lambda it: deployment(it).update(Strategy="BLUE_GREEN"),
    ),
    "a switch with a circuit breaker": (
        "WebService has a circuit breaker, and is not ROLLING",
        lambda it: deployment(it).update(Strategy="CANARY"),
    ),
    "two ways to be placed": (
        "WebService has a LaunchType beside a CapacityProviderStrategy",
        lambda it: at(it, *SERVICE).update(CapacityProviderStrategy=[]),
    ),
    "a container that is not there": (
        "WebService balances the container other, which its task has not",
        lambda it: at(it, *SERVICE, "LoadBalancers", 0).update(ContainerName="other"),
    ),
    "a port that is not there": (
        "WebService balances port 1 of web, which that does not map",
        lambda it: at(it, *SERVICE, "LoadBalancers", 0).update(ContainerPort=1),
    ),
    "a key in an output": (
        "the output Shown shows a secret",
        lambda it: output(it, {"Fn::GetAtt": ["Key", "SecretAccessKey"]}),
    ),
    "a resolved secret in an output": (
        "the output Shown shows a secret",
        lambda it: output(it, "{{resolve:secretsmanager:database}}"),
    ),
    "a hidden parameter in an output": (
        "the output Shown shows a secret",
        lambda it: (
            it["Parameters"]["WebAppRevision"].update(NoEcho=True),
            output(it, {"Ref": "WebAppRevision"}),
        ),
    ),
    "a right to everything": (
        "ExecutionRole, statement Login, allows everything",
        lambda it: statement(it).update(Action=["*"]),
    ),
    "a right on everything": (
        "ExecutionRole, statement Login, allows s3:GetObject on everything",
        lambda it: statement(it).update(Action=["s3:GetObject"]),
    ),
    "a whole service on everything": (
        "ExecutionRole, statement Login, allows kms:* on everything",
        lambda it: statement(it).update(Action=["kms:*"]),
    ),
    "a name of nothing": (
        "WebService names Nothing, which is not there",
        lambda it: it["Resources"]["WebService"].update(DependsOn=["Nothing"]),
    ),
    "a name of nothing in a text": (
        "Shown names Nothing, which is not there",
        lambda it: output(it, {"Fn::Sub": "${Nothing.Arn} and ${!Escaped} and ${AWS::Region}"}),
    ),
    "the revision in a tag": (
        "Vpc has the revision in its tags, so each deploy changes it",
        lambda it: at(it, "Vpc", "Properties", "Tags").append(
            {"Key": "Revision", "Value": {"Ref": "WebAppRevision"}}
        ),
    ),
    "root": (
        "container web of WebTaskDefinition runs as root",
        lambda it: container(it).pop("User"),
    ),
    "a disk that can be written": (
        "container web of WebTaskDefinition may write to its root file system",
        lambda it: container(it).update(ReadonlyRootFilesystem=False),
    ),
    "more rights": (
        "container web of WebTaskDefinition has more rights than a process",
        lambda it: container(it)["LinuxParameters"]["Capabilities"].update(Add=["SYS_PTRACE"]),
    ),
    "a log that is waited for": (
        "container web of WebTaskDefinition waits for its log",
        lambda it: container(it)["LogConfiguration"]["Options"].pop("mode"),
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_its_name(what: str) -> None:
    """One thing is broken in a good template; that is found, and where."""
    words, breaks = WRONG[what]
    found = body("staging", "application")
    breaks(found)
    assert words in checks.problems(found)


@pytest.mark.parametrize(("claim", "test"), [("aud", "StringEquals"), ("sub", "StringLike")])
def test_a_trust_that_looks_at_half_a_token_is_found(claim: str, test: str) -> None:
    """Without aud, a token for somebody else will do; without sub, any project's."""
    found = body("staging", "delivery")
    trust = at(found, "DeploymentRole", "Properties", "AssumeRolePolicyDocument", "Statement", 0)
    trust["Condition"].pop(test)
    expected = f"DeploymentRole trusts every token, whatever its {claim}"
    assert checks.problems(found) == [expected]


def test_a_shell_needs_a_disk_that_it_can_write() -> None:
    """With ECS Exec, that is no fault."""
    assert checks.problems(body("staging", "application", STACK_EXEC="yes")) == []
