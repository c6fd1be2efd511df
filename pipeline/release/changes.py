"""A change set: proposed, shown, and executed or thrown away."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from pipeline import aws, polling
from pipeline.errors import ConfigurationError, Failed
from pipeline.release import stack as stacks
from pipeline.release import template
from pipeline.release.stack import Stack
from pipeline.release.states import Step
from pipeline.release.template import Desired
from pipeline.settings import Settings
from pipeline.view.events import ResourceChange

PROPOSE_SECONDS = 300
POLL_SECONDS = 0.5
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
BODY_BYTES = 51_200
EMPTY = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True)
class ChangeSet:
    """A change set that waits to be executed, by its id and its stack's, and what it will do."""

    id: str
    stack: str
    changes: tuple[ResourceChange, ...]

    @property
    def named(self) -> dict[str, str]:
        """Name it in a call: with its stack, by which the right to the call is decided."""
        return {"ChangeSetName": self.id, "StackName": self.stack}


def propose(settings: Settings, stack: Stack, desired: Desired) -> ChangeSet | None:
    """Have CloudFormation work out what would change; None when nothing would.

    Raises Failed with CloudFormation's reason when it refuses, ConfigurationError for a
    template that has no way to get there.
    """
    cloudformation = aws.client(settings, "cloudformation")
    made = cloudformation.create_change_set(
        StackName=stack.name,
        ChangeSetName=f"slipway-{int(polling.wall() * 1e9)}",
        ChangeSetType="CREATE" if stack.step is Step.CREATE else "UPDATE",
        Parameters=stacks.carried(stack, template.parameters(desired.body), desired.parameters),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        **_template(settings, stack, desired),
        **({"RoleARN": desired.service_role} if desired.service_role else {}),
    )
    proposed = ChangeSet(made["Id"], stack.name, ())
    answer = _wait(cloudformation, proposed)
    if answer["Status"] == "CREATE_COMPLETE":
        return replace(proposed, changes=tuple(_changes(cloudformation, proposed)))
    cloudformation.delete_change_set(**proposed.named)
    reason = answer.get("StatusReason", "")
    if is_empty(reason):
        return None
    raise Failed(f"CloudFormation refuses the change of {stack.name}: {reason}")


def _template(settings: Settings, stack: Stack, desired: Desired) -> dict[str, str]:
    """Give the template as it is, or where it is too long for that, by its place in S3."""
    size = len(desired.body.encode())
    if size <= BODY_BYTES:
        return {"TemplateBody": desired.body}
    if not desired.bucket:
        raise ConfigurationError(
            f"the template of {stack.name} has {size} bytes; above {BODY_BYTES} it goes through S3",
            hint=f"invoke bootstrap --env {settings.environment}, which makes the bucket",
        )
    key = f"{stack.name}/{hashlib.sha256(desired.body.encode()).hexdigest()}.json"
    s3 = aws.client(settings, "s3")
    s3.put_object(Bucket=desired.bucket, Key=key, Body=desired.body.encode())
    return {"TemplateURL": template_url(settings, desired.bucket, key)}


def template_url(settings: Settings, bucket: str, key: str) -> str:
    """Name an object as CloudFormation takes it."""
    if settings.endpoint_url:
        return f"{settings.endpoint_url}/{bucket}/{key}"
    return f"https://{bucket}.s3.{settings.region}.amazonaws.com/{key}"


def is_empty(reason: str) -> bool:
    """Whether a change set failed only because it would change nothing."""
    return any(words in reason for words in EMPTY)


def execute(settings: Settings, change_set: ChangeSet) -> None:
    """Begin the change."""
    aws.client(settings, "cloudformation").execute_change_set(**change_set.named)


def _wait(cloudformation: Any, proposed: ChangeSet) -> dict[str, Any]:
    until = polling.monotonic() + PROPOSE_SECONDS
    while polling.monotonic() < until:
        answer: dict[str, Any] = cloudformation.describe_change_set(**proposed.named)
        if answer["Status"] in {"CREATE_COMPLETE", "FAILED"}:
            return answer
        polling.sleep(POLL_SECONDS)
    raise Failed(
        f"the change set {proposed.id} is not ready after {PROPOSE_SECONDS} s", hint="again"
    )


def _changes(cloudformation: Any, proposed: ChangeSet) -> list[ResourceChange]:
    pages = cloudformation.get_paginator("describe_change_set").paginate(**proposed.named)
    return [change(each["ResourceChange"]) for page in pages for each in page.get("Changes", [])]


def change(found: dict[str, Any]) -> ResourceChange:
    """Read one change of DescribeChangeSet."""
    replaced = str(found.get("Replacement", ""))
    kind = found["ResourceType"]
    return ResourceChange(found["Action"], found["LogicalResourceId"], kind, replaced)
