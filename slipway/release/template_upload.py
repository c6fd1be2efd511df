"""How a template gets to CloudFormation: in the call, or through a bucket."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.errors import ConfigurationError

if TYPE_CHECKING:
    from slipway.settings import Settings
    from slipway.template import Desired

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
BODY_BYTES = 51_200


def upload(settings: Settings, stack: str, desired: Desired) -> str:
    """Put a template that is too long for a call into the bucket, and return its address.

    "" for one that fits into the call. Raises ConfigurationError if there is no bucket.
    """
    size = len(desired.body.encode())
    if size <= BODY_BYTES:
        return ""
    if not desired.bucket:
        raise ConfigurationError(
            f"the template of {stack} has {size} bytes; above {BODY_BYTES} it goes through S3",
            hint=f"invoke bootstrap --env {settings.environment}, which creates the bucket",
        )
    key = f"{stack}/{hashlib.sha256(desired.body.encode()).hexdigest()}.json"
    s3 = session.client(settings, "s3")
    s3.put_object(Bucket=desired.bucket, Key=key, Body=desired.body.encode())
    return template_url(settings, s3.meta.endpoint_url, desired.bucket, key)


def template_url(settings: Settings, endpoint: str, bucket: str, key: str) -> str:
    """Name an object as CloudFormation takes it, at the `endpoint` of S3 that botocore chose.

    Its host has the suffix of the region's partition, such as amazonaws.com.cn. The emulator has
    one host for all buckets.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    if settings.endpoint_url:
        return f"{settings.endpoint_url}/{bucket}/{key}"
    return f"https://{bucket}.{endpoint.removeprefix('https://')}/{key}"
