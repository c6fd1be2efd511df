"""In which layer each file stands, in which order, and where lines pass between files.

What a file refers to stands below it. A line that goes down several layers has a lane in
each layer between, so that it runs through no box; lines to the same file share theirs.
Of the libraries for such layers that are kept up, Graphviz is a program to install, elkjs and
dagre need a browser or Node, and igraph's Sugiyama layout, given these slots, crosses more lines:
19 instead of 12 for an environment without options, 3 instead of 2 with an external database.
It knows neither the sizes of boxes nor lanes that are shared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from slipway.templates.diagram.graph import Reference

SWEEPS = 12


@dataclass(frozen=True)
class Slot:
    """A place in a layer: a file's box, or a lane of the lines that go to that file."""

    layer: int
    path: str
    lane: bool = False


Layers = list[list[Slot]]
Chains = dict[Reference, list[Slot]]
Links = list[tuple[Slot, Slot]]


def arrange(paths: list[str], pairs: list[Reference]) -> tuple[Layers, Chains]:
    """Put every file into a layer, 0 at the top.

    A chain has the slots that a line goes through, from the file that refers to another.
    """
    depths = _shorten(_depths(paths, pairs), pairs)
    most = max(depths.values(), default=0)
    boxes = {path: Slot(most - depths[path], path) for path in paths}
    chains = {pair: _chain(boxes[pair[0]], boxes[pair[1]]) for pair in pairs}
    slots = dict.fromkeys([*boxes.values(), *(each for chain in chains.values() for each in chain)])
    layers = [[each for each in slots if each.layer == number] for number in range(most + 1)]
    return _order(layers, links(chains)), chains


def links(chains: Chains) -> Links:
    """List the slots that follow each other in a chain, each two once, the upper one first."""
    found = (pair for chain in chains.values() for pair in pairwise(chain))
    return list(dict.fromkeys((a, b) if a.layer < b.layer else (b, a) for a, b in found))


def _depths(paths: list[str], pairs: list[Reference]) -> dict[str, int]:
    """Count how many files stand below each; a reference that closes a circle does not count."""
    depths: dict[str, int] = {}
    above: list[str] = []

    def visit(path: str) -> int:
        if path not in depths:
            above.append(path)
            below = [target for source, target in pairs if source == path and target not in above]
            depths[path] = max((visit(each) + 1 for each in below), default=0)
            above.pop()
        return depths[path]

    for path in paths:
        visit(path)
    return depths


def _shorten(depths: dict[str, int], pairs: list[Reference]) -> dict[str, int]:
    """Lift a file with more lines above than below to just under those that refer to it."""
    lifted = dict(depths)
    for path in sorted(lifted, key=lambda path: -lifted[path]):
        own = lifted[path]
        above = [lifted[source] for source, target in pairs if target == path]
        above = [depth for depth in above if depth > own]
        below = [1 for source, target in pairs if source == path and lifted[target] < own]
        if len(above) > len(below):
            lifted[path] = min(above) - 1
    return lifted


def _chain(source: Slot, target: Slot) -> list[Slot]:
    step = 1 if target.layer > source.layer else -1
    between = range(source.layer + step, target.layer, step)
    return [source, *(Slot(number, target.path, lane=True) for number in between), target]


def _order(layers: Layers, pairs: Links) -> Layers:
    """Sort each layer by its neighbours' places, down and up; keep the fewest crossings."""
    best, now = layers, layers
    for sweep in range(SWEEPS):
        now, step = list(now), -1 if sweep % 2 else 1
        for number in range(len(now))[::step]:
            places = _places(now)
            wanted = {slot: _mean(slot, number - step, pairs, places) for slot in now[number]}
            now[number] = sorted(now[number], key=wanted.__getitem__)
        if _crossings(now, pairs) < _crossings(best, pairs):
            best = now
    return best


def _places(layers: Layers) -> dict[Slot, float]:
    """Say how far along its layer each slot is, from 0 to 1."""
    return {
        slot: (number + 0.5) / len(layer) for layer in layers for number, slot in enumerate(layer)
    }


def _mean(slot: Slot, layer: int, pairs: Links, places: Mapping[Slot, float]) -> float:
    """Find the middle of a slot's neighbours in the layer beside it."""
    met = [places[each] for pair in pairs if slot in pair for each in pair if each.layer == layer]
    return sum(met) / len(met) if met else places[slot]


def _crossings(layers: Layers, pairs: Links) -> int:
    """Count the lines that cross each other between two layers."""
    places = _places(layers)
    return sum(
        (places[a] - places[c]) * (places[b] - places[d]) < 0
        for number, (a, b) in enumerate(pairs)
        for c, d in pairs[number + 1 :]
        if a.layer == c.layer
    )
