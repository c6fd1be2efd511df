"""The local AWS account's server: MiniStack, with three gaps closed.

It runs in a virtual environment of its own and imports nothing of Slipway.

1. A stack waits for its service, as CloudFormation does: create and update of an
   AWS::ECS::Service end when the rollout has ended, and fail when it has failed.
2. A task becomes RUNNING, and so a target, when its health check answers. MiniStack
   calls every target healthy at once, so a rollout would send requests to a server
   that has not opened its port.
3. A task definition of a template keeps its secrets and the numbers of its ports.

What this server does is never evidence of what AWS does.
"""

import http.client
import os
import time
from typing import Any

from ministack import app
from ministack.services import alb, ecs
from ministack.services.cloudformation import provisioners, stacks

SERVICE = "AWS::ECS::Service"
ROLLOUT_SECONDS = 600
HEALTH_SECONDS = 60
# What is replaced here, by name; the version is pinned, and a test starts this file.
NEEDED = {
    provisioners: ["_RESOURCE_HANDLERS", "_normalize_container_defs"],
    stacks: ["_runs_on_worker_thread"],
    ecs: [
        "_mark_task_running",
        "_mark_task_stopped",
        "_services",
        "_primary_deployment",
        "_task_ip",
        "_get_docker",
    ],
    alb: ["_tgs"],
}


def check_names() -> None:
    """Say which of the private names that this file reaches into have moved."""
    moved = [f"{m.__name__}.{n}" for m, names in NEEDED.items() for n in names if not hasattr(m, n)]
    if moved:
        raise SystemExit(f"this MiniStack lacks {', '.join(moved)}")


def keep_secrets() -> None:
    """Write a template's secrets and ports as the ECS API has them."""
    normalize = provisioners._normalize_container_defs

    def normalize_all(definitions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = normalize(definitions)
        for each in made:
            given = each.get("secrets", [])
            each["secrets"] = [{"name": s["Name"], "valueFrom": s["ValueFrom"]} for s in given]
            for port in each.get("portMappings", []):
                port["containerPort"] = int(port["containerPort"])
        return made

    provisioners._normalize_container_defs = normalize_all


def wait_for_services() -> None:
    """Make a stack wait for its services."""
    handlers = provisioners._RESOURCE_HANDLERS[SERVICE]
    runs_on_worker_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: kind == SERVICE or runs_on_worker_thread(kind)
    create, update = handlers["create"], handlers["update"]

    def create_and_wait(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        made = create(logical_id, _typed(props), stack)
        # MiniStack calls the first deployment complete before its first task runs.
        _primary(made[0])["rolloutState"] = "IN_PROGRESS"
        _wait(made[0])
        return made

    def update_and_wait(
        physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str
    ) -> Any:
        made = update(physical_id, _typed(old), _typed(new), stack)
        _wait(made[0])
        return made

    handlers.update(create=create_and_wait, update=update_and_wait)


def _typed(props: dict[str, Any]) -> dict[str, Any]:
    """Turn the text that a Number parameter becomes back into a number."""
    return {**props, "DesiredCount": int(props.get("DesiredCount", 1))}


def _key(service_arn: str) -> str:
    return "/".join(service_arn.split("/")[-2:])


def _primary(service_arn: str) -> dict[str, Any]:
    found: dict[str, Any] = ecs._primary_deployment(ecs._services[_key(service_arn)])
    return found


def _wait(service_arn: str) -> None:
    key, watched = _key(service_arn), _primary(service_arn)["id"]
    until = time.monotonic() + ROLLOUT_SECONDS
    while time.monotonic() < until:
        deployments = ecs._services.get(key, {}).get("deployments", [])
        state = {each["id"]: each["rolloutState"] for each in deployments}.get(watched, "FAILED")
        if state == "COMPLETED":
            return
        if state == "FAILED":
            raise ValueError(f"the deployment of service {key} failed")
        time.sleep(0.1)
    raise ValueError(f"service {key} did not become stable within {ROLLOUT_SECONDS} s")


def wait_for_health() -> None:
    """Keep a task of a load-balanced service out of the target group until it answers."""
    mark_running = ecs._mark_task_running

    def mark_running_when_healthy(task_arn: str, task: dict[str, Any]) -> bool:
        check = _health_check(task)
        if check is None or _becomes_healthy(task, *check):
            return bool(mark_running(task_arn, task))
        return False

    ecs._mark_task_running = mark_running_when_healthy


def _health_check(task: dict[str, Any]) -> tuple[int, str] | None:
    """Find the port and the path that the task's load balancer asks."""
    cluster = task["clusterArn"].rsplit("/", 1)[-1]
    service = ecs._services.get(f"{cluster}/{task.get('group', '').removeprefix('service:')}", {})
    for balancer in service.get("loadBalancers", []):
        group = alb._tgs.get(balancer.get("targetGroupArn"), {})
        return int(balancer["containerPort"]), group.get("HealthCheckPath") or "/"
    return None


def _becomes_healthy(task: dict[str, Any], port: int, path: str) -> bool:
    until = time.monotonic() + HEALTH_SECONDS
    while time.monotonic() < until:
        if task["desiredStatus"] == "STOPPED":
            return False
        if (code := _exit_code(task)) is not None:
            return _stop(
                task, "Essential container in task exited", "EssentialContainerExited", code
            )
        if _answers(ecs._task_ip(task), port, path):
            return True
        time.sleep(0.2)
    return _stop(task, "Task failed ELB health checks", "TaskFailedToStart", None)


def _exit_code(task: dict[str, Any]) -> int | None:
    for container in task.get("_docker_ids", []):
        state = ecs._get_docker().containers.get(container).attrs["State"]
        if state["Status"] in ("exited", "dead"):
            time.sleep(1)  # the log of a container that has ended is read by another thread
            return int(state["ExitCode"])
    return None


def _answers(host: str, port: int, path: str) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _stop(task: dict[str, Any], reason: str, code: str, exit_code: int | None) -> bool:
    ecs._mark_task_stopped(task["taskArn"], task, reason, code, exit_code=exit_code)
    return False


if __name__ == "__main__":
    check_names()
    keep_secrets()
    wait_for_health()
    if os.environ.get("SLIPWAY_STACK_WAITS") == "1":
        wait_for_services()
    app.main()
