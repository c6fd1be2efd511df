"""Assets: a private bucket, and CloudFront, which alone reads it."""

from dataclasses import dataclass

from awacs.aws import Allow, Condition, Principal, Statement, StringEquals
from awacs.s3 import GetObject
from troposphere import GetAtt, Output, Ref, Sub, Template, cloudfront, s3

from stack import buckets
from stack.checkov_skips import accept
from stack.policies import document

# "CachingOptimized", and "CORS-and-SecurityHeadersPolicy": the page has another name, and
# without the first half of it browsers refuse fonts and modules. AWS keeps both for everybody:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
CACHING = "658327ea-f89d-4fab-a63d-7e88639e58f6"
HEADERS = "e61eb60c-9c35-4d20-a928-2b84e02af89c"
# How long what was overwritten or removed can be restored.
OLD_DAYS = 30
ORIGIN = "assets"


@dataclass(frozen=True)
class Assets:
    """Where the application writes its assets, and where visitors read them."""

    bucket: s3.Bucket
    distribution: cloudfront.Distribution


def add_assets(template: Template) -> Assets:
    """Add the bucket, which outlives the stack, and the distribution."""
    bucket = template.add_resource(
        s3.Bucket(
            "AssetsBucket",
            # A creation that fails leaves none behind.
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
            LifecycleConfiguration=s3.LifecycleConfiguration(Rules=[_forget()]),
            **buckets.private(),
        )
    )
    accept(bucket, CKV_AWS_18="CloudFront alone reads it, and the application writes it")
    distribution = _distribution(template, bucket)
    accept(
        distribution,
        CKV_AWS_68="files of the application itself, for everybody; there is nothing to attack",
        CKV_AWS_86="its metrics tell what is asked for; files are public",
        CKV_AWS_174="under CloudFront's own name, the version is CloudFront's to choose",
    )
    _policy(template, bucket, distribution)
    name = GetAtt(distribution, "DomainName")
    for title, description, value in (
        ("AssetsBucketName", "Where assets are written", Ref(bucket)),
        ("AssetsDomainName", "Where they are read", name),
    ):
        template.add_output(Output(title, Description=description, Value=value))
    return Assets(bucket, distribution)


def _forget() -> s3.LifecycleRule:
    """Let go of old versions, and of uploads that came to no end."""
    return s3.LifecycleRule(
        Status="Enabled",
        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=OLD_DAYS),
        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=7),
    )


def _distribution(template: Template, bucket: s3.Bucket) -> cloudfront.Distribution:
    """Serve over HTTPS alone, from Europe and North America, the cheapest class.

    The name is CloudFront's, and so is the certificate. With that one, CloudFront takes TLS
    from 1.0 on, whatever is asked for: a least version needs a name of one's own.
    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
    """
    behaviour = cloudfront.DefaultCacheBehavior(
        TargetOriginId=ORIGIN,
        ViewerProtocolPolicy="https-only",
        CachePolicyId=CACHING,
        ResponseHeadersPolicyId=HEADERS,
        Compress=True,
    )
    return template.add_resource(
        cloudfront.Distribution(
            "AssetsDistribution",
            DistributionConfig=cloudfront.DistributionConfig(
                Enabled=True,
                Origins=[_origin(template, bucket)],
                DefaultCacheBehavior=behaviour,
                HttpVersion="http2and3",
                IPV6Enabled=True,
                PriceClass="PriceClass_100",
            ),
        )
    )


def _origin(template: Template, bucket: s3.Bucket) -> cloudfront.Origin:
    """Sign what CloudFront asks of the bucket, so that the bucket can know it."""
    access = template.add_resource(
        cloudfront.OriginAccessControl(
            "AssetsAccess",
            OriginAccessControlConfig=cloudfront.OriginAccessControlConfig(
                Name=Sub("${AWS::StackName}-assets"),
                OriginAccessControlOriginType="s3",
                SigningBehavior="always",
                SigningProtocol="sigv4",
            ),
        )
    )
    return cloudfront.Origin(
        Id=ORIGIN,
        DomainName=GetAtt(bucket, "RegionalDomainName"),
        OriginAccessControlId=GetAtt(access, "Id"),
        S3OriginConfig=cloudfront.S3OriginConfig(OriginAccessIdentity=""),
    )


def _policy(
    template: Template, bucket: s3.Bucket, distribution: cloudfront.Distribution
) -> s3.BucketPolicy:
    """Let this distribution read, and no other of CloudFront's."""
    account = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}"
    own = f"{account}:distribution/${{{distribution.title}}}"
    read = Statement(
        Effect=Allow,
        Principal=Principal("Service", "cloudfront.amazonaws.com"),
        Action=[GetObject],
        Resource=[buckets.arn(bucket, "/*")],
        Condition=Condition(StringEquals("aws:SourceArn", Sub(own))),
    )
    return template.add_resource(
        s3.BucketPolicy(
            "AssetsPolicy",
            Bucket=Ref(bucket),
            PolicyDocument=document(read, buckets.tls_only(bucket)),
        )
    )
