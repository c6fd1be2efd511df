"""What a task may read: every form in which a container names a secret, and no other secret."""

import re
from typing import Any

import pytest

from slipway.templates.checks.body import Body, of_type, statements
from stack.options.values import OWN_VARIABLES
from tests.iam import allows
from tests.stack import physical
from tests.stack.environments import EXTERNAL, VARIABLES, body
from tests.story.template_functions import resolve

NAME = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop"
WHOLE = f"{NAME}-AbCdEf"
OTHER = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:other-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"
FORMS = [
    WHOLE,
    f"{WHOLE}:password::",
    f"{WHOLE}:password:AWSCURRENT:",
    f"{WHOLE}:::0a1b2c3d",
    f"{WHOLE}:::",
    NAME,
    f"{NAME}:password::",
]


def execution(made: Body, **parameters: str) -> list[dict[str, Any]]:
    """Return the statements of the role that starts tasks, as AWS reads them."""
    names = physical.scope(made, **parameters)
    found = [each for title, each in statements(made) if title == "ExecutionRole"]
    return [resolve(each, names) for each in found if "Sid" in each]


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_readable_in_every_form(form: str) -> None:
    """With a key of its JSON, a stage, and with or without the letters behind its name."""
    made = body("staging", "application", STACK_SECRETS=f"SECRET_KEY={form}")
    allowed = execution(made)
    assert allows(allowed, "secretsmanager:GetSecretValue", WHOLE, {})
    assert not allows(allowed, "secretsmanager:GetSecretValue", OTHER, {})
    named = {"Name": "SECRET_KEY", "ValueFrom": form}
    for _, task in of_type(made, "AWS::ECS::TaskDefinition"):
        assert named in task["ContainerDefinitions"][0]["Secrets"]


@pytest.mark.parametrize("form", FORMS)
def test_an_external_database_s_secret_is_readable_in_every_form(form: str) -> None:
    """Its ARN is a parameter, which CloudFormation takes apart."""
    made = body("staging", "application", **EXTERNAL)
    assert re.fullmatch(made["Parameters"]["DatabaseUrl"]["AllowedPattern"], form)
    allowed = execution(made, DatabaseUrl=form)
    assert allows(allowed, "secretsmanager:GetSecretValue", WHOLE, {})
    assert not allows(allowed, "secretsmanager:GetSecretValue", OTHER, {})


def test_a_stack_takes_no_url_in_the_place_of_the_secret() -> None:
    """It has a password, and a stack's parameters are for everybody who may look at it."""
    parameter = body("staging", "application", **EXTERNAL)["Parameters"]["DatabaseUrl"]
    assert not re.fullmatch(parameter["AllowedPattern"], "postgres://app:hunter2@host/app")


@pytest.mark.parametrize("environment", VARIABLES)
def test_no_secret_takes_the_name_of_a_variable_that_the_stack_sets(environment: str) -> None:
    """ECS refuses such a task definition; so each of these names is refused before."""
    made = body(environment, "application", STACK_SECRETS="")
    names = {
        each["Name"]
        for _, task in of_type(made, "AWS::ECS::TaskDefinition")
        for container in task["ContainerDefinitions"]
        for each in [*container["Environment"], *container["Secrets"]]
    }
    assert names <= set(OWN_VARIABLES)


def test_a_parameter_is_readable() -> None:
    """From the Parameter Store."""
    arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/key"
    allowed = execution(body("staging", "application", STACK_SECRETS=f"SECRET_KEY={arn}"))
    assert allows(allowed, "ssm:GetParameters", arn, {})
    assert not allows(allowed, "ssm:GetParameters", f"{arn}2", {})


def test_keys_of_one_s_own_decrypt_secrets() -> None:
    """Those that are named; without any, none."""
    made = body("staging", "application", STACK_SECRETS_KEYS=KEY)
    assert allows(execution(made), "kms:Decrypt", KEY, {})
    assert not allows(execution(body("staging", "application")), "kms:Decrypt", KEY, {})


def test_guardduty_s_agent_can_be_pulled() -> None:
    """It comes from an account of AWS's own; nothing else of another account can."""
    allowed = execution(body("staging", "application"))
    theirs = "arn:aws:ecr:eu-west-1:694911143906:repository/"
    assert allows(allowed, "ecr:BatchGetImage", f"{theirs}aws-guardduty-agent-fargate", {})
    assert not allows(allowed, "ecr:BatchGetImage", f"{theirs}other", {})


def test_a_shell_s_log_is_written_by_the_task() -> None:
    """The group of shells, and the list of groups, which ECS Exec looks at first."""
    made = body("staging", "application", STACK_EXEC="yes")
    names = physical.scope(made)
    allowed = [
        resolve(each, names)
        for title, each in statements(made)
        if title == "TaskRole" and "Sid" in each
    ]
    group = physical.named("ExecLogsGroup").attribute("Arn")
    for verb in ("CreateLogStream", "DescribeLogStreams", "PutLogEvents"):
        assert allows(allowed, f"logs:{verb}", group, {})
    assert allows(allowed, "logs:DescribeLogGroups", "*", {})
