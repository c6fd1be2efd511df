"""Part of the local account's server: targets whose health checks have not passed yet.

MiniStack lists healthy targets alone. Here a task that is being checked is a target, too, with
the state, reason and description that a load balancer gives it:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import http.client
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import alb

ASK_SECONDS = 2
END = b"</TargetHealthDescriptions>"


@dataclass(frozen=True)
class Check:
    """What a load balancer asks a target, and for which target group."""

    target_group: str
    port: int
    path: str


@dataclass(frozen=True)
class Health:
    """Why a target is not healthy: State, Reason and Description of TargetHealth."""

    state: str
    reason: str
    description: str


INITIAL = Health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
# (target group's ARN, address) -> what its last check said.
_checked: dict[tuple[str, str], tuple[int, Health]] = {}


def ask(host: str, check: Check) -> Health | None:
    """Make one health check; None when the target is healthy."""
    connection = http.client.HTTPConnection(host, check.port, timeout=ASK_SECONDS)
    try:
        connection.request("GET", check.path)
        status = connection.getresponse().status
    except TimeoutError:
        return Health("unhealthy", "Target.Timeout", "Request timed out")
    except (OSError, http.client.HTTPException):
        return Health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
    finally:
        connection.close()
    if status == http.HTTPStatus.OK:
        return None
    codes = f"Health checks failed with these codes: [{status}]"
    return Health("unhealthy", "Target.ResponseCodeMismatch", codes)


def remember(check: Check, address: str, health: Health | None) -> None:
    """List a task among the targets with this health; None removes it again."""
    key = check.target_group, address
    if health is None:
        _checked.pop(key, None)
    elif address:
        _checked[key] = check.port, health


def list_what_is_checked() -> None:
    """Let DescribeTargetHealth list the targets whose checks have not passed yet."""
    describe = alb._ACTION_MAP["DescribeTargetHealth"]

    def describe_all(params: Any) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = describe(params)
        return status, headers, with_checked(body, alb._p(params, "TargetGroupArn"))

    alb._ACTION_MAP["DescribeTargetHealth"] = describe_all


def with_checked(body: bytes, target_group: str) -> bytes:
    """Add the targets that are being checked to an answer of DescribeTargetHealth."""
    members = [
        _member(address, port, health)
        for (group, address), (port, health) in sorted(_checked.items())
        if group == target_group
    ]
    return body.replace(END, "".join(members).encode() + END)


def _member(address: str, port: int, health: Health) -> str:
    target = f"<Target><Id>{escape(address)}</Id><Port>{port}</Port></Target>"
    parts = {"State": health.state, "Reason": health.reason, "Description": health.description}
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items())
    return f"<member>{target}<TargetHealth>{inner}</TargetHealth></member>"
