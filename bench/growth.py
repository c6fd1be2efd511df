"""How the time of a template grows with its resources, up to CloudFormation's limit of 500."""

import gc
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import correlation, linear_regression, median

from slipway.templates.function import render
from slipway.templates.options import read
from stack.options import Options

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
SIZES = range(50, 501, 50)
RUNS = 21
GOAL = 0.99
# The application in its small shape, so that it fits into the first size.
SMALL = {
    "STACK_EGRESS": "public",
    "STACK_DATABASE": "external",
    "DATABASE_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:url",
}


@dataclass(frozen=True)
class Growth:
    """The median milliseconds of each number of resources, and the line through them."""

    milliseconds: Mapping[int, float]

    @property
    def line(self) -> tuple[float, float]:
        """The slope and the intercept of the least squares."""
        slope, intercept = linear_regression(list(self.milliseconds), self._times)
        return slope, intercept

    @property
    def fit(self) -> float:
        """How much of the differences the line explains: R², 1 where all of it."""
        return float(correlation(list(self.milliseconds), self._times) ** 2)

    @property
    def last_by_half(self) -> float:
        """How often the time of half of the resources fits into that of all of them."""
        most = max(self.milliseconds)
        return self.milliseconds[most] / self.milliseconds[most // 2]

    @property
    def _times(self) -> list[float]:
        return list(self.milliseconds.values())


def measure(sizes: Iterable[int] = SIZES, runs: int = RUNS) -> Growth:
    """Render a fresh template of each size in turn, `runs` times, after a turn that does not count.

    In turn, so that what slows the machine for a while slows every size.
    """
    # What is there before is not looked through by the collections between.
    gc.freeze()
    options, all_sizes = read("staging", SMALL), list(sizes)
    turns = [[milliseconds(options, size) for size in all_sizes] for _ in range(runs + 1)]
    columns = zip(*turns[1:], strict=True)
    return Growth({size: median(each) for size, each in zip(all_sizes, columns, strict=True)})


def milliseconds(options: Options, resources: int) -> float:
    """Time how long a template of so many resources takes, from nothing to its JSON."""
    gc.collect()
    began = time.perf_counter()
    render("bench.many.template", options, resources)
    return (time.perf_counter() - began) * 1000


def summary(found: Growth) -> str:
    """Write what the plot shows, as a table of Markdown."""
    slope, intercept = found.line
    most = max(found.milliseconds)
    rows = [
        ("R² of the line", f"**{found.fit:.4f}**", f"at least {GOAL:g}"),
        ("the line", f"{intercept:z.1f} ms + {slope * 100:.1f} ms for 100 resources", "-"),
        (f"time of {most} by time of {most // 2}", f"{found.last_by_half:.2f}", "about 2"),
    ]
    head = [("what", "measured", "goal"), ("---", "---", "---")]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def chart(found: Growth) -> str:
    """Draw the medians as bars and the line through them, as Mermaid."""
    slope, intercept = found.line
    sizes, times = list(found.milliseconds), found.milliseconds.values()
    top = -(-max(times) // 10) * 10
    return "\n".join(
        [
            "```mermaid",
            "xychart-beta",
            '    title "Rendering a template"',
            f'    x-axis "resources" [{", ".join(map(str, sizes))}]',
            f'    y-axis "milliseconds" 0 --> {top:.0f}',
            f"    bar [{', '.join(f'{each:.1f}' for each in times)}]",
            f"    line [{', '.join(f'{intercept + slope * size:z.1f}' for size in sizes)}]",
            "```",
        ]
    )
