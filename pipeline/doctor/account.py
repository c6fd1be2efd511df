"""What an account has only once, and how much of it: roles, the provider, and quotas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline import aws
from pipeline.doctor.finding import Case, ok, wrong
from pipeline.release import gitlab_provider, linked_roles
from pipeline.release.states import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.view.events import Finding

INCREASE = "ask for more: https://console.aws.amazon.com/servicequotas/home"
# A rollout has twice the tasks for a while, each of a quarter of a CPU, of which there are two.
VCPUS_OF_A_TASK, TASKS, TIMES = 0.25, 2, 2


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


def roles(case: Case) -> Iterator[Finding]:
    """Look for the service-linked roles that a deploy needs."""
    subject, iam = "service-linked roles", aws.client(case.settings, "iam")
    missing = [each for each, name in linked_roles.ROLES.items() if not _has_role(iam, name)]
    if missing:
        what = f"there is none of {', '.join(missing)}"
        yield wrong(subject, what, case.command("bootstrap"))
        return
    yield ok(subject, f"all {len(linked_roles.ROLES)} are there")


def _has_role(iam: Any, name: str) -> bool:
    try:
        iam.get_role(RoleName=name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def provider(case: Case) -> Iterator[Finding]:
    """Look for the OIDC provider, where GitLab's jobs take a role."""
    subject, url = "OIDC provider", case.options.gitlab_url
    if case.options.identity != "role":
        return
    found = gitlab_provider.find(aws.client(case.settings, "iam"), url)
    if found is None:
        yield wrong(subject, f"the account has none of {url}", case.command("bootstrap"))
    elif url not in found["ClientIDList"]:
        what = f"{found['Arn']} lacks the audience {url}"
        yield wrong(subject, what, case.command("bootstrap"))
    else:
        yield ok(subject, f"{found['Arn']} takes the tokens of {url}")


def quotas(case: Case) -> Iterator[Finding]:
    """Compare quotas with what a first deploy needs; a stack that is there has its share.

    How many vCPUs of Fargate others use is not asked.
    """
    if case.application is None or case.application.step not in {Step.CREATE, Step.REPLACE}:
        return
    ec2 = aws.client(case.settings, "ec2")
    if case.options.egress == "nat":
        used = len(ec2.describe_addresses()["Addresses"])
        yield _compare(case, ADDRESSES, used, case.options.zones)
    used = len(ec2.describe_vpcs()["Vpcs"])
    yield _compare(case, NETWORKS, used, 1)
    services = 2 if case.options.worker else 1
    vcpus = math.ceil(VCPUS_OF_A_TASK * TASKS * TIMES * services)
    for quota in (FARGATE, *([SPOT] if case.options.spot_percent else [])):
        yield _compare(case, quota, None, vcpus)


def _compare(case: Case, quota: Quota, used: int | None, needed: int) -> Finding:
    """Compare what is free of a quota with what is needed; None for a use that is not known."""
    most = _value(aws.client(case.settings, "service-quotas"), quota)
    free = most - (used or 0)
    share = f"the quota is {most:g}" if used is None else f"{free:g} of {most:g} are free"
    what = f"{quota.what}: {share}; a first deploy needs {needed}"
    return ok("quotas", what) if free >= needed else wrong("quotas", what, INCREASE)


def _value(client: Any, quota: Quota) -> float:
    """Return the applied value of a quota, or AWS's default where none was ever applied."""
    named = {"ServiceCode": quota.service, "QuotaCode": quota.code}
    try:
        answer = client.get_service_quota(**named)
    except client.exceptions.NoSuchResourceException:
        answer = client.get_aws_default_service_quota(**named)
    return float(answer["Quota"]["Value"])
