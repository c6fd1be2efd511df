"""The task of a migration: what it is to be, and how it is started, found and read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from slipway.aws import contract, log_stream, session
from slipway.errors import Failed
from slipway.release import follow, running

if TYPE_CHECKING:
    from types_boto3_ecs.literals import AssignPublicIpType, DesiredStatusType
    from types_boto3_ecs.type_defs import (
        ContainerDefinitionOutputTypeDef,
        NetworkConfigurationTypeDef,
        TaskDefinitionTypeDef,
        TaskTypeDef,
    )

    from slipway.aws.stack import Stack
    from slipway.revision import Image
    from slipway.settings import Settings


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
    base: TaskDefinitionTypeDef
    container: ContainerDefinitionOutputTypeDef

    def running_tasks(self, *statuses: DesiredStatusType) -> list[TaskTypeDef]:
        """Describe the tasks of the family that have not ended, the oldest first."""
        return running.read(self.settings, self.cluster, self.base["family"], *statuses)

    def start(self, definition: str) -> TaskTypeDef:
        """Start a task of a definition, by ARN, in the service's own network.

        botocore adds the clientToken by which a retried call starts only one task. Raises Failed
        with ECS's reasons.
        """
        settings = self.settings
        network = self._network()
        answer = session.client(settings, "ecs").run_task(
            cluster=self.cluster,
            taskDefinition=definition,
            launchType="FARGATE",
            startedBy=running.started_by(self.image.tag),
            networkConfiguration=network,
        )
        if not answer.get("tasks"):
            reasons = [each.get("reason", "") for each in answer.get("failures", [])]
            raise Failed(
                f"ECS cannot start the migration: {'; '.join(reasons) or 'it gives no reason'}",
                hint="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
                "api_failures_messages.html explains each reason; fix it, "
                "then run the same command again",
            )
        return answer["tasks"][0]

    def _network(self) -> NetworkConfigurationTypeDef:
        """Return the service's own network, as RunTask takes it."""
        needed = ("task_subnets", "task_security_group", "task_public_address")
        outputs = contract.outputs(self.stack, *needed)
        # It is the template's word, and ECS refuses one that it does not know.
        public = cast("AssignPublicIpType", outputs.task_public_address)
        return {
            "awsvpcConfiguration": {
                "subnets": outputs.task_subnets.split(","),
                "securityGroups": [outputs.task_security_group],
                "assignPublicIp": public,
            }
        }

    def watched(self, task: TaskTypeDef) -> follow.Watched:
        """Return a task with the log stream of the container whose end counts."""
        stream = log_stream.of_container(self.settings, task, self.container)
        return follow.Watched(self.settings, self.cluster, task, stream)

    @property
    def stop_command(self) -> str:
        """What stops a migration that runs."""
        return f"invoke migrate --stop --env {self.settings.environment}"
