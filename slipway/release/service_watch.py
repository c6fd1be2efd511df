"""The services of a stack that changes: their rollouts, and why their tasks fail."""

import re
from collections.abc import Iterable
from datetime import datetime

from slipway.aws import service, session
from slipway.aws.service import ROLLING, Deployment, ServiceRef
from slipway.aws.stack import Stack
from slipway.aws.stack_events import Entry
from slipway.events import Note, Rollout, Say
from slipway.release import crash_loop
from slipway.release.diagnose import Evidence
from slipway.settings import Settings

SERVICE = "AWS::ECS::Service"
CREATED = {"CREATE_IN_PROGRESS", "CREATE_COMPLETE", "CREATE_FAILED"}
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#ecs-resource-ids
ARN = re.compile(r"arn:[^:]+:ecs:[^:]*:[^:]*:service/(?P<cluster>[^/]+)/(?P<service>[^/]+)")


class ServiceWatch:
    """The services beside the stack, if there are any: their rollouts, and what fails.

    What counts are the tasks that start after this is made; or with `since`, when an operation
    runs already, those that were made at that time or later. `crash_loop` says that a new
    revision does not start, once that is certain and nothing else would end it.
    """

    def __init__(
        self, settings: Settings, before: Stack, say: Say, since: datetime | None = None
    ) -> None:
        self.settings = settings
        self.say = say
        self.evidence = [Evidence(settings, each, since) for each in service.service_refs(before)]
        self.before = {each.ref.service: self._id(each.ref) for each in self.evidence}
        self.shown: dict[str, Rollout] = {}
        self.crash_loop = ""
        self.is_failure_shown = False

    def add(self, entries: Iterable[Entry]) -> None:
        """Watch the services that the operation creates: all of their tasks are new."""
        for ref in filter(None, map(created, entries)):
            if ref.service not in {each.ref.service for each in self.evidence}:
                self.evidence.append(Evidence(self.settings, ref, is_new=True))

    def look(self) -> None:
        """Show what changed since the last look.

        A failed call is shown once, and ends nothing: the stack's own events decide the outcome.
        """
        try:
            for evidence in self.evidence:
                self._look(evidence)
        except session.failures() as error:
            if not self.is_failure_shown:
                self.say(Note(f"the services cannot be observed at the moment: {error}"))
            self.is_failure_shown = True

    def _look(self, evidence: Evidence) -> None:
        ref = evidence.ref
        deployment = service.deployment(self.settings, ref)
        if deployment and deployment.rollout != self.shown.get(ref.service):
            self.say(deployment.rollout)
            self.shown[ref.service] = deployment.rollout
        if event := evidence.look():
            self.say(event)
        # Before the first fault there is nothing to count.
        if deployment and evidence.first and not self.crash_loop:
            self.crash_loop = self._crash_loop(ref, deployment)

    def _crash_loop(self, ref: ServiceRef, deployment: Deployment) -> str:
        """Describe the crash loop of a deployment that began with the operation."""
        is_old = deployment.id == self.before.get(ref.service)
        if is_old or deployment.strategy == ROLLING:
            return ""
        failed = crash_loop.count(self.settings, ref, deployment)
        return crash_loop.describe_loop(ref, deployment, failed)

    def _id(self, ref: ServiceRef) -> str:
        deployment = service.deployment(self.settings, ref)
        return deployment.id if deployment else ""

    def summary(self) -> str:
        """Return the first cause, and where its log is; "" while there is no fault."""
        causes = filter(None, (each.summary() for each in self.evidence))
        return "\n".join(filter(None, (self.crash_loop, next(causes, ""))))


def created(entry: Entry) -> ServiceRef | None:
    """Name a service that is being created; None for any other event.

    The first event of a resource that is created has no ARN yet, and is None, too.
    """
    event, arn = entry.event, ARN.fullmatch(entry.physical_id)
    if arn is None or event.kind != SERVICE or event.status not in CREATED:
        return None
    return ServiceRef(arn["cluster"], arn["service"], ())
