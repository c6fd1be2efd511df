"""The load balancer's access logs, in a bucket that keeps them for a while."""

from dataclasses import dataclass

import awacs.s3
from awacs.aws import Allow, PolicyDocument, Principal, Statement
from troposphere import Ref, Template, s3

from stack import buckets
from stack.accepted import accept

KEPT_DAYS = 90
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"


@dataclass(frozen=True)
class AccessLogs:
    """The bucket, and the policy without which nothing is written there."""

    bucket: s3.Bucket
    policy: s3.BucketPolicy


def add(template: Template) -> AccessLogs:
    """Add the bucket; it outlives the stack, because a full one cannot be deleted."""
    bucket = template.add_resource(
        s3.Bucket(
            "AccessLogsBucket",
            # Not RetainExceptOnCreate: the load balancer writes a test file at once, with which
            # the rollback of a creation could not delete the bucket.
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
            # A load balancer writes with no other kind of key than S3's own.
            **buckets.private(),
            LifecycleConfiguration=s3.LifecycleConfiguration(
                Rules=[s3.LifecycleRule(Status="Enabled", ExpirationInDays=KEPT_DAYS)]
            ),
        )
    )
    accept(
        bucket,
        CKV_AWS_18="it is where logs go; a log of its own would log itself",
        CKV_AWS_21="a log is written once, and never changed",
    )
    return AccessLogs(bucket, _policy(template, bucket))


def _policy(template: Template, bucket: s3.Bucket) -> s3.BucketPolicy:
    write = Statement(
        Effect=Allow,
        Principal=Principal("Service", DELIVERY),
        Action=[awacs.s3.PutObject],
        Resource=[buckets.arn(bucket, "/AWSLogs/${AWS::AccountId}/*")],
    )
    document = PolicyDocument(Version="2012-10-17", Statement=[write, buckets.tls_only(bucket)])
    return template.add_resource(
        s3.BucketPolicy("AccessLogsPolicy", Bucket=Ref(bucket), PolicyDocument=document)
    )
