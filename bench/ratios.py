"""What a command costs beside its rival: both timed in turn, so that one machine serves both."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

Clock = Callable[[], float]
Pairs = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Comparison:
    """The seconds of `what` and of its `rival`, pair by pair; the ratio is to be at most `goal`."""

    what: str
    rival: str
    goal: float
    pairs: Pairs

    @property
    def ratios(self) -> list[float]:
        """How often the rival's time fits into ours, pair by pair."""
        return [ours / rivals for ours, rivals in self.pairs]

    @property
    def medians(self) -> tuple[float, float]:
        """The median seconds of either."""
        ours, rivals = zip(*self.pairs, strict=True)
        return median(ours), median(rivals)


def alternate(ours: Clock, rival: Clock, runs: int) -> Pairs:
    """Time both in turn, `runs` times, after a first turn that does not count."""
    ours(), rival()
    return tuple((ours(), rival()) for _ in range(runs))


def table(found: Iterable[Comparison]) -> str:
    """Write comparisons as a table of Markdown."""
    head = ["what", "rival", "ratio: median (min to max)", "goal", "median seconds", "pairs"]
    rows = [head, ["---"] * len(head), *(_cells(each) for each in found)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(found: Comparison) -> list[str]:
    ratios, (ours, rivals) = found.ratios, found.medians
    ratio = f"**{median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})"
    seconds = f"{ours:.2f} and {rivals:.2f}"
    return [found.what, found.rival, ratio, f"at most {found.goal:g}", seconds, str(len(ratios))]
