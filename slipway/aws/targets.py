"""The targets of a load balancer: which are healthy, and what is wrong with the others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway.aws import session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_elbv2.type_defs import TargetHealthDescriptionTypeDef

    from slipway.settings import Settings

# States in which a target is on its way in, or was refused; the others are on their way out:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
NOT_HEALTHY = {"initial", "unhealthy", "unavailable"}


@dataclass(frozen=True)
class Target:
    """One target: its IP address and port, and State, Reason and Description of TargetHealth."""

    address: str
    port: int
    state: str
    reason: str = ""
    description: str = ""


def read(settings: Settings, groups: Iterable[str]) -> tuple[Target, ...]:
    """Read the targets of these target groups, by ARN; revisions that switch have two.

    A group that a deletion has removed has none.
    """
    return tuple(parse(each) for group in groups for each in _describe(settings, group))


def _describe(settings: Settings, group: str) -> list[TargetHealthDescriptionTypeDef]:
    balancer = session.client(settings, "elbv2")
    try:
        answer = balancer.describe_target_health(TargetGroupArn=group)
    except balancer.exceptions.TargetGroupNotFoundException:
        return []
    return answer.get("TargetHealthDescriptions", [])


def parse(description: TargetHealthDescriptionTypeDef) -> Target:
    """Read one of DescribeTargetHealth's TargetHealthDescriptions."""
    target, health = description.get("Target", {}), description.get("TargetHealth", {})
    return Target(
        target.get("Id", ""),
        target.get("Port", 0),
        health.get("State", ""),
        health.get("Reason", ""),
        health.get("Description", ""),
    )


def healthy(targets: Iterable[Target]) -> frozenset[str]:
    """Return the addresses of the healthy targets."""
    return frozenset(each.address for each in targets if each.state == "healthy")


def describe_target(target: Target, path: str = "") -> str:
    """Say in one line what the load balancer sees; `path` is what it asks, when that is known.

    Nothing that listens is an error of the connection (Target.FailedHealthChecks); a port that
    a security group closes, or a process that hangs, is a time-out.
    """
    asks = f"GET {path}" if path else "the health check"
    match target.reason:
        case "Target.ResponseCodeMismatch":
            codes = re.search(r"\[([\d, ]+)\]", target.description)
            what = f"{asks} answers {codes[1] if codes else 'an unexpected code'}"
        case "Target.Timeout":
            what = f"no answer from port {target.port} in time ({asks})"
        case "Target.FailedHealthChecks":
            what = f"nothing that speaks HTTP listens on port {target.port}"
        case "Elb.InitialHealthChecking" | "Elb.RegistrationInProgress":
            what = f"port {target.port} has not passed a health check yet ({asks})"
        case _:
            what = target.description or f"the target is {target.state}"
    return f"{what} ({target.reason})" if target.reason else what
