"""Quotas of the account, against what the application template makes at first."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.aws import contract, session, template_values
from slipway.aws.stack_status import Step
from slipway.doctor.finding import Case, ok, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_service_quotas import ServiceQuotasClient

    from slipway.aws.template_values import Resource
    from slipway.events import Finding

SUBJECT = "quotas"
INCREASE = "request an increase in the AWS console, under Service Quotas"
# A deployment has twice the tasks for a while, and 1024 CPU units are a vCPU.
TIMES, UNITS = 2, 1024
ADDRESS, NETWORK, SERVICE, TARGET, TASK = (
    *("AWS::EC2::EIP", "AWS::EC2::VPC", "AWS::ECS::Service"),
    *("AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ECS::TaskDefinition"),
)


@dataclass(frozen=True)
class Quota:
    """A quota of an account and region, by the codes of Service Quotas.

    https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
    """

    service: str
    code: str
    what: str


ADDRESSES = Quota("ec2", "L-0263D0A3", "elastic IP addresses")
NETWORKS = Quota("vpc", "L-F678F1CE", "VPCs")
FARGATE = Quota("fargate", "L-3032A538", "vCPUs of Fargate")
SPOT = Quota("fargate", "L-36FBB829", "vCPUs of Fargate Spot")


def sufficient(case: Case) -> Iterator[Finding]:
    """Compare quotas with what a first deploy needs; a stack that is there has its share.

    How many vCPUs of Fargate others use is not asked.
    """
    is_first = case.application and case.application.step in {Step.CREATE, Step.REPLACE}
    if not (is_first and case.application_body):
        return
    resources = at_first(case.application_body)
    ec2 = session.client(case.settings, "ec2")
    if needed := _count(resources, ADDRESS):
        used = len(ec2.describe_addresses()["Addresses"])
        yield _compare(case, ADDRESSES, used, needed)
    if needed := _count(resources, NETWORK):
        yield _compare(case, NETWORKS, len(ec2.describe_vpcs()["Vpcs"]), needed)
    for quota in (FARGATE, *([SPOT] if case.options.spot_percent else [])):
        yield _compare(case, quota, None, vcpus(resources))


def at_first(body: str) -> list[Resource]:
    """Return the resources of a first revision: parameters have their defaults."""
    template = json.loads(body)
    defaults = {
        name: str(each["Default"])
        for name, each in template.get("Parameters", {}).items()
        if "Default" in each
    }
    values = {**defaults, contract.REVISION: "first"}
    return list(template_values.resources(template, values).values())


def vcpus(resources: list[Resource]) -> int:
    """Return how many vCPUs a deployment of these services takes at most, at first."""
    # Where autoscaling has the number of tasks, it begins with the least.
    tasks = sum(
        int(each.properties.get("DesiredCount") or each.properties.get("MinCapacity") or 0)
        for each in resources
        if each.kind in {SERVICE, TARGET}
    )
    units = [int(each.properties.get("Cpu") or 0) for each in resources if each.kind == TASK]
    return math.ceil(TIMES * tasks * max(units, default=0) / UNITS)


def _count(resources: list[Resource], kind: str) -> int:
    return sum(each.kind == kind for each in resources)


def _compare(case: Case, quota: Quota, used: int | None, needed: int) -> Finding:
    """Compare what is free of a quota with what is needed; None for a use that is not known."""
    most = _value(session.client(case.settings, "service-quotas"), quota)
    free = most - (used or 0)
    share = f"the quota is {most:g}" if used is None else f"{free:g} of {most:g} are free"
    what = f"{quota.what}: {share}; a first deploy needs {needed}"
    return ok(SUBJECT, what) if free >= needed else wrong(SUBJECT, what, INCREASE)


def _value(client: ServiceQuotasClient, quota: Quota) -> float:
    """Return the applied value of a quota, or AWS's default if none was ever applied."""
    named = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        answer = client.get_service_quota(**named)
    except client.exceptions.NoSuchResourceException:
        answer = client.get_aws_default_service_quota(**named)
    return float(answer["Quota"]["Value"])
