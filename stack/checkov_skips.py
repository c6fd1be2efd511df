"""What checkov finds and is meant: each finding is accepted beside its resource, with why."""

from typing import TypeVar

from troposphere import BaseAWSObject

Made = TypeVar("Made", bound=BaseAWSObject)


def accept(resource: Made, **reasons: str) -> Made:
    """Note in a resource's metadata why a finding, such as CKV_AWS_18, is none; return it.

    https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
    """
    skip = [{"id": check, "comment": reason} for check, reason in reasons.items()]
    known = getattr(resource, "Metadata", {})
    resource.Metadata = {**known, "checkov": {"skip": skip}}
    return resource
