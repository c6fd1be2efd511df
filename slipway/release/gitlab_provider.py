"""The account's OIDC provider of a GitLab: by it, a job's token is exchanged for a role.

An account has one for each GitLab. It belongs to no environment, whose removal would take the
login from the others.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slipway.aws import session
from slipway.errors import ConfigurationError
from slipway.events import Note, Say

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

    from slipway.settings import Settings
    from slipway.template import Body

TYPE = "AWS::IAM::OIDCProvider"
RETAIN = "Retain"
TAG = {"Key": "owner", "Value": "account"}


@dataclass(frozen=True)
class Provider:
    """A provider by its ARN, and for which audiences it takes a token."""

    arn: str
    audiences: frozenset[str]


def ensure(settings: Settings, url: str, say: Say) -> None:
    """Create the provider of the GitLab at `url` if it is missing, or add the audience it lacks.

    AWS checks the server's certificate by itself, so there is no thumbprint. Raises
    ConfigurationError when these credentials may not.
    """
    iam = session.client(settings, "iam")
    try:
        provider = find(iam, url)
        if provider is None:
            iam.create_open_id_connect_provider(Url=url, ClientIDList=[url])
            say(Note(f"created the OIDC provider of {url}"))
        elif url not in provider.audiences:
            iam.add_client_id_to_open_id_connect_provider(
                OpenIDConnectProviderArn=provider.arn, ClientID=url
            )
            say(Note(f"added the audience {url} to the OIDC provider {provider.arn}"))
    except iam.exceptions.EntityAlreadyExistsException:
        return
    except iam.exceptions.ClientError as error:
        if session.error_code(error) != "AccessDenied":
            raise
        raise ConfigurationError(
            f"these credentials may not look for the OIDC provider of {url}, or create it",
            hint="an administrator types the same command once in the account",
        ) from error


def find(iam: IAMClient, url: str) -> Provider | None:
    """Return the provider of a GitLab; None without one."""
    host = urlsplit(url).netloc
    for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        if each["Arn"].partition(":oidc-provider/")[2] == host:
            arn = each["Arn"]
            found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
            return Provider(arn, frozenset(found["ClientIDList"]))
    return None


def retained(deployed: Body, body: Body) -> Body | None:
    """Return `body` with the provider that the deployed template owns, to be retained.

    Earlier versions made the provider a resource of one environment. Dropped at once, it would
    be deleted; retained first, it stays. CloudFormation takes a new policy only with another
    change of the resource, so that it gets a tag. None if there is nothing to retain any more.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    owned = {
        title: {
            **resource,
            "DeletionPolicy": RETAIN,
            "UpdateReplacePolicy": RETAIN,
            "Properties": {**resource["Properties"], "Tags": [TAG]},
        }
        for title, resource in deployed.get("Resources", {}).items()
        if resource["Type"] == TYPE and resource.get("DeletionPolicy") != RETAIN
    }
    return {**body, "Resources": {**body["Resources"], **owned}} if owned else None
