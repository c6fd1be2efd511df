"""The task of a migration: what it is to be, and how it is started, found and read."""

from dataclasses import dataclass
from typing import Any

from slipway.aws import contract, log_stream, session
from slipway.aws.stack import Stack
from slipway.errors import Failed
from slipway.release import follow, running
from slipway.revision import Image
from slipway.settings import Settings

Task = dict[str, Any]


@dataclass(frozen=True)
class Migration:
    """What is to migrate where.

    `base` is the stack's migration definition, and `container` the one in it whose end counts,
    both as DescribeTaskDefinition returns them.
    """

    settings: Settings
    stack: Stack
    image: Image
    cluster: str
    base: Task
    container: Task

    def running_tasks(self, *statuses: str) -> list[Task]:
        """Describe the tasks of the family that have not ended, the oldest first."""
        return running.read(self.settings, self.cluster, self.base["family"], *statuses)

    def start(self, definition: str) -> Task:
        """Start a task of a definition, by ARN, in the service's own network.

        botocore adds the clientToken by which a retried call starts only one task. Raises Failed
        with ECS's reasons.
        """
        settings = self.settings
        network = ("task_subnets", "task_security_group", "task_public_address")
        outputs = contract.outputs(self.stack, *network)
        answer = session.client(settings, "ecs").run_task(
            cluster=self.cluster,
            taskDefinition=definition,
            launchType="FARGATE",
            startedBy=running.started_by(self.image.tag),
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": outputs.task_subnets.split(","),
                    "securityGroups": [outputs.task_security_group],
                    "assignPublicIp": outputs.task_public_address,
                }
            },
        )
        if not answer.get("tasks"):
            reasons = [each.get("reason", "") for each in answer.get("failures", [])]
            raise Failed(
                f"ECS cannot start the migration: {'; '.join(reasons) or 'it gives no reason'}",
                hint="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
                "api_failures_messages.html explains each reason; then the same command again",
            )
        return dict(answer["tasks"][0])

    def watched(self, task: Task) -> follow.Watched:
        """Return a task with the log stream of the container whose end counts."""
        stream = log_stream.of_container(self.settings, task, self.container)
        return follow.Watched(self.settings, self.cluster, task, stream)

    @property
    def stop_command(self) -> str:
        """What stops a migration that runs."""
        return f"invoke migrate --stop --env {self.settings.environment}"
