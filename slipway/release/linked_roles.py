"""The service-linked roles of an account: AWS's services act with them, and each exists once.

They belong to no environment. CloudFormation would have some of them made on the way, and then
the first cluster of an account can fail, because the role is not there yet:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.errors import ConfigurationError
from slipway.events import Note, Say

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

    from slipway.settings import Settings

# Service -> the name of its role:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
ROLES = {
    "ecs.amazonaws.com": "AWSServiceRoleForECS",
    "ecs.application-autoscaling.amazonaws.com": (
        "AWSServiceRoleForApplicationAutoScaling_ECSService"
    ),
    "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    "rds.amazonaws.com": "AWSServiceRoleForRDS",
}
# What CreateServiceLinkedRole answers when the role exists: InvalidInput with this word, or what
# CreateRole answers.
TAKEN = "has been taken"


def ensure(settings: Settings, say: Say) -> None:
    """Create each role that is missing.

    Raises ConfigurationError when these credentials may not.
    """
    iam = session.client(settings, "iam")
    for service, name in ROLES.items():
        try:
            is_missing, known = not exists(iam, name), True
        except iam.exceptions.ClientError as error:
            if session.error_code(error) != "AccessDenied":
                raise
            is_missing, known = True, False
        if is_missing:
            _create(iam, service, say, known=known)


def exists(iam: IAMClient, name: str) -> bool:
    """Whether the account has a role. Raises botocore's ClientError if one may not look."""
    try:
        iam.get_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def _create(iam: IAMClient, service: str, say: Say, *, known: bool) -> None:
    """Create the role of a service that is missing, or that is not `known` to be there."""
    try:
        iam.create_service_linked_role(AWSServiceName=service)
    except iam.exceptions.ClientError as error:
        code = session.error_code(error)
        if code == "EntityAlreadyExists" or TAKEN in str(error):
            return
        if code != "AccessDenied":
            raise
        if not known:
            say(Note(f"the service-linked role of {service} could not be looked at"))
            return
        raise ConfigurationError(
            f"these credentials may not create the service-linked role of {service}",
            hint="an administrator types it once in the account: "
            f"aws iam create-service-linked-role --aws-service-name {service}",
        ) from error
    say(Note(f"created the service-linked role of {service}"))
