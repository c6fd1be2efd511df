"""How the tasks of a service begin to serve, and how they cease to."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ministack.services import ecs, ssm

from slipway.emulator import tasks
from slipway.emulator.targets import Check
from tests.emulator import account as accounts
from tests.emulator.account import Account, Stack, definition, template, until
from tests.emulator.application import Application
from tests.emulator.engine import Engine

UNHEALTHY = 500


@dataclass(frozen=True)
class Web:
    """A service of one task behind a load balancer; the task is an application on loopback."""

    account: Account
    engine: Engine
    application: Application
    group: str

    def begin(self) -> None:
        """Have the service begin."""
        port = self.application.server_port
        balancer = {"TargetGroupArn": self.group, "ContainerName": "web", "ContainerPort": port}
        Stack(self.account).create(template(LoadBalancers=[balancer]))

    def target(self) -> dict[str, Any]:
        """Return the health of the first target that there is."""
        elbv2 = self.account.client("elbv2")
        found = elbv2.describe_target_health(TargetGroupArn=self.group)
        healths = [each["TargetHealth"] for each in found["TargetHealthDescriptions"]]
        return dict(healths[0]) if healths else {}

    def task(self) -> dict[str, Any]:
        """Wait for the service's first task, and return MiniStack's record of it."""
        return dict(until(lambda: list(ecs._tasks.values()))[0])

    def container(self) -> str:
        """Wait for the task's container, and return its id."""
        named = until(
            lambda: [k for k, each in self.engine.containers.items() if each.name.endswith("-web")]
        )
        return str(named[0])


@pytest.fixture
def web(account: Account, engine: Engine, application: Application, target_group: str) -> Web:
    """The service, whose task has the address of loopback."""
    engine.address = "127.0.0.1"
    return Web(account, engine, application, target_group)


def test_a_task_serves_when_it_answers(web: Web) -> None:
    """Until then it is no more than a target whose checks fail, and its stack waits."""
    web.application.status = UNHEALTHY
    web.begin()

    until(lambda: web.target().get("Reason") == "Target.ResponseCodeMismatch")
    assert web.task()["lastStatus"] == "ACTIVATING"
    assert Stack(web.account).status() == "CREATE_IN_PROGRESS"
    web.application.status = 200

    until(lambda: web.target() == {"State": "healthy"})
    assert web.task()["lastStatus"] == "RUNNING"
    Stack(web.account).becomes("CREATE_COMPLETE")


def test_a_task_that_does_not_answer_in_time_is_replaced(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says which target group asked, and counts as a failure."""
    monkeypatch.setattr(tasks, "HEALTH_SECONDS", 0.1)
    web.application.status = UNHEALTHY
    web.begin()

    until(lambda: web.task()["lastStatus"] == "STOPPED")
    until(lambda: len(ecs._tasks) > 1)
    web.application.status = 200

    reason = f"Task failed ELB health checks in (target-group {web.group})"
    assert (web.task()["stoppedReason"], web.task()["stopCode"]) == (
        reason,
        "ServiceSchedulerInitiated",
    )
    Stack(web.account).becomes("CREATE_COMPLETE")


def test_a_task_that_ends_before_it_answers_is_stopped(web: Web) -> None:
    """By its container's end, not by the check's."""
    web.application.status = UNHEALTHY
    web.begin()

    until(lambda: web.target().get("State") == "unhealthy")
    web.engine.end(web.container(), 3)

    until(lambda: web.task()["lastStatus"] == "STOPPED")
    assert web.task()["stopCode"] == "EssentialContainerExited"
    assert web.task()["containers"][0]["exitCode"] == 3
    web.application.status = 200


def test_a_task_is_asked_what_its_load_balancer_asks(web: Web) -> None:
    """A one-off task is asked nothing."""
    web.begin()

    check = tasks.health_check(web.task())

    assert check == Check(web.group, web.application.server_port, "/live")
    assert tasks.health_check({**web.task(), "group": ""}) is None


def serves(web: Web) -> None:
    """Wait until the task is RUNNING."""
    until(lambda: web.task()["lastStatus"] == "RUNNING")


def fails(web: Web) -> None:
    """Have the task never answer."""
    until(lambda: web.target().get("State") == "unhealthy")


@pytest.mark.parametrize(
    ("status", "comes_to", "order"),
    [
        (200, serves, ["stop 30", "stop 5", "remove"]),
        (UNHEALTHY, fails, ["stop 5", "remove"]),
    ],
)
def test_a_task_that_served_is_drained_before_its_containers_go(
    web: Web, status: int, comes_to: Callable[[Web], None], order: list[str]
) -> None:
    """One that never served has no request to end."""
    web.application.status = status
    web.begin()
    comes_to(web)
    own = web.container()

    web.account.client("ecs").stop_task(cluster="c", task=web.task()["taskArn"])

    until(lambda: own not in web.engine.containers)
    assert web.engine.ended_requests(own) == order
    web.application.status = 200


def test_a_task_is_no_target_while_it_is_drained(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """No new request comes to it, while those on their way are answered."""
    monkeypatch.setattr(tasks, "DRAIN_SECONDS", 1.0)
    web.begin()
    serves(web)
    own, arn = web.container(), web.task()["taskArn"]

    web.account.client("ecs").update_service(cluster="c", service="web", desiredCount=0)

    assert web.target() == {}
    assert ecs._tasks[arn]["lastStatus"] == "STOPPED"
    assert web.engine.containers[own].status == "running"
    until(lambda: own not in web.engine.containers)


def test_tasks_of_before_a_start_are_no_longer_listed_as_running(
    account: Account, restart: Callable[[], None]
) -> None:
    """Their containers ended with the server; a proof must not believe in them."""
    stack = Stack(account)
    stack.create(template())
    stack.becomes("CREATE_COMPLETE")
    assert (len(accounts.tasks(account)), accounts.service(account)["runningCount"]) == (1, 1)

    restart()

    assert (len(accounts.tasks(account)), accounts.service(account)["runningCount"]) == (0, 0)
    assert len(accounts.tasks(account, "STOPPED")) == 1


def test_a_secure_string_reaches_a_task_in_plain_text(account: Account, engine: Engine) -> None:
    """The latest version of it."""
    for value in ("old", "the new one"):
        account.client("ssm").put_parameter(
            Name="/web/key", Value=value, Type="SecureString", Overwrite=True
        )
    client = account.client("ecs")
    client.create_cluster(clusterName="c")
    secrets = [{"name": "KEY", "valueFrom": "/web/key"}]
    client.register_task_definition(**definition(secrets=secrets))

    client.run_task(cluster="c", taskDefinition="web", launchType="FARGATE")

    (created,) = until(lambda: engine.created("-web"))
    assert created["Env"] == ["KEY=the new one"]
    assert ssm.resolve_parameter_value("/web/key", 1) == "old"
