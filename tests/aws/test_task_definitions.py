"""The task definition of a migration, made from the stack's own."""

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.model import StructureShape
from botocore.stub import Stubber

from slipway.aws import task_definitions
from slipway.errors import Failed
from slipway.revision import Image
from slipway.settings import Settings

IMAGE = Image("registry.example:5000/shop", "c0ffee", "sha256:1", tested=True)
OWN: Any = {"name": "migrate", "image": "registry.example:5000/shop:old", "command": ["migrate.sh"]}
PROXY: Any = {"name": "proxy", "image": "registry.example:5000/proxy:1"}
BASE: Any = {
    "taskDefinitionArn": "task-definition/migrate:1",
    "family": "migrate",
    "revision": 1,
    "status": "ACTIVE",
    "executionRoleArn": "role/execution",
    "containerDefinitions": [PROXY, OWN],
}


def test_a_definition_is_registered_with_another_image() -> None:
    """Roles, secrets and command stay, a side-car keeps its image, and the base is not changed."""
    assert task_definitions.with_image(BASE, IMAGE) == {
        "family": "migrate",
        "executionRoleArn": "role/execution",
        "containerDefinitions": [PROXY, {**OWN, "image": "registry.example:5000/shop@sha256:1"}],
    }
    assert BASE["containerDefinitions"] == [PROXY, OWN]
    assert OWN["image"] == "registry.example:5000/shop:old"


def test_what_ecs_adds_to_a_definition_is_left_out() -> None:
    """By the service's own model: what is described and cannot be registered is in the list."""
    model = botocore.session.get_session().get_service_model("ecs")
    described = model.shape_for("TaskDefinition")
    taken = model.operation_model("RegisterTaskDefinition").input_shape
    assert isinstance(described, StructureShape)
    assert taken
    assert set(described.members) - set(taken.members) == task_definitions.READ_ONLY_FIELDS


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("shop", "shop"),
        ("shop:1", "shop"),
        ("registry.example:5000/shop", "registry.example:5000/shop"),
        ("registry.example:5000/shop:1", "registry.example:5000/shop"),
        ("registry.example:5000/shop@sha256:1", "registry.example:5000/shop"),
        ("registry.example:5000/shop:1@sha256:1", "registry.example:5000/shop"),
        ("", ""),
    ],
)
def test_the_repository_of_an_image_is_read(image: str, repository: str) -> None:
    """A colon before the last slash is a port, and no tag."""
    assert task_definitions.repository_of(image) == repository


def names(*containers: dict[str, Any]) -> list[str]:
    """List the containers that get the image."""
    base: Any = {"family": "migrate", "containerDefinitions": list(containers)}
    found = task_definitions.application_containers(base, IMAGE.repository)
    return [each["name"] for each in found]


def test_the_containers_of_the_repository_get_the_image() -> None:
    """Essential ones come first: the first one's end is the migration's."""
    helper = {**OWN, "name": "helper", "essential": False}
    assert names(PROXY, OWN) == ["migrate"]
    assert names(helper, OWN) == ["migrate", "helper"]
    assert names({"name": "agent"}, OWN) == ["migrate"]


def test_one_container_needs_no_such_image() -> None:
    """The repository may have been renamed, or the field may be missing."""
    assert names(PROXY) == ["proxy"]
    assert names({"name": "migrate"}) == ["migrate"]


@pytest.mark.parametrize("containers", [(), (PROXY, {"name": "agent"})])
def test_several_containers_of_others_are_refused(containers: tuple[dict[str, Any], ...]) -> None:
    """None of them is guessed to be the migration."""
    with pytest.raises(Failed, match="no container of task definition migrate runs an image of"):
        names(*containers)


def test_a_definition_is_deregistered_whatever_happens(staging: Settings, ecs: Stubber) -> None:
    """Also when the run was interrupted: a task that runs goes on without it."""
    answer = {"taskDefinition": {"taskDefinitionArn": "migrate:2"}}
    ecs.add_response("register_task_definition", answer, None)
    ecs.add_response("deregister_task_definition", {}, {"taskDefinition": "migrate:2"})
    definition = task_definitions.with_image(BASE, IMAGE)
    with pytest.raises(KeyboardInterrupt), task_definitions.registered(staging, definition):
        raise KeyboardInterrupt


def leftover(**other: Any) -> Any:
    """Make a definition that a killed run has left."""
    container = {"name": "migrate", "image": IMAGE.by_digest}
    return {"family": "migrate", "containerDefinitions": [container], **other}


TAGGED = [{"name": "migrate", "image": f"{IMAGE.repository}:old"}]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (leftover(), True),
        (leftover(containerDefinitions=TAGGED), False),
        (leftover(containerDefinitions=[{"name": "migrate"}]), False),
        (leftover(family="migrate-other"), False),
    ],
)
def test_a_leftover_names_a_digest(definition: Any, *, expected: bool) -> None:
    """What CloudFormation registered names a tag, and is kept."""
    assert task_definitions.is_leftover(definition, BASE, IMAGE) is expected


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("ClientException", "TaskDefinition is inactive", True),
        ("InvalidParameterException", "TaskDefinition is inactive", True),
        ("InvalidParameterException", "No subnets", False),
        ("AccessDeniedException", "inactive user", False),
    ],
)
def test_a_definition_that_another_run_deregistered_is_known(
    code: str, message: str, *, expected: bool
) -> None:
    """By AWS's message; every other refusal is an error."""
    error = ClientError({"Error": {"Code": code, "Message": message}}, "RunTask")
    assert task_definitions.is_inactive(error) is expected


def are_active(ecs: Stubber, *arns: str) -> None:
    """Have the family have these active revisions."""
    question = {"familyPrefix": "migrate", "status": "ACTIVE", "sort": "DESC", "maxResults": 20}
    ecs.add_response("list_task_definitions", {"taskDefinitionArns": list(arns)}, question)


def test_leftovers_are_deregistered_and_the_stack_s_own_is_not(
    staging: Settings, ecs: Stubber
) -> None:
    """One call when nothing was left; each other revision is looked at."""
    are_active(ecs, BASE["taskDefinitionArn"])
    task_definitions.remove_leftovers(staging, BASE, IMAGE)
    are_active(ecs, "migrate:3", "migrate:2", BASE["taskDefinitionArn"])
    for arn, definition in (
        ("migrate:3", leftover(containerDefinitions=TAGGED)),
        ("migrate:2", leftover()),
    ):
        question = {"taskDefinition": arn}
        ecs.add_response("describe_task_definition", {"taskDefinition": definition}, question)
    ecs.add_response("deregister_task_definition", {}, {"taskDefinition": "migrate:2"})
    task_definitions.remove_leftovers(staging, BASE, IMAGE)


def test_leftovers_that_may_not_be_listed_are_left(staging: Settings, ecs: Stubber) -> None:
    """A deployment identity of an older version has no such permission, and still migrates."""
    ecs.add_client_error("list_task_definitions", "AccessDeniedException")
    task_definitions.remove_leftovers(staging, BASE, IMAGE)
