"""When the next task of a service whose tasks keep ending may start."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from typing import Any

import pytest


def test_pauses_grow_to_27_minutes(parts: dict[str, Any]) -> None:
    """A circuit breaker of the default size sees its three failures without one."""
    pause = parts["backoff"].pause
    assert [pause(ends) for ends in range(1, 9)] == [0, 0, 0, 2, 4, 8, 16, 32]
    assert pause(50) == pause(5000) == 27 * 60


def test_each_deployment_has_pauses_of_its_own(parts: dict[str, Any]) -> None:
    """A new one starts at once; a task that ran for long ends the count."""
    now = [100.0]
    backoff = parts["backoff"].Backoff(clock=lambda: now[0])

    assert [backoff.note("bad", 1.0) for _ in range(5)] == [0, 0, 0, 2, 4]
    assert (backoff.seconds_left("bad"), backoff.seconds_left("new")) == (4, 0)
    now[0] += 4
    assert backoff.seconds_left("bad") == 0
    assert backoff.note("bad", 120.0) == 0


def test_a_service_starts_no_task_in_a_pause(
    parts: dict[str, Any], ministack: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked after again when the pause is over; a one-off task does not wait."""
    started: list[dict[str, Any]] = []
    reconciled: list[tuple[str, str]] = []
    slept: list[float] = []
    ecs, module = ministack["ecs"], parts["backoff"]
    ecs._run_task = started.append
    ecs._record_service_task_failure = lambda _: None
    ecs._reconcile_service_tasks = lambda *given: reconciled.append(given)
    ecs._cluster_name_from_arn = lambda arn: arn
    ecs._services = {}
    ecs.json_response = lambda answer: answer
    monkeypatch.setattr(module.time, "sleep", slept.append)
    backoff = module.Backoff(clock=lambda: 0.0)
    task = {"_deployment_id": "d", "clusterArn": "c", "group": "service:web"}
    service = {"_deploymentId": "d", "cluster": "c", "group": "service:web"}

    module.back_off(backoff)
    for _ in range(3):
        ecs._record_service_task_failure(task)
    ecs._run_task(service)
    ecs._record_service_task_failure(task)
    answer = ecs._run_task(service)
    ecs._run_task({"cluster": "c"})

    assert answer == {"tasks": [], "failures": []}
    assert started == [service, {"cluster": "c"}]
    assert (slept, reconciled) == ([2.0], [("c", "c/web")])


def test_a_service_that_cannot_start_says_so_once(
    parts: dict[str, Any], ministack: dict[str, Any]
) -> None:
    """In ECS's words, among the service's events."""
    ecs, module = ministack["ecs"], parts["backoff"]
    ecs._cluster_name_from_arn = lambda _: "c"
    ecs._services = {"c/web": {"events": []}}
    ecs._record_service_task_failure = lambda _: None
    ecs._run_task = None
    ecs.new_uuid = ecs._iso = lambda: ""
    task = {"_deployment_id": "d", "clusterArn": "c", "group": "service:web"}

    module.back_off(module.Backoff(clock=lambda: 0.0))
    for _ in range(9):
        ecs._record_service_task_failure(task)

    (event,) = ecs._services["c/web"]["events"]
    assert event["message"] == "(service web) is unable to consistently start tasks successfully."
