"""Which of a stack's events are shown: a screen full of what does not change hides what does."""

from dataclasses import dataclass

from slipway.events import Note, Say, StackEvent
from slipway.release.outcome import FAILURES


@dataclass
class ShownEvents:
    """Which events are shown: those of the resources that change, of failures and of the stack."""

    to: Say
    stack: str
    resources: frozenset[str]
    hidden: frozenset[str] = frozenset()

    def say(self, event: StackEvent) -> None:
        """Show an event, or count its resource."""
        known = {*self.resources, self.stack}
        if not self.resources or event.logical_id in known or event.status in FAILURES:
            self.to(event)
        else:
            self.hidden |= {event.logical_id}

    def summarise(self) -> None:
        """Show how many resources were not shown."""
        if self.hidden:
            count = len(self.hidden)
            self.to(Note(f"{count} other resource{'s' if count > 1 else ''} looked at, unchanged"))
