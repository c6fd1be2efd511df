"""The task definition of a migration: the stack's own, with the image that is to be deployed."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, cast

from slipway.aws import session
from slipway.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_ecs.type_defs import (
        ContainerDefinitionOutputTypeDef,
        RegisterTaskDefinitionRequestTypeDef,
        TaskDefinitionTypeDef,
    )

    from slipway.revision import Image
    from slipway.settings import Settings

# What DescribeTaskDefinition adds to what RegisterTaskDefinition takes:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
READ_ONLY_FIELDS = {
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
MAX_LEFTOVERS = 20


def read(settings: Settings, arn: str) -> TaskDefinitionTypeDef:
    """Read a task definition as DescribeTaskDefinition returns it."""
    ecs = session.client(settings, "ecs")
    return ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]


def application_containers(
    base: TaskDefinitionTypeDef, repository: str
) -> list[ContainerDefinitionOutputTypeDef]:
    """Return the containers that run an image of `repository`, essential ones first.

    A definition with one container needs no such name: it is that one. Raises Failed when
    there are several and none is of the repository.
    """
    containers = base.get("containerDefinitions", [])
    own = [each for each in containers if repository_of(each.get("image", "")) == repository]
    if not own and len(containers) != 1:
        raise Failed(
            f"no container of task definition {base.get('family', '')} runs an image of "
            f"{repository}",
            hint="name one container's image RepositoryURL:WebAppRevision in the template",
        )
    return sorted(own or containers, key=lambda each: not each.get("essential", True))


def repository_of(image: str) -> str:
    """Return the repository of an image's name, without its tag and digest."""
    name = image.partition("@")[0]
    start, colon, tag = name.rpartition(":")
    return start if colon and "/" not in tag else name


def with_image(base: TaskDefinitionTypeDef, image: Image) -> RegisterTaskDefinitionRequestTypeDef:
    """Return what to register: `base` with the image, by digest, in the application's containers.

    Side-cars keep their images.
    """
    own = [each["name"] for each in application_containers(base, image.repository)]
    containers = [
        {**each, "image": image.by_digest} if each["name"] in own else each
        for each in base["containerDefinitions"]
    ]
    writable = {name: value for name, value in base.items() if name not in READ_ONLY_FIELDS}
    # No type says that the fields beside READ_ONLY_FIELDS are those that the call takes.
    definition = {**writable, "containerDefinitions": containers}
    return cast("RegisterTaskDefinitionRequestTypeDef", definition)


@contextmanager
def registered(
    settings: Settings, definition: RegisterTaskDefinitionRequestTypeDef
) -> Iterator[str]:
    """Register a definition, give its ARN, and deregister it in the end, if that is possible.

    A task that runs goes on without it:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
    """
    ecs = session.client(settings, "ecs")
    answer = ecs.register_task_definition(**definition)
    arn = answer.get("taskDefinition", {}).get("taskDefinitionArn")
    if not arn:
        raise Failed(
            "ECS answered a registration without a task definition",
            hint="find out what answers in place of AWS, such as a proxy",
        )
    try:
        yield arn
    finally:
        _deregister(settings, arn)


def _deregister(settings: Settings, arn: str) -> None:
    """Deregister a definition; when that fails, a later run's `remove_leftovers` tries again."""
    with suppress(Exception):  # the outcome of the migration matters more
        session.client(settings, "ecs").deregister_task_definition(taskDefinition=arn)


def remove_leftovers(settings: Settings, base: TaskDefinitionTypeDef, image: Image) -> None:
    """Deregister what killed runs have left: revisions of the family that name a digest.

    The stack's own revisions name a tag. A task that runs goes on without its definition, and
    a run that is about to start one registers it again. One call when there is nothing to do;
    an identity that may not list or deregister definitions leaves them.
    """
    ecs = session.client(settings, "ecs")
    try:
        answer = ecs.list_task_definitions(
            familyPrefix=base["family"], status="ACTIVE", sort="DESC", maxResults=MAX_LEFTOVERS
        )
    except ecs.exceptions.ClientError as error:
        if session.error_code(error) != "AccessDeniedException":
            raise
        return
    for arn in answer.get("taskDefinitionArns", []):
        if arn != base.get("taskDefinitionArn") and is_leftover(read(settings, arn), base, image):
            _deregister(settings, arn)


def is_leftover(
    definition: TaskDefinitionTypeDef, base: TaskDefinitionTypeDef, image: Image
) -> bool:
    """Whether a definition was registered for a migration, and not by CloudFormation."""
    names = [each.get("image", "") for each in definition.get("containerDefinitions", [])]
    own = any(name.startswith(f"{image.repository}@") for name in names)
    return own and definition.get("family") == base["family"]


def is_inactive(error: Exception) -> bool:
    """Whether RunTask was refused because someone deregistered the definition meanwhile.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
    """
    kinds = {"ClientException", "InvalidParameterException"}
    return session.error_code(error) in kinds and "inactive" in str(error).lower()
