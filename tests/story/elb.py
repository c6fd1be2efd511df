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
    """Target groups: ARN -> address -> target; listener rules: ARN -> group's ARN -> weight."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Target]] = {}
        self.rules: dict[str, dict[str, float]] = {}

    def receives(self, group: str) -> bool:
        """Whether requests reach a group: a rule for it decides, or else its listener."""
        weights = [each[group] for each in self.rules.values() if group in each]
        return all(weights)

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
        groups = [targets for arn, targets in self.groups.items() if self.receives(arn)]
        targets = [each for targets in groups for each in targets.values()]
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

    def describe_rules(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe listener rules by ARN."""
        if unknown := set(request["RuleArns"]) - set(self.rules):
            raise Refusal("RuleNotFound", f"One or more rules not found: {sorted(unknown)}")
        return {"Rules": [self._rule(each) for each in request["RuleArns"]]}

    def _rule(self, arn: str) -> dict[str, Any]:
        # ECS names the group that gets the requests first.
        weights = sorted(self.rules[arn].items(), key=lambda each: -each[1])
        groups = [{"TargetGroupArn": group, "Weight": int(share)} for group, share in weights]
        return {
            "RuleArn": arn,
            "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}],
        }
