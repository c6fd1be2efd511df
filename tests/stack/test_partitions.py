"""China and GovCloud: what a template names is there, by the name that it has there."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from slipway.errors import ConfigurationError
from slipway.settings import Settings
from slipway.templates import blueprint, options
from slipway.templates.checks.body import Body, walk
from stack import access_logs
from stack.options import Options, partitions
from stack.services import application, delivery
from tests.stack import physical
from tests.stack.environments import VARIABLES, body
from tests.stack.texts import TEXTS, without_conflicts
from tests.story.template_functions import resolve

SESSION = botocore.session.get_session()
REGIONS = {
    region: partition
    for partition in SESSION.get_available_partitions()
    for region in SESSION.get_available_regions("ecs", partition)
}
SUPPORTED = {"aws", "aws-cn", "aws-us-gov"}
ELSEWHERE = [region for region, partition in REGIONS.items() if partition in SUPPORTED - {"aws"}]
# Every option with each of its texts; the others have their defaults, or what goes with it.
CHOICES = [(name, text) for name, texts in TEXTS.items() for text in texts]
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
# A service has one name for itself in all partitions; these few have another one in China:
# https://github.com/hashicorp/terraform-provider-aws/pull/47141
PRINCIPAL = re.compile(r"[a-z.-]+\.amazonaws\.com")
OTHER_PRINCIPAL_IN_CHINA = {
    "ec2.amazonaws.com",
    "s3.amazonaws.com",
    "elasticmapreduce.amazonaws.com",
}


def variables(name: str, text: str) -> dict[str, str]:
    """Return the variables of an environment with this option, without what conflicts with it."""
    return without_conflicts(
        {name: text, **{k: v for k, v in VARIABLES["production"].items() if k != name}}
    )


def bodies(chosen: Options) -> Iterator[Body]:
    """Render both stacks."""
    yield application.template(chosen).to_dict()
    yield delivery.template(chosen).to_dict()


def kinds(chosen: Options) -> set[str]:
    """List the resource types of both stacks."""
    return {each["Type"] for one in bodies(chosen) for each in one["Resources"].values()}


def refusals(chosen: Options, region: str) -> list[str]:
    """List why a region, or an option in it, is refused."""
    return list(partitions.problems(chosen, region))


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_is_of_the_partition_that_botocore_knows(region: str) -> None:
    """What no page describes well enough is refused by the name of the region."""
    if REGIONS[region] in SUPPORTED:
        assert partitions.of(region) == REGIONS[region]
    else:
        (problem,) = refusals(options.read("staging", {}), region)
        assert region in problem


@pytest.mark.parametrize("region", ELSEWHERE)
def test_a_template_has_no_type_that_the_region_lacks(region: str) -> None:
    """By the region's own schemas, for each option that is not refused there."""
    known = set(PROVIDER_SCHEMA_MANAGER.get_resource_types(region))
    for name, text in CHOICES:
        chosen = options.read("staging", variables(name, text))
        missing = kinds(replace(chosen, assets=False)) - known
        assert missing == set(), f"{name}={text}"


@pytest.mark.parametrize("region", ELSEWHERE)
def test_an_option_is_refused_where_it_does_not_work(region: str) -> None:
    """Because the region lacks a type that the option brings; and nowhere else."""
    known = set(PROVIDER_SCHEMA_MANAGER.get_resource_types(region))
    chosen = options.read("staging", {"STACK_ASSETS": "yes"})
    assert kinds(chosen) - known
    (problem,) = refusals(chosen, region)
    assert problem.startswith(f"STACK_ASSETS=yes does not work in {region}: ")
    assert refusals(replace(chosen, assets=False), region) == []
    assert refusals(chosen, "eu-west-1") == []


@pytest.mark.parametrize(
    ("region", "refused"),
    [("us-west-1", True), ("cn-north-1", True), ("cn-northwest-1", False), ("eu-west-1", False)],
)
def test_three_zones_are_refused_where_fargate_has_two(region: str, *, refused: bool) -> None:
    """Otherwise CloudFormation finds no third zone, or a task is put where Fargate is not."""
    expected = f"STACK_ZONES=3 does not work in {region}: Fargate has 2 zones"
    three = options.read("staging", {"STACK_ZONES": "3"})
    assert refusals(three, region) == ([expected] if refused else [])
    assert refusals(replace(three, zones=2), region) == []


def test_a_refusal_is_a_mistake_of_the_configuration(staging: Settings) -> None:
    """Exit 2, before anything is rendered."""
    wrong = replace(staging, region="cn-north-1", stack_options=(("STACK_ASSETS", "yes"),))
    with pytest.raises(ConfigurationError, match="STACK_ASSETS=yes does not work in cn-north-1"):
        blueprint.application(wrong)


def texts(one: Body) -> Iterator[str]:
    """List every text of a template, which may be the argument of a function."""
    yield from (each for each in walk(one) if isinstance(each, str))


@pytest.mark.parametrize(("name", "text"), CHOICES)
def test_a_template_names_no_partition(name: str, text: str) -> None:
    """An ARN has that of the stack, and a host its suffix; a service's own name has none.

    What an option brings is its user's: a secret's ARN, for example.
    """
    own = variables(name, text)
    given = " ".join(own.values())
    for one in bodies(options.read("staging", own)):
        named = [each for each in texts(one) if "amazonaws.com" in each]
        hosts = [each for each in named if not PRINCIPAL.fullmatch(each)]
        assert hosts == []
        assert OTHER_PRINCIPAL_IN_CHINA.isdisjoint(named)
        arns = [each for each in texts(one) if re.match(r"arn:(?!\$\{AWS::Partition\})", each)]
        assert [each for each in arns if each.removesuffix("-??????") not in given] == []


def resolved(one: Body, title: str, **place: str) -> Any:
    """Return a resource's properties in a region."""
    names = {f"AWS::{key}": value for key, value in place.items()}
    scope = replace(physical.scope(one), values=names)
    return resolve(one["Resources"][title]["Properties"], scope)


@pytest.mark.parametrize(
    ("partition", "prefix"), [("aws", ""), ("aws-us-gov", ""), ("aws-cn", "cn.")]
)
def test_an_endpoint_has_the_name_of_its_partition(partition: str, prefix: str) -> None:
    """In China some begin with `cn.`, ECR's among them; those of logs, secrets and S3 do not.

    https://gist.github.com/readybuilderone/d355f9f8f0f2b66379a10742b3c67cc7
    """
    one = body("other", "application")
    names = {
        title: resolved(one, title, Partition=partition, Region="here-1")["ServiceName"]
        for title, each in one["Resources"].items()
        if each["Type"] == "AWS::EC2::VPCEndpoint"
    }
    assert names == {
        "EcrApiEndpoint": f"{prefix}com.amazonaws.here-1.ecr.api",
        "EcrDkrEndpoint": f"{prefix}com.amazonaws.here-1.ecr.dkr",
        "LogsEndpoint": "com.amazonaws.here-1.logs",
        "SecretsmanagerEndpoint": "com.amazonaws.here-1.secretsmanager",
        "SsmEndpoint": "com.amazonaws.here-1.ssm",
        "SsmmessagesEndpoint": "com.amazonaws.here-1.ssmmessages",
        "S3Endpoint": "com.amazonaws.here-1.s3",
    }


@pytest.mark.parametrize("region", [*ELSEWHERE, "eu-west-1"])
def test_who_writes_access_logs_is_whom_aws_s_pages_name(region: str) -> None:
    """The service; and the account as well, in regions for which a page names one."""
    place = {"Partition": REGIONS[region], "Region": region}
    policy = resolved(body("staging", "application"), "AccessLogsPolicy", **place)
    principal = policy["PolicyDocument"]["Statement"][0]["Principal"]
    assert principal.pop("Service") == "logdelivery.elasticloadbalancing.amazonaws.com"
    account = access_logs.ACCOUNTS.get(region)
    assert principal == ({"AWS": f"arn:{REGIONS[region]}:iam::{account}:root"} if account else {})
    assert (account is None) == (region == "eu-west-1")
