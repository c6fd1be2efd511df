"""Elastic Load Balancing: target groups, and what their health checks see."""

from dataclasses import dataclass
from typing import Any

from tests.story.refusals import Refusal

# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
UNHEALTHY = {
    None: ("Target.Timeout", "Request timed out"),
    500: ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]"),
}


@dataclass
class Target:
    """A task's address in a group; `live` is what the health check gets, once it is `checked`."""

    address: str
    port: int
    live: int | None = 200
    ready: int = 200
    checked: bool = False

    @property
    def healthy(self) -> bool:
        """Whether the balancer sends requests to it."""
        return self.checked and self.live == 200

    def health(self) -> dict[str, str]:
        """Return the TargetHealth of DescribeTargetHealth."""
        if not self.checked:
            reason = "Elb.RegistrationInProgress"
            return {"State": "initial", "Reason": reason, "Description": "Registering"}
        if self.healthy:
            return {"State": "healthy"}
        reason, description = UNHEALTHY[self.live]
        return {"State": "unhealthy", "Reason": reason, "Description": description}


class Balancers:
    """Target groups: ARN -> address -> target."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Target]] = {}

    def register(self, groups: list[str], target: Target) -> None:
        """Add a target to groups."""
        for group in groups:
            self.groups[group][target.address] = target

    def deregister(self, address: str) -> None:
        """Remove a target from every group."""
        for targets in self.groups.values():
            targets.pop(address, None)

    def ready(self) -> int:
        """Return what the front door answers on the readiness path."""
        targets = [each for targets in self.groups.values() for each in targets.values()]
        return next((each.ready for each in targets if each.healthy), 503)

    def describe_target_health(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe each target of a group."""
        if request["TargetGroupArn"] not in self.groups:
            message = "One or more target groups not found"
            raise Refusal("TargetGroupNotFound", message)
        descriptions = [
            {
                "Target": {"Id": each.address, "Port": each.port},
                "HealthCheckPort": str(each.port),
                "TargetHealth": each.health(),
            }
            for each in self.groups[request["TargetGroupArn"]].values()
        ]
        return {"TargetHealthDescriptions": descriptions}

    def describe_target_groups(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe groups by ARN: their health check."""
        check = {"HealthCheckPath": "/health/live", "HealthCheckIntervalSeconds": 10}
        arns = request.get("TargetGroupArns", list(self.groups))
        return {"TargetGroups": [{"TargetGroupArn": each, **check} for each in arns]}
