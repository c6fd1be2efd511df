"""What CloudFormation calls the resources of a template: the ARN that IAM compares.

A name is the template's own, or the stack's and the logical ID with letters behind. What AWS
names by itself has an ARN that nobody can foresee.
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.templates.checks.body import Body
from tests.stack.environments import SECRET
from tests.story.identities import ACCOUNT, REGION
from tests.story.template_functions import Scope, resolve

STACK = "shop-staging"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/{STACK}-boundary"


@dataclass(frozen=True)
class Named:
    """A resource that exists, by its name, which is what Ref returns."""

    physical: str

    def attribute(self, name: str) -> str:
        """Return what Fn::GetAtt returns."""
        return f"{self.physical}.{name}"


@dataclass(frozen=True)
class Fixed:
    """A resource whose name is known."""

    physical: str

    def attribute(self, _name: str) -> str:
        """Return what Fn::GetAtt returns."""
        return self.physical


class Everything(dict[str, Named | Fixed]):
    """Every logical ID, and the resource that it names."""

    def __missing__(self, logical: str) -> Named | Fixed:
        return named(logical)


def named(logical: str) -> Named:
    """Return a resource by the name that CloudFormation gives it: letters behind its ID."""
    return Named(f"{STACK}-{logical}-1A2B3C")


def scope(body: Body, stack: str = STACK, **parameters: str) -> Scope:
    """Return what names mean in a template: parameters have their defaults, or these values."""
    known = Everything(ApplicationBoundary=Fixed(BOUNDARY))
    defaults = {
        name: str(each.get("Default", SECRET)) for name, each in body.get("Parameters", {}).items()
    }
    return Scope(body.get("Conditions", {}), stack, {**defaults, **parameters}, known)


def resources(body: Body) -> Iterator[tuple[str, str, Body]]:
    """List the resources of a deployed revision: logical ID, type and resolved properties."""
    names = scope(body, WebAppRevision="revision")
    for logical, each in body["Resources"].items():
        if names.holds(each.get("Condition")):
            yield logical, each["Type"], resolve(each.get("Properties", {}), names)


def arn(logical: str, kind: str, properties: Mapping[str, Any]) -> str:
    """Return the ARN of a resource; one of AWS's choice ends in `named-by-aws`."""
    name = named(logical).physical
    service, rest = {
        "AWS::CloudWatch::Alarm": ("cloudwatch", f"alarm:{name}"),
        "AWS::CloudWatch::Dashboard": ("cloudwatch", f"dashboard/{STACK}"),
        "AWS::ECS::Cluster": ("ecs", f"cluster/{name}"),
        "AWS::ECS::Service": (
            "ecs",
            f"service/{properties.get('Cluster')}/{properties.get('ServiceName', name)}",
        ),
        "AWS::ECS::TaskDefinition": ("ecs", f"task-definition/{properties.get('Family', name)}:1"),
        "AWS::Events::Rule": ("events", f"rule/{name}"),
        "AWS::IAM::Role": ("iam", f"role/{name}"),
        "AWS::Logs::LogGroup": ("logs", f"log-group:{properties.get('LogGroupName', name)}"),
        "AWS::SNS::Topic": ("sns", name),
        "AWS::SNS::TopicPolicy": ("sns", f"{STACK}-AlarmTopic-1A2B3C"),
        "AWS::S3::Bucket": ("s3", name.lower()),
        "AWS::S3::BucketPolicy": ("s3", str(properties.get("Bucket", name)).lower()),
    }.get(kind, (kind.split("::")[1].lower(), "named-by-aws"))
    place = {
        "iam": f":{ACCOUNT}",
        "s3": ":",
        "cloudwatch": f"{'' if rest.startswith('dashboard') else REGION}:{ACCOUNT}",
    }
    return f"arn:aws:{service}:{place.get(service, f'{REGION}:{ACCOUNT}')}:{rest}"
