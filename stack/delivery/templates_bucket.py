"""Where a template waits that is too long for a call."""

from troposphere import Output, Ref, Template, s3

from stack import buckets
from stack.checkov_skips import accept
from stack.policies import document

# CloudFormation reads it within minutes; the rest is for people who look into a failure.
KEPT_DAYS = 7


def add_templates_bucket(template: Template) -> s3.Bucket:
    """Add the bucket; what is in it goes by itself, so it can be deleted with its stack."""
    bucket = template.add_resource(
        s3.Bucket(
            "TemplatesBucket",
            **buckets.private(),
            LifecycleConfiguration=s3.LifecycleConfiguration(
                Rules=[s3.LifecycleRule(Status="Enabled", ExpirationInDays=KEPT_DAYS)]
            ),
        )
    )
    accept(
        bucket,
        CKV_AWS_18="CloudFormation's history tells who used which template",
        CKV_AWS_21="an object's name has its content, so it never changes",
    )
    template.add_resource(
        s3.BucketPolicy(
            "TemplatesPolicy",
            Bucket=Ref(bucket),
            PolicyDocument=document(buckets.tls_only(bucket)),
        )
    )
    template.add_output(
        Output("TemplatesBucket", Description="For templates over 51,200 bytes", Value=Ref(bucket))
    )
    return bucket
