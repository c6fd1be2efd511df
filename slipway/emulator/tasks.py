"""Of the local account's server: how tasks begin to serve, and how they cease to.

Part of `server.py`. Gaps of MiniStack's ECS are closed here; with the first two of them a
rollout loses requests.

- MiniStack calls every target healthy at once. Here a task of a load-balanced service is
  RUNNING, and so a target, when its health check has answered 200 once. Interval and
  thresholds are not played, and a task that falls ill later stays a target.
- MiniStack stops a task's containers in the moment in which it ceases to be a target. Here
  they get DRAIN_SECONDS first, for the requests on their way, and STOP_SECONDS to end.
- MiniStack gives a task the encrypted text of a SecureString. Here it is decrypted.
- After a start of the server, earlier tasks are listed as running until their successors
  have begun. Here they are not.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import request_scope
from ministack.services import alb, ecs, ssm

from slipway.emulator import endings, targets
from slipway.emulator.targets import Check

HEALTH_SECONDS = 60
DRAIN_SECONDS = 1.0
# What ECS gives a container between SIGTERM and SIGKILL.
STOP_SECONDS = 30

Task = dict[str, Any]


def wait_for_health() -> None:
    """Keep a task of a load-balanced service from RUNNING until it answers."""
    mark_running = ecs._mark_task_running

    def mark_running_when_healthy(arn: str, task: Task) -> bool:
        check = health_check(task)
        if check and not _becomes_healthy(task, check):
            return False
        return bool(mark_running(arn, task))

    ecs._mark_task_running = mark_running_when_healthy


def drain_before_stop() -> None:
    """Let a load-balanced task's containers end in peace; they do so in the background."""
    clean_up = ecs._cleanup_task_resources

    def drain(task: Task, docker: Any, *others: Any) -> None:
        if docker and task.get("startedAt") and health_check(task):
            ids = list(task.get("_docker_ids") or [])
            spawn_background(_stop_in_peace, docker, ids, clean_up, task, *others)
        else:
            clean_up(task, docker, *others)

    ecs._cleanup_task_resources = drain


def decrypt_parameters() -> None:
    """Give a task its secret from a SecureString in plain text, as ECS does."""
    resolve = ssm.resolve_parameter_value

    def resolve_decrypted(name: str, version: Any = None, **_options: Any) -> Any:
        return resolve(name, version, decrypt=True)

    ssm.resolve_parameter_value = resolve_decrypted


def forget_tasks_of_before() -> None:
    """Mark tasks whose containers ended with the previous server as stopped."""
    for task in ecs._tasks._data.values():
        if task["lastStatus"] == "STOPPED":
            task["desiredStatus"] = "STOPPED"
    for (account, region, key), service in ecs._services.all_items():
        with request_scope(account, region):
            name = f"service:{service['serviceName']}"
            ecs._refresh_service_state(key.partition("/")[0], name)


def health_check(task: Task) -> Check | None:
    """Find what the task's load balancer asks it; None without one."""
    cluster = task["clusterArn"].rsplit("/", 1)[-1]
    service = ecs._services.get(f"{cluster}/{task.get('group', '').removeprefix('service:')}", {})
    for balancer in service.get("loadBalancers", []):
        arn = balancer["targetGroupArn"]
        path = alb._tgs.get(arn, {}).get("HealthCheckPath") or "/"
        return Check(arn, int(balancer["containerPort"]), path)
    return None


def _becomes_healthy(task: Task, check: Check) -> bool:
    """Check the task until it is healthy, or stopped; meanwhile it is listed as a target."""
    address = ecs._task_ip(task)
    targets.remember(check, address, targets.INITIAL)
    try:
        return _passes(task, check, address)
    finally:
        targets.remember(check, address, None)


def _passes(task: Task, check: Check, address: str) -> bool:
    """Ask until the task answers; a task that ends before, or does not answer, is stopped."""
    until = time.monotonic() + HEALTH_SECONDS
    while time.monotonic() < until:
        if task["desiredStatus"] == "STOPPED":
            return False
        if ends := endings.ends_of(task, ecs._get_docker()):
            time.sleep(endings.LOG_SECONDS)
            endings.stop(task, ends)
            return False
        health = targets.ask(address, check)
        if health is None:
            return True
        targets.remember(check, address, health)
        time.sleep(0.2)
    reason = f"Task failed ELB health checks in (target-group {check.target_group})"
    # The code that ECS gives it; MiniStack counts it as no failure, so it is counted here.
    if ecs._mark_task_stopped(task["taskArn"], task, reason, "ServiceSchedulerInitiated"):
        ecs._record_service_task_failure(task)
    return False


def _stop_in_peace(docker: Any, ids: list[str], clean_up: Any, task: Task, *others: Any) -> None:
    try:
        time.sleep(DRAIN_SECONDS)
        for container in ids:
            docker.containers.get(container).stop(timeout=STOP_SECONDS)
    finally:  # whatever could not be stopped is removed
        clean_up(task, docker, *others)
