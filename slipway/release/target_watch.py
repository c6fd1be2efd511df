"""The targets of a service that do not become healthy, watched while a release goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slipway import polling
from slipway.aws import targets, tasks

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import TaskTypeDef

    from slipway.aws.service import ServiceRef
    from slipway.aws.targets import Target
    from slipway.settings import Settings

# A target that fails its checks is reported after the first of these. One whose first checks
# still run is reported after the second: on AWS a sound task needs about 20 s for them.
UNHEALTHY_SECONDS, INITIAL_SECONDS = 15.0, 30.0


@dataclass
class TargetWatch:
    """The targets that are not healthy: since when, and which reasons were reported.

    `last` and `since` are by address; `ignored` are addresses of no interest here.
    """

    settings: Settings
    ref: ServiceRef
    last: dict[str, Target] = field(default_factory=dict)
    since: dict[str, float] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)

    def overdue(self) -> Target | None:
        """Return the youngest target that is not healthy for too long, for a new reason.

        One call for each target group.
        """
        now = polling.monotonic()
        ailing = {
            each.address: each
            for each in targets.read(self.settings, self.ref.target_groups)
            if each.state in targets.NOT_HEALTHY and each.address not in self.ignored
        }
        self.since = {address: self.since.get(address, now) for address in ailing}
        self.last |= ailing
        for address in sorted(ailing, key=lambda each: -self.since[each]):
            target = ailing[address]
            limit = INITIAL_SECONDS if target.state == "initial" else UNHEALTHY_SECONDS
            if now - self.since[address] >= limit and target.reason not in self.reported:
                return target
        return None

    def describe(self, task: TaskTypeDef) -> str:
        """Say what the load balancer last saw of a task; "" when it saw nothing wrong."""
        target = self.last.get(tasks.parse(task).address)
        return targets.describe_target(target, self.ref.health_path) if target else ""
