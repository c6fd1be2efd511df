"""All services of a stack, observed at once: two rounds of calls, however many there are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from slipway import together
from slipway.aws import service, session, targets, tasks
from slipway.aws.service import Service, ServiceRef

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ecs.literals import DesiredStatusType
    from types_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

    from slipway.settings import Settings


def observe(settings: Settings, refs: Sequence[ServiceRef]) -> list[Service | None]:
    """Read the services of one cluster, their tasks and targets; None for one that is missing.

    The tasks are listed for the cluster; the group of each, service:NAME, says whose it is:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
    """
    if not refs:
        return []
    cluster, names = refs[0].cluster, [each.service for each in refs]
    groups = [group for each in refs for group in each.target_groups]
    described, running, stopped, *healthy = together.run(
        partial(service.describe, settings, cluster, names),
        partial(_list_tasks, settings, cluster, "RUNNING"),
        partial(_list_tasks, settings, cluster, "STOPPED"),
        *(partial(targets.read, settings, [group]) for group in groups),
    )
    by_group = dict(zip(groups, healthy, strict=True))
    listed = tasks.read(settings, cluster, list(dict.fromkeys([*running, *stopped])))
    return [
        _service(
            each,
            described.get(each.service, {}),
            [task for task in listed if task.get("group") == f"service:{each.service}"],
            [target for group in each.target_groups for target in by_group[group]],
        )
        for each in refs
    ]


def _service(
    ref: ServiceRef,
    description: ServiceTypeDef,
    own: list[TaskTypeDef],
    found: Iterable[targets.Target],
) -> Service | None:
    """Put together what was read of one service; None without a primary deployment."""
    primary = service.primary_of(description)
    if primary is None:
        return None
    wanted = {
        status: [each for each in own if each.get("desiredStatus") == status]
        for status in ("RUNNING", "STOPPED")
    }
    return Service(
        service.rollout_of(description, primary),
        primary.get("rolloutStateReason", ""),
        tuple(tasks.parse(each) for each in wanted["RUNNING"]),
        targets.healthy(found) if ref.target_groups else None,
        tasks.of_deployment(wanted["STOPPED"], primary),
        primary.get("id", ""),
    )


def _list_tasks(settings: Settings, cluster: str, status: DesiredStatusType) -> list[str]:
    """List the ARNs of the cluster's tasks whose desired status is RUNNING or STOPPED."""
    ecs = session.client(settings, "ecs")
    pages = ecs.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus=status)
    try:
        return [arn for page in pages for arn in page.get("taskArns", [])]
    except ecs.exceptions.ClusterNotFoundException:
        return []
