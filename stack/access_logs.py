"""The load balancer's access logs, in a bucket that keeps them for a while."""

from dataclasses import dataclass
from typing import Any

from troposphere import AWS_NO_VALUE, AWS_REGION, Equals, If, Ref, Sub, Template, s3

from stack import buckets
from stack.checkov_skips import accept

KEPT_DAYS = 90
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
# In these regions, pages of AWS's name an account of the load balancers' instead; both may write.
# https://docs.amazonaws.cn/en_us/elasticloadbalancing/latest/application/enable-access-logging.html
ACCOUNTS = {
    "cn-north-1": "638102146993",
    "cn-northwest-1": "037604701340",
    "us-gov-east-1": "190560391635",
    "us-gov-west-1": "048591011584",
}


@dataclass(frozen=True)
class AccessLogs:
    """The bucket, and the policy without which nothing is written there."""

    bucket: s3.Bucket
    policy: s3.BucketPolicy


def add_access_logs(template: Template) -> AccessLogs:
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
    write = {
        "Effect": "Allow",
        "Principal": {"Service": DELIVERY, "AWS": _account(template)},
        "Action": ["s3:PutObject"],
        "Resource": [buckets.arn(bucket, "/AWSLogs/${AWS::AccountId}/*")],
    }
    document = {"Version": "2012-10-17", "Statement": [write, buckets.tls_only(bucket)]}
    return template.add_resource(
        s3.BucketPolicy("AccessLogsPolicy", Bucket=Ref(bucket), PolicyDocument=document)
    )


def _account(template: Template) -> Any:
    """Choose the account that writes the logs by the stack's region; elsewhere there is none."""
    account: Any = Ref(AWS_NO_VALUE)
    for region, number in ACCOUNTS.items():
        condition = "In" + "".join(part.capitalize() for part in region.split("-"))
        template.add_condition(condition, Equals(Ref(AWS_REGION), region))
        account = If(condition, Sub(f"arn:${{AWS::Partition}}:iam::{number}:root"), account)
    return account
