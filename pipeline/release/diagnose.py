"""Why a task stopped, read while ECS still knows: a rollback deletes the evidence."""

from dataclasses import dataclass, field
from typing import Any

from pipeline import aws, polling
from pipeline.release import service
from pipeline.release.service import Place
from pipeline.settings import Settings
from pipeline.view.events import TaskStopped

LOG_LINES = 20
LOG_SECONDS = 5.0
# A task that ended for another reason was told to:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
OWN_END = {"EssentialContainerExited", "TaskFailedToStart"}


@dataclass
class Evidence:
    """The first task that ends by itself while this is asked; tasks of before do not count."""

    settings: Settings
    where: Place
    known: set[str] = field(default_factory=set)
    first: TaskStopped | None = None

    def __post_init__(self) -> None:
        self.known = {each["taskArn"] for each in self._stopped()}

    def look(self) -> TaskStopped | None:
        """Return the first task's end, once; None before it and after."""
        if self.first:
            return None
        ended = [each for each in self._stopped() if each["taskArn"] not in self.known]
        own = [each for each in ended if each.get("stopCode") in OWN_END]
        if own:
            self.first = explain(self.settings, own[0])
        return self.first

    def _stopped(self) -> list[dict[str, Any]]:
        ecs = aws.client(self.settings, "ecs")
        try:
            return service.describe_tasks(self.settings, self.where, "STOPPED")
        except (ecs.exceptions.ServiceNotFoundException, ecs.exceptions.ClusterNotFoundException):
            return []


def explain(settings: Settings, task: dict[str, Any]) -> TaskStopped:
    """Gather a stopped task's reason, exit codes and last log lines."""
    containers = task["containers"]
    reasons = [task.get("stoppedReason", ""), *(each.get("reason", "") for each in containers)]
    return TaskStopped(
        task["taskArn"].rsplit("/", 1)[-1],
        "; ".join(dict.fromkeys(each for each in reasons if each)),
        {each["name"]: each.get("exitCode") for each in containers},
        tuple(_log(settings, task)),
    )


def _log(settings: Settings, task: dict[str, Any]) -> list[str]:
    ecs = aws.client(settings, "ecs")
    answer = ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])
    for container in answer["taskDefinition"]["containerDefinitions"]:
        options = container.get("logConfiguration", {}).get("options", {})
        if "awslogs-group" in options:
            number = task["taskArn"].rsplit("/", 1)[-1]
            stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{number}"
            return last_lines(settings, options["awslogs-group"], stream)
    return []


def last_lines(settings: Settings, group: str, stream: str) -> list[str]:
    """Read the end of a log stream; what a container wrote last may take a moment to arrive."""
    logs = aws.client(settings, "logs")
    until = polling.monotonic() + LOG_SECONDS
    while True:
        try:
            answer = logs.get_log_events(
                logGroupName=group, logStreamName=stream, limit=LOG_LINES, startFromHead=False
            )
            lines = [each["message"].rstrip() for each in answer["events"]]
        except logs.exceptions.ResourceNotFoundException:
            lines = []
        if lines or polling.monotonic() > until:
            return lines
        polling.sleep(0.5)
