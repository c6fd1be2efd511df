"""One-off tasks: the new image's migration, in the service's own network."""

from typing import Any

from pipeline import aws, polling
from pipeline.errors import Failed
from pipeline.release import diagnose
from pipeline.release.stack import Stack
from pipeline.revision import Image
from pipeline.settings import Settings
from pipeline.view.events import Note, Say, TaskStopped

RUN_SECONDS = 3600
POLL_SECONDS = 1.0
# What DescribeTaskDefinition adds to what RegisterTaskDefinition takes:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
ADDED = {
    "taskDefinitionArn",
    "revision",
    "status",
    "requiresAttributes",
    "compatibilities",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
}


def migrate(settings: Settings, stack: Stack, image: Image, say: Say) -> None:
    """Run the migration of `image` and wait for its end.

    The stack's own migration definition is the mould: its roles, secrets and logs, with
    the new image. Raises Failed with the task's last words when its exit code is not 0.
    """
    ecs = aws.client(settings, "ecs")
    mould = ecs.describe_task_definition(taskDefinition=stack.output("MigrateTaskDefinition"))
    definition = ecs.register_task_definition(**cast(mould["taskDefinition"], image))
    arn = definition["taskDefinition"]["taskDefinitionArn"]
    try:
        stopped = _run(settings, stack, arn)
    finally:
        ecs.deregister_task_definition(taskDefinition=arn)
    if set(stopped.exit_codes.values()) != {0}:
        say(stopped)
        raise Failed(
            f"the migration of {image.tag} failed; nothing was deployed",
            hint="mend it and commit; the previous revision still runs",
        )
    for line in stopped.log:
        say(Note(line))


def cast(mould: dict[str, Any], image: Image) -> dict[str, Any]:
    """Make a task definition to register: the mould with another image, by digest."""
    kept = {name: value for name, value in mould.items() if name not in ADDED}
    containers = [{**each, "image": image.by_digest} for each in mould["containerDefinitions"]]
    return {**kept, "containerDefinitions": containers}


def _run(settings: Settings, stack: Stack, definition: str) -> TaskStopped:
    ecs = aws.client(settings, "ecs")
    answer = ecs.run_task(
        cluster=stack.output("ClusterName"),
        taskDefinition=definition,
        launchType="FARGATE",
        startedBy="slipway",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": stack.output("TaskSubnets").split(","),
                "securityGroups": [stack.output("TaskSecurityGroup")],
                "assignPublicIp": stack.output("TaskPublicAddress"),
            }
        },
    )
    if answer.get("failures"):
        raise Failed(f"ECS cannot start the task: {answer['failures'][0].get('reason', '')}")
    return _wait(settings, answer["tasks"][0]["clusterArn"], answer["tasks"][0]["taskArn"])


def _wait(settings: Settings, cluster: str, task: str) -> TaskStopped:
    ecs = aws.client(settings, "ecs")
    until = polling.monotonic() + RUN_SECONDS
    while polling.monotonic() < until:
        found = ecs.describe_tasks(cluster=cluster, tasks=[task])["tasks"]
        if found and found[0]["lastStatus"] == "STOPPED":
            return diagnose.explain(settings, found[0])
        polling.sleep(POLL_SECONDS)
    ecs.stop_task(cluster=cluster, task=task, reason="no end in time")
    raise Failed(f"the task has no end after {RUN_SECONDS} s and was stopped")
