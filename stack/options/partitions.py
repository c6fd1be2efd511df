"""What AWS has in one region and not in another: regions and options that are refused by name.

A partition has its own accounts, ARNs and host names: `aws`, `aws-cn` (China) and `aws-us-gov`
(GovCloud). https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

import re
from collections.abc import Iterator

from stack.options import Options

CHINA, GOVCLOUD = "aws-cn", "aws-us-gov"
# How the regions of a partition begin, as in botocore's data; None is a partition of which too
# little is public to say that a stack works there.
PREFIXES = {
    r"cn-": CHINA,
    r"us-gov-": GOVCLOUD,
    r"[a-z]+-iso[a-z]*-": None,
    r"eusc-": None,
}
# https://docs.amazonaws.cn/en_us/aws/latest/userguide/cloudfront.html
# https://docs.aws.amazon.com/solutions/latest/distributed-load-testing-on-aws/deploy-govcloud.html
NO_ASSETS = {
    CHINA: "CloudFront serves no files under a name of its own there",
    GOVCLOUD: "CloudFront is not in that partition",
}
# Regions in which Fargate has fewer zones than an option may ask for:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate-Regions.html
ZONES = {"cn-north-1": 2, "us-west-1": 2}


def of(region: str) -> str | None:
    """Return the partition of a region; None for one that is not supported."""
    return next((name for start, name in PREFIXES.items() if re.match(start, region)), "aws")


def problems(options: Options, region: str) -> Iterator[str]:
    """List why the stack, or an option of it, cannot work in a region, each as a sentence."""
    partition = of(region)
    if partition is None:
        yield f"AWS_REGION: {region} is not in a supported partition: aws, {CHINA} or {GOVCLOUD}"
    elif options.assets and (reason := NO_ASSETS.get(partition)):
        yield f"STACK_ASSETS=yes does not work in {region}: {reason}"
    if options.zones > (zones := ZONES.get(region, options.zones)):
        yield f"STACK_ZONES={options.zones} does not work in {region}: Fargate has {zones} zones"
