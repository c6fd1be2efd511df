"""Where the lines between the boxes run: curves between layers, upright within one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slipway.templates.diagram.boxes import Box
from slipway.templates.diagram.graph import Reference
from slipway.templates.diagram.layers import Chains, Slot

# How far lines stay upright outside of a layer, which is where their heads are.
UPRIGHT = 12
Point = tuple[float, float]
Span = tuple[float, float]
Middles = Mapping[Slot, float]
# Where lines touch a box: its side, and the line that leaves there; all that come, come as one.
Ports = dict[tuple[bool, Reference | None], float]


@dataclass(frozen=True)
class Line:
    """A line: an upright piece from each even point to the next, a curve from each odd one."""

    source: str
    target: str
    points: tuple[Point, ...]

    @property
    def down(self) -> bool:
        """Whether it arrives from above."""
        return self.points[-2][1] < self.points[-1][1]


def route(
    chains: Chains, boxes: Mapping[str, Box], middles: Middles, spans: list[Span]
) -> tuple[Line, ...]:
    """Lead each chain from its box, through its lanes, to the other box.

    `spans` has the top and the bottom of each layer.
    """
    ports = {path: _ports(path, box, chains, middles) for path, box in boxes.items()}
    return tuple(
        Line(source, target, tuple(_points((source, target), chain, boxes, ports, middles, spans)))
        for (source, target), chain in chains.items()
    )


def _down(chain: list[Slot]) -> bool:
    return chain[0].layer < chain[-1].layer


def _points(  # noqa: PLR0913, PLR0917 - all that is known of the drawing
    pair: Reference,
    chain: list[Slot],
    boxes: Mapping[str, Box],
    ports: Mapping[str, Ports],
    middles: Middles,
    spans: list[Span],
) -> Iterator[Point]:
    """List a line's points; each slot has the one where it comes and the one where it goes."""
    down, (first, *lanes, last) = _down(chain), chain
    start, end = ports[first.path][down, pair], ports[last.path][not down, None]
    yield start, boxes[first.path].side(bottom=down)
    yield start, _edge(spans, first, bottom=down)
    for lane in lanes:
        yield middles[lane], _edge(spans, lane, bottom=not down)
        yield middles[lane], _edge(spans, lane, bottom=down)
    yield end, _edge(spans, last, bottom=not down)
    yield end, boxes[last.path].side(bottom=not down)


def _edge(spans: list[Span], slot: Slot, *, bottom: bool) -> float:
    return spans[slot.layer][bottom] + (UPRIGHT if bottom else -UPRIGHT)


def _ports(path: str, box: Box, chains: Chains, middles: Middles) -> Ports:
    """Spread the lines of a box over its two sides, in the order of where they lead."""
    ports: Ports = {}
    for bottom in (False, True):
        met: dict[Reference | None, list[float]] = {}
        for pair, chain in chains.items():
            if pair[0] == path and _down(chain) == bottom:
                met[pair] = [middles[chain[1]]]
            if pair[1] == path and _down(chain) != bottom:
                met.setdefault(None, []).append(middles[chain[-2]])
        places = sorted(met, key=lambda key: sum(met[key]) / len(met[key]))
        for number, key in enumerate(places, start=1):
            ports[bottom, key] = round(box.x + box.width * number / (len(places) + 1), 1)
    return ports
