"""The settings of an environment, each with its variable."""

from dataclasses import dataclass

from slipway.settings.loader import LOCAL
from slipway.settings.setting import (
    ECR_REPOSITORY,
    IMAGE_REPOSITORY,
    PORTS,
    PROJECT,
    REGION,
    RELATIVE,
    STACK_NAME,
    STAGE,
    TEMPLATE,
    parse_url,
    setting,
)

DEFAULT_TEMPLATE = "stack.services.application.template"
DEFAULT_PROJECT = "slipway"
LOCAL_PORT = "4566"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that differs between environments; `name` in the metadata is the variable.

    `stack_options` has the names and texts that are the stack's own business, by name.
    `variables` are the application's own in this environment, `test_variables` those of its
    tests: names and texts.
    Of a key, a profile and a role at most one is set, by the variables of `credentials_from`;
    with none of them boto3 looks for credentials by itself.
    """

    environment: str
    stack_options: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    test_variables: tuple[tuple[str, str], ...] = ()
    credentials_from: tuple[str, ...] = ()
    region: str = setting(
        "AWS_REGION", "the AWS region", kind=REGION, allowed="a region such as eu-west-1"
    )
    stack_name: str = setting(
        "AWS_STACKNAME",
        "the application stack",
        kind=STACK_NAME,
        allowed="lower-case letters, digits and hyphens, at most 32",
    )
    ecr_repository: str = setting(
        "ECR_REPOSITORY",
        "the repository to push to, HOST/NAME",
        kind=ECR_REPOSITORY,
        allowed="HOST/NAME in lower case, without scheme or tag",
    )
    access_key_id: str | None = setting("AWS_ACCESS_KEY_ID", "an access key", optional=True)
    secret_access_key: str | None = setting(
        "AWS_SECRET_ACCESS_KEY", "its secret", optional=True, secret=True
    )
    session_token: str | None = setting(
        "AWS_SESSION_TOKEN", "the token of a temporary key", optional=True, secret=True
    )
    profile: str | None = setting("AWS_PROFILE", "a profile of ~/.aws/config", optional=True)
    role_arn: str | None = setting(
        "AWS_ROLE_ARN", "the role that a GitLab job assumes with its AWS_ID_TOKEN", optional=True
    )
    id_token: str | None = setting(
        "AWS_ID_TOKEN",
        "the job's token, from id_tokens of .gitlab-ci.yml",
        optional=True,
        secret=True,
    )
    gitlab_token: str | None = setting(
        "GITLAB_TOKEN",
        "a GitLab token that may set a project's variables",
        optional=True,
        secret=True,
    )
    endpoint_url: str | None = setting(
        "AWS_ENDPOINT_URL", "an endpoint other than AWS's own", kind=parse_url, optional=True
    )
    stack_template: str | None = setting(
        "STACK_TEMPLATE",
        "the function that returns the application template, if it is not "
        "stack.services.application.template",
        kind=TEMPLATE,
        allowed="a dotted path such as stack.services.application.template",
        optional=True,
    )
    image_repository: str = setting(
        "IMAGE_REPOSITORY",
        "where a commit's image is kept until it is pushed: a name in this machine's engine, "
        "or HOST/NAME of a registry that all jobs share (default: PROJECT/app)",
        kind=IMAGE_REPOSITORY,
        allowed="NAME or HOST/NAME, without a scheme or a tag",
        optional=True,
    )
    registry: str | None = setting(
        "CI_REGISTRY", "the only registry host that the next two are used for", optional=True
    )
    registry_user: str | None = setting(
        "CI_REGISTRY_USER", "the user of that registry", optional=True
    )
    registry_password: str | None = setting(
        "CI_REGISTRY_PASSWORD", "the password of that user", optional=True, secret=True
    )
    project: str = setting(
        "SLIPWAY_PROJECT",
        "the project's name, by which the local stack, repository, database and images are named",
        kind=PROJECT,
        allowed="lower-case letters, digits and hyphens, at most 24",
        default=DEFAULT_PROJECT,
    )
    python_image: str = setting(
        "PYTHON_IMAGE", "the base image of the application", default="python:3.14-slim"
    )
    image_dockerfile: str = setting(
        "IMAGE_DOCKERFILE",
        "the Dockerfile, by its path in the repository",
        kind=RELATIVE,
        allowed="a path in the repository",
        default="Dockerfile",
    )
    image_context: str = setting(
        "IMAGE_CONTEXT",
        "the folder that is the build context, by its path in the repository",
        kind=RELATIVE,
        allowed="a path in the repository",
        default=".",
    )
    image_stage: str = setting(
        "IMAGE_STAGE",
        "the stage of the Dockerfile that is deployed",
        kind=STAGE,
        allowed="the name of a stage",
        default="runtime",
    )
    test_stage: str = setting(
        "TEST_STAGE",
        "the stage that adds the tests to the finished image, FROM ${RUNTIME}",
        kind=STAGE,
        allowed="the name of a stage",
        default="test",
    )
    test_command: tuple[str, ...] = setting(
        "TEST_COMMAND",
        "the command that runs the tests in that stage, and writes a JUnit report to $JUNIT_XML",
        kind=list,
        default="entries/test.sh",
    )
    postgres_image: str = setting(
        "POSTGRES_IMAGE", "Postgres for the suite and the local account", default="postgres:17"
    )
    local_port: int = setting(
        "LOCAL_PORT", "the port of the local AWS account", kind=PORTS, default=LOCAL_PORT
    )
    local_stack_waits: bool = setting(
        "LOCAL_STACK_WAITS",
        "whether a local stack waits for its service, as AWS's does",
        kind=bool,
        default="yes",
    )

    @property
    def is_local(self) -> bool:
        """Whether this is the account on this machine."""
        return self.environment == LOCAL

    @property
    def template_function(self) -> str:
        """The dotted path of the function that makes the application template."""
        return self.stack_template or DEFAULT_TEMPLATE

    @property
    def delivery_stack_name(self) -> str:
        """The delivery stack: ECR repository and deployment identity.

        It does not begin with the application stack's name: what may touch `NAME-*` may not
        touch this.
        """
        return f"delivery-{self.stack_name}"
