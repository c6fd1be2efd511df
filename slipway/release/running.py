"""The migrations that run: one at a time, no matter who started them.

ECS has no lock, so the order in which it created the tasks is the lock: each run looks for an
older one before it starts, and again until its own task runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slipway.aws import log_stream, session, tasks

if TYPE_CHECKING:
    from types_boto3_ecs.literals import DesiredStatusType
    from types_boto3_ecs.type_defs import TaskTypeDef

    from slipway.revision import Image
    from slipway.settings import Settings

STARTED_BY = "slipway-migrate/"
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html#ECS-RunTask-request-startedBy
STARTED_BY_LENGTH = 128


def started_by(tag: str) -> str:
    """Return the mark of a migration's task: which revision it is of."""
    return (STARTED_BY + re.sub(r"[^A-Za-z0-9/_-]", "_", tag))[:STARTED_BY_LENGTH]


def read(
    settings: Settings, cluster: str, family: str, *statuses: DesiredStatusType
) -> list[TaskTypeDef]:
    """Describe the tasks of a family that have not ended, the oldest first.

    `statuses` are those that ECS wants: RUNNING, which a PENDING task has too, and STOPPED,
    which a task has for as long as its containers take to stop.
    """
    arns = [arn for each in statuses for arn in _list(settings, cluster, family, each)]
    described = tasks.read(settings, cluster, arns)
    return sorted((each for each in described if not has_ended(each)), key=_order)


def _list(settings: Settings, cluster: str, family: str, status: DesiredStatusType) -> list[str]:
    ecs = session.client(settings, "ecs")
    pages = ecs.get_paginator("list_tasks").paginate(
        cluster=cluster, family=family, desiredStatus=status
    )
    return [arn for page in pages for arn in page.get("taskArns", [])]


def has_ended(task: TaskTypeDef) -> bool:
    """Whether no container of the task runs any more: DEPROVISIONING removes its network.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
    """
    return task.get("lastStatus") in {"STOPPED", "DEPROVISIONING", "DELETED"}


def is_ending(task: TaskTypeDef) -> bool:
    """Whether a task was asked to stop, or has ended."""
    return has_ended(task) or task.get("desiredStatus") == "STOPPED"


def _order(task: TaskTypeDef) -> tuple[bool, float, str]:
    created = task.get("createdAt")
    return created is None, created.timestamp() if created else 0.0, task["taskArn"]


def ahead(own: TaskTypeDef, others: list[TaskTypeDef]) -> TaskTypeDef | None:
    """Return the oldest task that was created before `own`; None when own is the oldest.

    Two tasks of one moment are ordered by ARN, so that exactly one of them yields. While ECS
    has no time for own, the answer is not known yet, and None.
    """
    if own.get("createdAt") is None:
        return None
    rivals = [each for each in others if each.get("createdAt") and not is_ending(each)]
    older = [each for each in rivals if _order(each) < _order(own)]
    return min(older, key=_order, default=None)


def runs(task: TaskTypeDef, container: str, image: Image) -> bool:
    """Whether a container of the task runs this image; ECS knows the digest when it is pulled."""
    own = [each for each in task.get("containers", []) if each.get("name") == container]
    return any(
        image.by_digest == each.get("image") or image.digest == each.get("imageDigest")
        for each in own
    )


def describe(task: TaskTypeDef) -> str:
    """Name a migration that runs: its task, whose it is, and since when."""
    starter, created = task.get("startedBy", ""), task.get("createdAt")
    tag = starter.removeprefix(STARTED_BY)
    whose = f"of {short_tag(tag)}" if tag != starter else f"started by {starter or 'someone'}"
    since = f", since {created:%H:%M:%S %Z}" if created else ""
    return f"migration {log_stream.short(task['taskArn'])} {whose}{since}"


def short_tag(tag: str) -> str:
    """Shorten the commit in a tag to 12 characters."""
    commit, dash, rest = tag.partition("-")
    return f"{commit[:12]}{dash}{rest}"
