"""When the next task of a service whose tasks keep ending may start.

No engine is needed: without one, MiniStack's tasks run at once, and end when they are told to.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import threading
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from ministack.services import ecs

from slipway.emulator import backoff
from slipway.emulator.backoff import Backoff, pause
from tests.emulator.account import Account, definition, service, tasks, until


def test_pauses_grow_to_27_minutes() -> None:
    """A circuit breaker of the default size sees its three failures without one."""
    assert [pause(ends) for ends in range(1, 9)] == [0, 0, 0, 2, 4, 8, 16, 32]
    assert pause(50) == pause(5000) == 27 * 60


def test_each_deployment_has_pauses_of_its_own() -> None:
    """A new one starts at once; a task that ran for long ends the count."""
    now = [100.0]
    backoff = Backoff(clock=lambda: now[0])

    assert [backoff.note("bad", 1.0) for _ in range(5)] == [0, 0, 0, 2, 4]
    assert (backoff.seconds_left("bad"), backoff.seconds_left("new")) == (4, 0)
    now[0] += 4
    assert backoff.seconds_left("bad") == 0
    assert backoff.note("bad", 120.0) == 0


class Waits:
    """A clock on which only pauses pass; a pause is over when `over` is set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.over = threading.Event()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Pass the time of a pause."""
        self.slept.append(seconds)
        self.over.wait()
        self.now += seconds


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Waits]:
    """The clock of the server that is put together next."""
    waits = Waits()
    monkeypatch.setattr(backoff, "time", SimpleNamespace(sleep=waits.sleep))
    monkeypatch.setattr(backoff, "Backoff", partial(Backoff, clock=lambda: waits.now))
    yield waits
    waits.over.set()


@pytest.fixture
def web(waits: Waits, account: Account) -> Account:
    """An account with the service "web" of one task."""
    assert not waits.slept
    client = account.client("ecs")
    client.create_cluster(clusterName="c")
    client.register_task_definition(**definition())
    place = {"cluster": "c", "taskDefinition": "web", "launchType": "FARGATE"}
    client.create_service(serviceName="web", desiredCount=1, **place)
    return account


def running(account: Account) -> list[dict[str, Any]]:
    """List the tasks of the service that run."""
    return [each for each in tasks(account) if each["group"] == "service:web"]


def end_task(account: Account) -> None:
    """Wait for the service's task, and end it as a container that exits would."""
    (found,) = until(lambda: running(account))
    task = ecs._tasks[found["taskArn"]]
    assert ecs._mark_task_stopped(found["taskArn"], task, "it ended", "EssentialContainerExited")


def test_a_service_starts_no_task_in_a_pause(web: Account, waits: Waits) -> None:
    """It is looked after again when the pause is over; a one-off task does not wait."""
    for _ in range(4):
        end_task(web)
    until(lambda: waits.slept == [2.0])
    web.client("ecs").run_task(cluster="c", taskDefinition="web", launchType="FARGATE")
    ecs._reconcile_service_tasks("c", "c/web")

    assert running(web) == []
    assert len(tasks(web)) == 1
    waits.over.set()
    until(lambda: running(web))
    assert waits.slept == [2.0]


def test_a_service_that_cannot_start_says_so_once(web: Account, waits: Waits) -> None:
    """In ECS's words, among the service's events."""
    waits.over.set()
    for _ in range(7):
        end_task(web)

    until(lambda: waits.slept == [2.0, 4.0, 8.0, 16.0])
    messages = [each["message"] for each in service(web)["events"]]
    unable = "(service web) is unable to consistently start tasks successfully."
    assert messages.count(unable) == 1
