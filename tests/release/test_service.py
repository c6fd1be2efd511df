"""How ECS's answers are read."""

from pipeline.release import service
from pipeline.release.service import Place, Task
from pipeline.release.states import State
from pipeline.view.events import Rollout
from tests.release import answers

OUTPUTS = {"ClusterName": "shop", "WebServiceName": "web", "WebTargetGroups": "a,b"}


def test_a_service_is_where_the_outputs_say() -> None:
    """The stack's outputs name it; revisions that switch have two target groups."""
    found = answers.stack(State.CREATE_COMPLETE, outputs={**OUTPUTS, "Other": "x"})
    assert service.place(found) == Place("shop", "web", ("a", "b"))


def test_a_stack_without_a_service_has_no_place() -> None:
    """Before the first release an output is missing, or empty."""
    for without in OUTPUTS:
        rest = {name: text for name, text in OUTPUTS.items() if name != without}
        for outputs in (rest, {**rest, without: ""}):
            found = answers.stack(State.CREATE_COMPLETE, outputs=outputs)
            assert service.place(found) is None


def test_a_deployment_is_read() -> None:
    """What ECS leaves out while there is nothing to tell is 0 or empty."""
    found = {"taskDefinition": "web:2", "desiredCount": 2, "runningCount": 1}
    assert service.parse_rollout(found) == Rollout("web:2", 2, 1, 0, "")
    told = {**found, "failedTasks": 3, "rolloutState": "FAILED"}
    assert service.parse_rollout(told) == Rollout("web:2", 2, 1, 3, "FAILED")


def test_a_task_is_read() -> None:
    """Its address is its network interface's, its digests are by the image's name."""
    found = {
        "taskArn": "task/1",
        "taskDefinitionArn": "web:2",
        "attachments": [
            {"details": [{"name": "subnetId", "value": "subnet-1"}]},
            {"details": [{"name": "privateIPv4Address", "value": "10.0.0.1"}]},
        ],
        "containers": [
            {"image": "shop:c0ffee", "imageDigest": "sha256:1"},
            {"image": "proxy:1"},
        ],
    }
    digests = {"shop:c0ffee": "sha256:1", "proxy:1": ""}
    assert service.parse_task(found) == Task("task/1", "web:2", "10.0.0.1", digests)


def test_a_task_without_an_address_is_read() -> None:
    """A task that is being prepared has none yet."""
    found = {"taskArn": "task/1", "taskDefinitionArn": "web:2", "containers": []}
    assert service.parse_task(found) == Task("task/1", "web:2", "", {})
