"""A migration: one at a time, shown while it runs, and judged by its own container's exit code."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from slipway import polling
from slipway.aws import session
from slipway.aws.stack_status import State
from slipway.errors import Failed, Interrupted
from slipway.events import Event, Note, TaskStopped
from slipway.release import follow, oneoff
from slipway.revision import Image
from slipway.settings import Settings
from tests import answers
from tests.conftest import Clock

IMAGE = Image("registry.example/shop", "c0ffee", "sha256:1", tested=True)
LOGS = {
    "logDriver": "awslogs",
    "options": {"awslogs-group": "shop", "awslogs-stream-prefix": "migrate"},
}
CONTAINER: dict[str, Any] = {"name": "migrate", "image": "registry.example/shop:old"}
BASE: dict[str, Any] = {
    "taskDefinitionArn": "migrate:1",
    "family": "migrate",
    "containerDefinitions": [CONTAINER],
}
OUTPUTS = {
    "MigrateTaskDefinition": "migrate:1",
    "ClusterName": "shop",
    "TaskSubnets": "subnet-1,subnet-2",
    "TaskSecurityGroup": "sg-1",
    "TaskPublicAddress": "ENABLED",
}
STACK = answers.stack(State.CREATE_COMPLETE, outputs=OUTPUTS)
NEW = "task-definition/migrate:2"
ID = "registry.example/shop@sha256:1"


@pytest.fixture(autouse=True)
def _no_test_sleeps(clock: Clock) -> None:
    """Only the waits take time."""
    clock.now = 0.0


def task(
    number: int, status: str = "RUNNING", code: int | None = None, **more: Any
) -> dict[str, Any]:
    """Make a migration's task; the container has an exit code when it has ended."""
    ended = {} if code is None else {"exitCode": code}
    return {
        "taskArn": f"task/shop/{number}",
        "lastStatus": status,
        "startedBy": "slipway-migrate/c0ffee",
        "createdAt": answers.THEN + timedelta(seconds=number),
        "stopCode": "EssentialContainerExited" if status == "STOPPED" else "",
        "stoppedReason": "it ended" if status == "STOPPED" else "",
        "containers": [{"name": "migrate", "image": ID, **ended}],
        **more,
    }


class Script:
    """ECS's answers, in the order in which a migration asks for them."""

    def __init__(self, ecs: Stubber) -> None:
        self.ecs = ecs

    def is_based_on(self, base: dict[str, Any] | None = None) -> None:
        """Read the stack's definition, and find no leftover."""
        self.ecs.add_response(
            "describe_task_definition",
            {"taskDefinition": base or BASE},
            {"taskDefinition": "migrate:1"},
        )
        self.ecs.add_response("list_task_definitions", {"taskDefinitionArns": ["migrate:1"]}, None)

    def are_listed(self, status: str, *tasks: dict[str, Any]) -> None:
        """List these tasks of the family."""
        question = {"cluster": "shop", "family": "migrate", "desiredStatus": status}
        arns = {"taskArns": [each["taskArn"] for each in tasks]}
        self.ecs.add_response("list_tasks", arns, question)

    def run(self, *tasks: dict[str, Any]) -> None:
        """Find these tasks running, and none that is being stopped."""
        self.are_listed("RUNNING", *tasks)
        self.are_listed("STOPPED")
        if tasks:
            self.ecs.add_response("describe_tasks", {"tasks": [*tasks]}, None)

    def rivals(self, *tasks: dict[str, Any]) -> None:
        """Find these tasks running, while ours does not run yet."""
        self.are_listed("RUNNING", *tasks)
        if tasks:
            self.ecs.add_response("describe_tasks", {"tasks": [*tasks]}, None)

    def is_registered(self) -> None:
        """Register the definition with the image."""
        containers = [{**CONTAINER, "image": ID}]
        registered = {"taskDefinition": {"taskDefinitionArn": NEW}}
        definition = {"family": "migrate", "containerDefinitions": containers}
        self.ecs.add_response("register_task_definition", registered, definition)

    def starts(self, *tasks: dict[str, Any], **failed: Any) -> None:
        """Register the definition and run it, in the service's own network."""
        self.is_registered()
        network = {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"]}
        question = {
            "cluster": "shop",
            "taskDefinition": NEW,
            "launchType": "FARGATE",
            "startedBy": "slipway-migrate/c0ffee",
            "networkConfiguration": {
                "awsvpcConfiguration": {**network, "assignPublicIp": "ENABLED"}
            },
        }
        self.ecs.add_response("run_task", {"tasks": [*tasks], **failed}, question)

    def is_now(self, now: dict[str, Any] | None, arn: str = "task/shop/1") -> None:
        """Describe a task that is followed; None when ECS does not know it."""
        question = {"cluster": "shop", "tasks": [now["taskArn"] if now else arn]}
        self.ecs.add_response("describe_tasks", {"tasks": [now] if now else []}, question)

    def is_stopped(self, number: int, reason: str) -> None:
        """Stop a task, for a reason."""
        question = {"cluster": "shop", "task": f"task/shop/{number}", "reason": reason}
        self.ecs.add_response("stop_task", {}, question)

    def is_cleared(self) -> None:
        """Deregister the definition."""
        self.ecs.add_response("deregister_task_definition", {}, {"taskDefinition": NEW})


@pytest.fixture
def script(ecs: Stubber) -> Script:
    """A script that has to be played to its end."""
    return Script(ecs)


@pytest.fixture
def said() -> list[Event]:
    """What the screen shows."""
    return []


@pytest.fixture
def migrate(staging: Settings, said: list[Event]) -> Callable[[], None]:
    """Run the migration of IMAGE."""
    return lambda: oneoff.migrate(staging, STACK, IMAGE, said.append)


def notes(said: list[Event]) -> list[str]:
    """Return the sentences on the screen."""
    return [each.text for each in said if isinstance(each, Note)]


def test_a_retried_start_is_one_task() -> None:
    """By the service's own model, botocore adds a clientToken that its retries repeat."""
    model = botocore.session.get_session().get_service_model("ecs")
    assert "clientToken" in model.operation_model("RunTask").idempotent_members


@pytest.mark.parametrize("sidecar", [None, 0, 1, 137])
def test_a_migration_that_exits_with_0_opens_the_gate(
    script: Script, migrate: Callable[[], None], said: list[Event], sidecar: int | None
) -> None:
    """Whatever a container does that the definition does not name: GuardDuty adds an agent."""
    script.is_based_on()
    script.run()
    script.starts(task(1, "PROVISIONING"))
    script.is_now(task(1, "PENDING"))
    script.rivals(task(1, "PENDING"))
    script.is_now(task(1))
    script.rivals(task(1))
    script.is_now(task(1))
    agent = {"name": "aws-guardduty-agent"} | ({} if sidecar is None else {"exitCode": sidecar})
    ended = task(1, "STOPPED", 0)
    script.is_now({**ended, "containers": [agent, *ended["containers"]]})
    script.is_cleared()
    migrate()
    assert notes(said) == ["migration 1 started"]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (1, "migrate exited with code 1"),
        (137, "migrate exited with code 137 (SIGKILL)"),
        (None, "migrate stopped without an exit code: it ended"),
    ],
)
def test_a_migration_that_does_not_exit_with_0_closes_the_gate(
    script: Script, migrate: Callable[[], None], said: list[Event], code: int | None, cause: str
) -> None:
    """Neither another code nor none at all is good; the cause is in the last lines."""
    script.is_based_on()
    script.run()
    script.starts(task(1))
    script.is_now(task(1, "STOPPED", code))
    script.is_cleared()
    with pytest.raises(Failed) as caught:
        migrate()
    assert caught.value.what == f"the migration of c0ffee failed; nothing was deployed\n  {cause}"
    assert caught.value.hint == "fix it, commit, then: invoke deploy --env staging"
    assert said[-1] == TaskStopped("1", "it ended", {"migrate": code}, (), cause)


def test_a_migration_that_cannot_start_says_why(
    script: Script, migrate: Callable[[], None]
) -> None:
    """ECS answers it with a list beside the empty one, not with an error."""
    script.is_based_on()
    script.run()
    script.starts(failures=[{"reason": "no capacity"}])
    script.is_cleared()
    with pytest.raises(Failed, match="ECS cannot start the migration: no capacity"):
        migrate()


def test_a_migration_is_shown_while_it_runs(
    staging: Settings, script: Script, migrate: Callable[[], None], said: list[Event]
) -> None:
    """Each line as it comes, the last ones too; the exception among them is the cause."""
    base = {**BASE, "containerDefinitions": [{**CONTAINER, "logConfiguration": LOGS}]}
    script.is_based_on(base)
    script.run(task(1))
    script.is_now(task(1))
    script.is_now(task(1, "STOPPED", 1))
    shown = ["Traceback (most recent call last):", "  File", "KeyError: 'X'", "bye"]
    with Stubber(session.client(staging, "logs")) as logs:
        for line, token in zip(shown, "abcd", strict=True):
            page = {"events": [{"message": line}], "nextForwardToken": token}
            logs.add_response("get_log_events", page)
            if line in {shown[1], shown[3]}:
                logs.add_response("get_log_events", {"events": [], "nextForwardToken": token})
        logs.add_response("get_log_events", {"events": [], "nextForwardToken": "d"})
        with pytest.raises(Failed, match="migrate exited with code 1: KeyError: 'X'"):
            migrate()
        logs.assert_no_pending_responses()
    assert notes(said)[1:] == shown


def test_a_migration_of_the_same_image_is_found_again(
    script: Script, migrate: Callable[[], None], said: list[Event]
) -> None:
    """After an interrupt the same command follows it: no second one starts."""
    script.is_based_on()
    script.run(task(1))
    script.is_now(task(1))
    script.is_now(task(1, "STOPPED", 0))
    migrate()
    assert notes(said) == ["migration 1 of c0ffee, since 00:00:01 UTC runs already: following it"]


OTHER: dict[str, Any] = {
    "startedBy": "slipway-migrate/0123",
    "containers": [{"name": "migrate", "image": "registry.example/shop@sha256:2", "exitCode": 1}],
}


def test_a_migration_of_another_image_is_waited_for(
    script: Script, migrate: Callable[[], None], said: list[Event]
) -> None:
    """Whose it is is said; how it ends is no matter of ours, which starts after it."""
    script.is_based_on()
    script.run(task(1, **OTHER))
    script.is_now(task(1, **OTHER))
    script.is_now(task(1, "STOPPED", **OTHER))
    script.run()
    script.starts(task(2))
    script.is_now(task(2, "STOPPED", 0))
    script.is_cleared()
    migrate()
    assert notes(said) == [
        "waiting for migration 1 of 0123, since 00:00:01 UTC",
        "migration 2 started",
    ]


def test_a_migration_that_is_being_stopped_is_waited_for(
    script: Script, migrate: Callable[[], None], said: list[Event]
) -> None:
    """It is of the same image, but it is not the one that will have migrated."""
    stopping = task(1, desiredStatus="STOPPED")
    script.is_based_on()
    script.are_listed("RUNNING")
    script.are_listed("STOPPED", stopping)
    script.is_now(stopping)
    script.is_now(task(1, "STOPPED", 143))
    script.run()
    script.starts(task(2))
    script.is_now(task(2, "STOPPED", 0))
    script.is_cleared()
    migrate()
    assert notes(said)[0] == "waiting for migration 1 of c0ffee, since 00:00:01 UTC"


def test_of_two_that_start_at_once_the_younger_yields(
    script: Script, migrate: Callable[[], None], said: list[Event]
) -> None:
    """Neither saw the other before it started; ours is stopped, and the other followed."""
    script.is_based_on()
    script.run()
    script.starts(task(2, "PROVISIONING"))
    script.is_now(task(2, "PROVISIONING"))
    script.rivals(task(2, "PROVISIONING"), task(1))
    script.is_stopped(2, "an older migration runs")
    script.is_cleared()
    script.run(task(1))
    script.is_now(task(1, "STOPPED", 0))
    migrate()
    assert notes(said) == [
        "migration 2 started",
        "migration 1 of c0ffee, since 00:00:01 UTC started first: waiting for it",
        "migration 1 of c0ffee, since 00:00:01 UTC runs already: following it",
    ]


def test_a_definition_that_another_run_deregistered_is_registered_again(
    script: Script, migrate: Callable[[], None]
) -> None:
    """Between its registration and the start, another run may take it for a leftover."""
    script.is_based_on()
    script.run()
    script.is_registered()
    script.ecs.add_client_error("run_task", "ClientException", "TaskDefinition is inactive")
    script.is_cleared()
    script.run()
    script.starts(task(1))
    script.is_now(task(1, "STOPPED", 0))
    script.is_cleared()
    migrate()


def interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the person press Ctrl-C in the first pause."""

    def sleep(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(polling, "sleep", sleep)


def test_an_interrupt_says_what_keeps_running(
    script: Script, migrate: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 130; the same command attaches to it, and its definition is not left behind."""
    interrupts(monkeypatch)
    script.is_based_on()
    script.run()
    script.starts(task(1))
    script.is_now(task(1))
    script.rivals(task(1))
    script.is_cleared()
    with pytest.raises(Interrupted) as caught:
        migrate()
    assert caught.value.what == "interrupted; migration 1 of c0ffee keeps running"
    assert caught.value.hint == (
        "the same command follows it again; or stop it: invoke migrate --stop --env staging"
    )


def test_an_interrupt_while_waiting_says_whose_migration_keeps_running(
    script: Script, migrate: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours did not start."""
    interrupts(monkeypatch)
    script.is_based_on()
    script.run(task(1, **OTHER))
    script.is_now(task(1, **OTHER))
    with pytest.raises(
        Interrupted, match=r"migration 1 of 0123.* keeps running, and this one did not"
    ):
        migrate()


def test_a_migration_without_an_end_is_stopped_and_its_log_read(
    staging: Settings,
    script: Script,
    migrate: Callable[[], None],
    said: list[Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last line says what it waited for."""
    monkeypatch.setattr(follow, "RUN_SECONDS", 0.05)
    base = {**BASE, "containerDefinitions": [{**CONTAINER, "logConfiguration": LOGS}]}
    script.is_based_on(base)
    script.run(task(1))
    script.is_now(task(1))
    script.is_now(task(1))
    script.is_stopped(1, "did not end within 0.05 s")
    script.is_now(task(1, "STOPPED", 137))
    with Stubber(session.client(staging, "logs")) as logs:
        logs.add_client_error("get_log_events", "ResourceNotFoundException")
        logs.add_client_error("get_log_events", "ResourceNotFoundException")
        page = {"events": [{"message": "waiting for a lock"}], "nextForwardToken": "a"}
        logs.add_response("get_log_events", page)
        logs.add_response("get_log_events", {"events": [], "nextForwardToken": "a"})
        with pytest.raises(Failed) as caught:
            migrate()
        logs.assert_no_pending_responses()
    assert caught.value.what == (
        "migration 1 did not end within 0.05 s and was stopped\n  its log ends: waiting for a lock"
    )
    assert notes(said)[-1] == "waiting for a lock"


def test_another_s_migration_without_an_end_is_not_stopped(
    script: Script, migrate: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not ours to stop; how to do it is said."""
    monkeypatch.setattr(follow, "RUN_SECONDS", 0.05)
    script.is_based_on()
    script.run(task(1, **OTHER))
    script.is_now(task(1, **OTHER))
    script.is_now(task(1, **OTHER))
    with pytest.raises(Failed, match=r"migration 1 of 0123.* still runs after") as caught:
        migrate()
    assert caught.value.hint == "wait for it, or stop it: invoke migrate --stop --env staging"


def test_a_task_that_ecs_forgets_is_not_waited_for_to_the_limit(
    script: Script, migrate: Callable[[], None], clock: Clock
) -> None:
    """A read may miss a new task for a moment, and no longer."""
    script.is_based_on()
    script.run()
    script.starts(task(1))
    polls = 35
    for _ in range(polls):
        script.is_now(None)
    script.is_cleared()
    with pytest.raises(Failed, match="ECS no longer knows task 1"):
        migrate()
    assert follow.MISSING_SECONDS < clock.now < 2 * follow.MISSING_SECONDS


def test_the_pauses_grow(script: Script, migrate: Callable[[], None], clock: Clock) -> None:
    """A migration of a second is not waited for two, and one of an hour is not asked each 0.1 s."""
    script.is_based_on()
    script.run(task(1))
    for _ in range(7):
        script.is_now(task(1))
    script.is_now(task(1, "STOPPED", 0))
    migrate()
    assert clock.pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_migrations_are_stopped_by_name(
    staging: Settings, script: Script, said: list[Event]
) -> None:
    """Each that runs; without one, that is said."""
    for tasks in ([task(1), task(2)], []):
        question = {"taskDefinition": "migrate:1"}
        script.ecs.add_response("describe_task_definition", {"taskDefinition": BASE}, question)
        script.rivals(*tasks)
        for number in range(1, 1 + len(tasks)):
            script.is_stopped(number, "invoke migrate --stop")
        oneoff.stop(staging, STACK, said.append)
    assert notes(said) == [
        "stopping migration 1 of c0ffee, since 00:00:01 UTC",
        "stopping migration 2 of c0ffee, since 00:00:02 UTC",
        "no migration runs",
    ]
