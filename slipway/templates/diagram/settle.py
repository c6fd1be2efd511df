"""How far to the right each slot of a layer stands, so that lines are as straight as can be."""

from collections.abc import Mapping

from slipway.templates.diagram.layers import Layers, Links, Slot

GAP, ROUNDS = 24, 40
# How much more a line's piece from lane to lane weighs than one at its ends: it is longer.
STRAIGHT = 8


def settle(layers: Layers, pairs: Links, sizes: Mapping[Slot, float]) -> dict[Slot, float]:
    """Move every slot towards its neighbours, round after round; the leftmost is at 0."""
    lefts = {slot: left for layer in layers for slot, left in _spread(layer, {}, sizes).items()}
    for turn in range(ROUNDS):
        for layer in layers[:: 1 if turn % 2 else -1]:
            wanted = {slot: _wanted(slot, pairs, lefts, sizes) for slot in layer}
            lefts |= _spread(layer, wanted, sizes)
    leftmost = min(lefts.values(), default=0)
    return {slot: float(round(left - leftmost)) for slot, left in lefts.items()}


def _wanted(
    slot: Slot, pairs: Links, lefts: Mapping[Slot, float], sizes: Mapping[Slot, float]
) -> float:
    """Find the place at which the slot's lines would be upright, on the average."""
    others = [each for pair in pairs if slot in pair for each in pair if each != slot]
    middles = [
        lefts[each] + sizes[each] / 2
        for each in others
        for _ in range(STRAIGHT if slot.lane and each.lane else 1)
    ]
    return _mean(middles) - sizes[slot] / 2 if middles else lefts[slot]


def _spread(
    layer: list[Slot], wanted: Mapping[Slot, float], sizes: Mapping[Slot, float]
) -> dict[Slot, float]:
    """Give each slot of a layer the place it wants, as far as order and gaps allow.

    Slots that would overlap become one pool, which stands where its members want it on the
    average: the least squares under an order.
    """
    offsets: dict[Slot, float] = {}
    pools: list[list[float]] = []
    used = 0.0
    for slot in layer:
        offsets[slot] = used
        used += sizes[slot] + GAP
        pools.append([wanted.get(slot, offsets[slot]) - offsets[slot]])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2:] = [[*pools[-2], *pools[-1]]]
    starts = [_mean(pool) for pool in pools for _ in pool]
    return {slot: start + offsets[slot] for slot, start in zip(layer, starts, strict=True)}


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
