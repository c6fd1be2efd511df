"""The evidence of a task that stopped, gathered while ECS still has it."""

from typing import Any

import pytest
from botocore.stub import Stubber

from pipeline import aws
from pipeline.release import diagnose
from pipeline.release.diagnose import Evidence
from pipeline.release.service import Place
from pipeline.settings import Settings
from pipeline.view.events import TaskStopped

WHERE = Place("shop", "web", ("group",))


def stopped(number: int, code: str = "EssentialContainerExited") -> dict[str, Any]:
    """Make a task that stopped, for the reason that `code` is."""
    return {
        "taskArn": f"task/shop/{number}",
        "taskDefinitionArn": "web:2",
        "stopCode": code,
        "stoppedReason": "it ended",
        "containers": [{"name": "web", "exitCode": 3, "reason": "out of memory"}],
    }


def are_stopped(ecs: Stubber, *tasks: dict[str, Any]) -> None:
    """Have these tasks be the stopped ones when ECS is asked next."""
    arns = [each["taskArn"] for each in tasks]
    question = {"cluster": "shop", "serviceName": "web", "desiredStatus": "STOPPED"}
    ecs.add_response("list_tasks", {"taskArns": arns}, question)
    if tasks:
        ecs.add_response("describe_tasks", {"tasks": [*tasks]}, {"cluster": "shop", "tasks": arns})


def logs_to(ecs: Stubber, options: dict[str, str]) -> None:
    """Have the definition's container write to a log."""
    log = {"logDriver": "awslogs", "options": options}
    container = {"name": "web", "logConfiguration": log}
    described = {"taskDefinition": {"containerDefinitions": [container]}}
    ecs.add_response("describe_task_definition", described, {"taskDefinition": "web:2"})


def test_the_first_task_that_ends_by_itself_is_told_once(staging: Settings, ecs: Stubber) -> None:
    """Tasks of before, and tasks that were told to stop, are no evidence; nor is a second one."""
    are_stopped(ecs, stopped(1))
    evidence = Evidence(staging, WHERE)
    are_stopped(ecs, stopped(1))
    assert evidence.look() is None
    are_stopped(ecs, stopped(1), stopped(2, "ServiceSchedulerInitiated"))
    assert evidence.look() is None
    are_stopped(ecs, stopped(1), stopped(2, "ServiceSchedulerInitiated"), stopped(3))
    logs_to(ecs, {})
    assert evidence.look() == TaskStopped("3", "it ended; out of memory", {"web": 3}, ())
    assert evidence.look() is None


@pytest.mark.parametrize("code", ["ServiceNotFoundException", "ClusterNotFoundException"])
def test_a_service_that_is_not_there_has_no_evidence(
    staging: Settings, ecs: Stubber, code: str
) -> None:
    """Before the first release there is nothing to look at, and after a deletion neither."""
    ecs.add_client_error("list_tasks", code)
    assert Evidence(staging, WHERE).known == set()


def test_a_stopped_task_brings_its_last_lines(staging: Settings, ecs: Stubber) -> None:
    """The stream is the one that ECS names after prefix, container and task."""
    logs_to(ecs, {"awslogs-group": "shop", "awslogs-stream-prefix": "web"})
    with Stubber(aws.client(staging, "logs")) as logs:
        stream = {"logGroupName": "shop", "logStreamName": "web/web/3"}
        question = {**stream, "limit": diagnose.LOG_LINES, "startFromHead": False}
        events = [{"message": "first\n"}, {"message": "last\n"}]
        logs.add_response("get_log_events", {"events": events}, question)
        told = diagnose.explain(staging, stopped(3))
    assert told == TaskStopped("3", "it ended; out of memory", {"web": 3}, ("first", "last"))


def test_a_stream_that_never_came_is_empty(
    staging: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task that did not start has written nothing."""
    monkeypatch.setattr(diagnose, "LOG_SECONDS", 0)
    with Stubber(aws.client(staging, "logs")) as logs:
        logs.add_client_error("get_log_events", "ResourceNotFoundException")
        assert diagnose.last_lines(staging, "shop", "web/web/3") == []
