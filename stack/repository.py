"""The repository of the application's images."""

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


def add(template: Template) -> ecr.Repository:
    """Add the repository; a tag, once pushed, never points to another image."""
    name = template.add_parameter(
        Parameter("RepositoryName", Type="String", Description="The repository's name")
    )
    repository = template.add_resource(
        ecr.Repository(
            "ApplicationRepository",
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
            RepositoryName=Ref(name),
            ImageTagMutability="IMMUTABLE",
            ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
        )
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
