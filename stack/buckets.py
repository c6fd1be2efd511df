"""What every bucket has: no public access, one owner, encryption at rest and on the way."""

from typing import Any

import awacs.s3
from awacs.aws import Bool, Condition, Deny, Principal, Statement
from troposphere import Sub, s3


def private() -> dict[str, Any]:
    """Make the properties of a bucket that nobody outside the account reads or writes."""
    return {
        "BucketEncryption": _encryption(),
        "OwnershipControls": s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
        ),
        "PublicAccessBlockConfiguration": s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            BlockPublicPolicy=True,
            IgnorePublicAcls=True,
            RestrictPublicBuckets=True,
        ),
    }


def arn(bucket: s3.Bucket, path: str = "") -> Sub:
    """Name a bucket, or with a `path` such as "/*" what is below it."""
    return Sub(f"arn:${{AWS::Partition}}:s3:::${{{bucket.title}}}{path}")


def tls_only(bucket: s3.Bucket) -> Statement:
    """Refuse requests without TLS."""
    return Statement(
        Effect=Deny,
        Principal=Principal("*"),
        Action=[awacs.s3.Action("*")],
        Resource=[arn(bucket), arn(bucket, "/*")],
        Condition=Condition(Bool("aws:SecureTransport", "false")),
    )


def _encryption() -> s3.BucketEncryption:
    by_s3 = s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    rule = s3.ServerSideEncryptionRule(ServerSideEncryptionByDefault=by_s3)
    return s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule])
