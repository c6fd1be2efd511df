"""Of the local account's server: targets that do not pass their health check.

Part of `server.py`. MiniStack calls every target healthy, and a task is none before it answers
(`server_tasks`). Here DescribeTargetHealth lists such a task, too, in AWS's words:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import alb

END = "</TargetHealthDescriptions>"


@dataclass(frozen=True)
class Failure:
    """Why a target's last health check failed: its port, reason code and description."""

    port: int
    reason: str
    description: str


# Target group's ARN -> address -> failure.
FAILURES: dict[str, dict[str, Failure]] = {}


def failure(port: int, answer: int | OSError) -> Failure:
    """Return the failure of a check that got a status, or an error of the connection."""
    if isinstance(answer, int):
        text = f"Health checks failed with these codes: [{answer}]"
        return Failure(port, "Target.ResponseCodeMismatch", text)
    if isinstance(answer, TimeoutError):
        return Failure(port, "Target.Timeout", "Request timed out")
    return Failure(port, "Target.FailedHealthChecks", "Health checks failed")


def note(group: str, address: str, failed: Failure | None) -> None:
    """Keep the failure of a target, or forget it."""
    if failed:
        FAILURES.setdefault(group, {})[address] = failed
    else:
        FAILURES.get(group, {}).pop(address, None)


def list_unhealthy_targets() -> None:
    """Add the targets that fail to the answer of DescribeTargetHealth."""
    describe = alb._ACTION_MAP["DescribeTargetHealth"]

    def describe_all(params: Mapping[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = describe(params)
        group = params.get("TargetGroupArn", "")
        name = group[0] if isinstance(group, list) else group
        members = "".join(_member(*each) for each in FAILURES.get(name, {}).items())
        return status, headers, body.replace(END.encode(), f"{members}{END}".encode())

    alb._ACTION_MAP["DescribeTargetHealth"] = describe_all


def _member(address: str, failed: Failure) -> str:
    target = f"<Target><Id>{escape(address)}</Id><Port>{failed.port}</Port></Target>"
    why = f"<Reason>{failed.reason}</Reason><Description>{escape(failed.description)}</Description>"
    health = f"<TargetHealth><State>unhealthy</State>{why}</TargetHealth>"
    return f"<member>{target}{health}</member>"
