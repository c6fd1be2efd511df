"""The service of a stack that changes: its rollout, and why its tasks fail."""

from pipeline.release import service
from pipeline.release.diagnose import Evidence
from pipeline.release.stack import Stack
from pipeline.settings import Settings
from pipeline.view.events import Rollout, Say


class ServiceWatch:
    """The service beside the stack, where there is one: its rollout, and why its tasks fail."""

    def __init__(self, settings: Settings, before: Stack, say: Say) -> None:
        self.settings = settings
        self.say = say
        self.where = service.place(before)
        self.evidence = Evidence(settings, self.where) if self.where else None
        self.shown: Rollout | None = None

    def look(self) -> None:
        """Show what changed since the last look."""
        if not (self.where and self.evidence):
            return
        rollout = service.rollout(self.settings, self.where)
        if rollout and rollout != self.shown:
            self.say(rollout)
            self.shown = rollout
        if stopped := self.evidence.look():
            self.say(stopped)

    def summary(self) -> str:
        """Return the cause of the first failure in a line or two; "" without one."""
        return ""
