"""The repository of the application's images."""

import json
from typing import Any

from troposphere import (
    AWS_ACCOUNT_ID,
    AWS_REGION,
    AWS_URL_SUFFIX,
    Output,
    Parameter,
    Ref,
    Sub,
    Template,
    ecr,
)

from stack.checkov_skips import accept
from stack.options import Options

# The tag of slipway/image/build.py.
CACHE = "cache"
# Layers of builds that nobody named.
UNTAGGED_DAYS = 14


def add_repository(template: Template, options: Options) -> ecr.Repository:
    """Add the repository; a tag, once pushed, never points to another image.

    It is encrypted with ECR's own key, as every repository is: a key of one's own costs,
    and protects from nobody who may pull.
    """
    name = template.add_parameter(
        Parameter("RepositoryName", Type="String", Description="The repository's name")
    )
    repository = template.add_resource(
        ecr.Repository(
            "ApplicationRepository",
            # A creation that fails must leave none behind: its fixed name would stop the next one.
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            RepositoryName=Ref(name),
            **_tags(options),
            ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
            LifecyclePolicy=ecr.LifecyclePolicy(LifecyclePolicyText=_lifecycle()),
        )
    )
    accept(
        repository,
        CKV_AWS_51="they are, but for the cache's, which no task runs",
        CKV_AWS_136="who may pull may decrypt, whose key ever it is",
    )
    host = f"${{{AWS_ACCOUNT_ID}}}.dkr.ecr.${{{AWS_REGION}}}.${{{AWS_URL_SUFFIX}}}"
    template.add_output(
        Output(
            "RepositoryURL",
            Description="The docker repository URL",
            Value=Sub(f"{host}/${{{repository.title}}}"),
        )
    )
    return repository


def _tags(options: Options) -> dict[str, Any]:
    """Let no tag be moved but that of the builds' cache, which each build replaces.

    It is here where IMAGE_REPOSITORY names this repository. The emulator knows no exception.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
    """
    if options.is_local:
        return {"ImageTagMutability": "IMMUTABLE"}
    kind, value = "ImageTagMutabilityExclusionFilterType", "ImageTagMutabilityExclusionFilterValue"
    cache = ecr.ImageTagMutabilityExclusionFilter(**{kind: "WILDCARD", value: CACHE})
    return {
        "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "ImageTagMutabilityExclusionFilters": [cache],
    }


def _lifecycle() -> str:
    """Remove what has no tag, and nothing else.

    A rule knows tags, ages and counts, and not what is deployed. Every image that a deploy
    can run has its commit's tag, so no rule touches a tag: a revision that has run for a year
    can still start a task. No rule can pick the untested ones, either: a pattern says which
    tag an image has, and not that it lacks another.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    selection = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": UNTAGGED_DAYS,
    }
    rule = {"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}
    return json.dumps({"rules": [rule]})
