"""The proof of an environment: its services, its schedule, its front door."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slipway import polling
from slipway.aws import services, task_definitions
from slipway.aws.service import Service, ServiceRef
from slipway.aws.stack import Stack
from slipway.aws.stack_status import State
from slipway.errors import Failed
from slipway.events import Event, Proven, TaskStopped
from slipway.release import diagnose, front_door, prove
from slipway.release.judgement import Judgement, Verdict
from slipway.settings import Settings
from tests import answers
from tests.release.test_judgement import EXPECTED, GOOD, IMAGE, NOW, ROLLOUT

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import TaskTypeDef

URL = "https://shop.example/"
OUTPUTS = {
    "ClusterName": "shop",
    "WebServiceName": "web",
    "WebTargetGroups": "group",
    "WebTaskDefinition": EXPECTED,
}
WORKER = {"WorkerServiceName": "worker", "WorkerTaskDefinition": EXPECTED}
STARTING = replace(GOOD, rollout=replace(ROLLOUT, state="IN_PROGRESS", running=1))
EMPTY = replace(GOOD, rollout=replace(ROLLOUT, desired=0, running=0), tasks=())
OK = "GET /health/ready answers 200"


class World:
    """What is observed: the services by name, one observation after the other, and the door."""

    def __init__(self) -> None:
        self.now = NOW
        self.services: dict[str, list[Service | None]] = {}
        self.door = (True, OK)
        self.patience: list[float] = []

    def observe(self, _settings: Settings, ref: ServiceRef) -> Service | None:
        """Return the next observation of a service; the last one stays."""
        script = self.services[ref.service]
        return script.pop(0) if len(script) > 1 else script[0]

    def observe_all(self, settings: Settings, refs: Sequence[ServiceRef]) -> list[Service | None]:
        """Return the next observation of each service."""
        return [self.observe(settings, ref) for ref in refs]

    def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self.now += seconds

    def wait(self, _url: str, seconds: float) -> tuple[bool, str]:
        """Answer for the front door."""
        self.patience.append(seconds)
        return self.door


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Put a script in the place of ECS and of the front door."""
    world = World()
    monkeypatch.setattr(services, "observe", world.observe_all)
    monkeypatch.setattr(front_door, "wait", world.wait)
    monkeypatch.setattr(polling, "wall", lambda: NOW)
    monkeypatch.setattr(polling, "monotonic", lambda: world.now)
    monkeypatch.setattr(polling, "sleep", world.sleep)
    return world


def stack(outputs: dict[str, str] | None = None, **parameters: str) -> Stack:
    """Make a released stack with these outputs besides OUTPUTS."""
    both = {**OUTPUTS, **(outputs or {})}
    return answers.stack(State.UPDATE_COMPLETE, parameters=parameters, outputs=both)


Prove = Callable[[Stack], Proven]


@pytest.fixture
def said() -> list[Event]:
    """What the screen shows."""
    return []


@pytest.fixture
def proof(staging: Settings, said: list[Event]) -> Prove:
    """Prove a stack."""
    return lambda found: prove.prove(staging, found, IMAGE, URL, said.append)


def test_a_service_that_starts_is_waited_for(world: World, proof: Prove, said: list[Event]) -> None:
    """Then the front door is asked; a rollout that does not move is said once."""
    world.services = {"web": [STARTING, STARTING, GOOD]}
    assert proof(stack()) == Proven("sha256:1", 2, URL, OK)
    assert said == [STARTING.rollout, GOOD.rollout]
    assert world.patience == [front_door.TRY_SECONDS]


def test_the_worker_is_waited_for_too(world: World, proof: Prove) -> None:
    """The web service alone is no proof."""
    world.services = {"web": [GOOD], "worker": [STARTING, replace(GOOD, healthy=None)]}
    assert proof(stack(WORKER)).tasks == len(GOOD.tasks)
    assert len(world.services["worker"]) == 1


def test_a_worker_that_crashes_is_not_proven(
    world: World, proof: Prove, said: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cause and the log of its task are shown, and the cause is in the last lines."""
    crashed: TaskTypeDef = {"taskArn": "task/0", "stopCode": "EssentialContainerExited"}
    event = TaskStopped("0", "", {"worker": 1}, ("last",), "worker exited with code 1: KeyError")
    monkeypatch.setattr(diagnose, "explain_stop", lambda *_: event)
    world.services = {"web": [GOOD], "worker": [replace(GOOD, healthy=None, stopped=(crashed,))]}
    with pytest.raises(Failed) as caught:
        proof(stack(WORKER))
    assert caught.value.what == "not proven: worker exited with code 1: KeyError"
    assert caught.value.hint == "invoke logs --env staging"
    assert said[-1] == event


@pytest.mark.parametrize("outputs", [{}, {"WebServiceName": ""}])
def test_a_failed_release_is_not_waited_for(
    world: World, proof: Prove, outputs: dict[str, str]
) -> None:
    """The reason is the message, and the logs are the next thing to look at."""
    world.services = {"web": [None]}
    with pytest.raises(Failed, match=r"not proven: .*there is no service") as caught:
        proof(stack(outputs))
    assert caught.value.hint == "invoke logs --env staging"


def test_what_is_not_proven_in_time_has_failed(world: World, proof: Prove) -> None:
    """No answer for ever: what was missing last is the message."""
    world.services = {"web": [STARTING]}
    with pytest.raises(Failed, match="not proven: web: 1 of 2 tasks run"):
        proof(stack())
    assert world.now >= NOW + prove.PROOF_SECONDS


def test_a_front_door_that_does_not_answer_is_no_proof(world: World, proof: Prove) -> None:
    """All tasks are healthy, and still nobody is served."""
    world.services = {"web": [GOOD]}
    world.door = (False, "GET /health/ready answers 503")
    with pytest.raises(Failed) as caught:
        proof(stack())
    assert caught.value.what == f"not proven: GET /health/ready answers 503\n  at {URL}"


def test_no_task_is_no_proof(world: World, proof: Prove) -> None:
    """Exit code 1, and how to have some."""
    world.services = {"web": [EMPTY]}
    with pytest.raises(Failed) as caught:
        proof(stack())
    what = "deployed, nothing runs: web: no task runs, and the desired count is 0"
    assert caught.value.what == what
    assert caught.value.hint == ("invoke deploy --env staging --parameter WebWorkerDesiredCount=1")
    assert world.patience == []


def test_no_task_is_what_was_asked_for(world: World, proof: Prove) -> None:
    """A parameter says 0: exit code 0, and no word of a proof; the door has nobody behind it."""
    world.services = {"web": [EMPTY]}
    nothing = "deployed, nothing runs: WebWorkerDesiredCount is 0"
    assert proof(stack(WebWorkerDesiredCount="0")) == Proven("sha256:1", 0, URL, nothing)
    assert world.patience == []


def test_a_worker_that_is_switched_off_leaves_the_web_service_to_prove(
    world: World, proof: Prove
) -> None:
    """Each service has a parameter of its own."""
    world.services = {"web": [GOOD], "worker": [EMPTY]}
    assert proof(stack(WORKER, WorkerDesiredCount="0")).front_door == OK
    with pytest.raises(Failed, match="nothing runs: worker: no task runs"):
        proof(stack(WORKER, WebWorkerDesiredCount="0"))


def definition(image: str) -> dict[str, Any]:
    """Make the definition of the schedule."""
    containers = [{"name": "scheduled", "image": image}]
    return {"taskDefinitionArn": "task-definition/scheduled:2", "containerDefinitions": containers}


@pytest.mark.parametrize("image", [IMAGE.by_tag, IMAGE.by_digest])
def test_a_schedule_of_this_release_is_proven(
    world: World, proof: Prove, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the definition that the template names in the schedule and in the output."""
    monkeypatch.setattr(task_definitions, "read", lambda *_: definition(image))
    world.services = {"web": [GOOD]}
    assert proof(stack({"ScheduledTaskDefinition": "scheduled:2"})).front_door == OK


@pytest.mark.parametrize("image", ["registry.example/shop:old", ""])
def test_a_schedule_of_another_release_is_not_proven(
    world: World, proof: Prove, image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would start is said."""
    monkeypatch.setattr(task_definitions, "read", lambda *_: definition(image))
    world.services = {"web": [GOOD]}
    with pytest.raises(Failed, match="not proven: the schedule starts scheduled:2 with"):
        proof(stack({"ScheduledTaskDefinition": "scheduled:2"}))


def test_a_check_is_as_strict_and_does_not_wait(staging: Settings, world: World) -> None:
    """What would have to be waited for is not proven now; the front door is asked once."""
    world.services = {"web": [GOOD]}
    assert prove.check(staging, stack(), IMAGE, URL) == Proven("sha256:1", 2, URL, OK)
    assert world.patience == [0]
    world.door = (False, "GET /health/ready answers 503")
    assert prove.check(staging, stack(), IMAGE, URL) is None
    for observed in (STARTING, EMPTY, None):
        world.services = {"web": [observed]}
        assert prove.check(staging, stack(), IMAGE, URL) is None
    assert world.now == NOW


def test_the_worst_judgement_counts() -> None:
    """A failure is said at once, though another service still starts."""
    order = [Verdict.PROVEN, Verdict.PENDING, Verdict.EMPTY, Verdict.FAILED]
    judgements: list[tuple[ServiceRef | None, Judgement]] = []
    for verdict in order:
        judgements.append((None, Judgement(verdict)))
        assert prove.worst(judgements)[1].verdict is verdict
