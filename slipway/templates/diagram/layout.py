"""The whole drawing: files in layers, and the lines around them."""

from dataclasses import dataclass

from slipway.templates.diagram.boxes import Box, height, width
from slipway.templates.diagram.graph import Graph, Room
from slipway.templates.diagram.layers import Layers, arrange, links
from slipway.templates.diagram.lines import Line, Span, route
from slipway.templates.diagram.settle import settle

GUTTER, LANE = 72, 8


@dataclass(frozen=True)
class Layout:
    """The drawing; its corner is at 0, 0."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def layout(graph: Graph) -> Layout:
    """Place everything."""
    rooms = {room.path: room for room in graph.rooms}
    pairs = [pair for pair in graph.between() if pair[0] != pair[1]]
    layers, chains = arrange(list(rooms), pairs)
    slots = [slot for layer in layers for slot in layer]
    wide = {slot: LANE if slot.lane else width(rooms[slot.path]) for slot in slots}
    lefts, spans = settle(layers, links(chains), wide), _spans(layers, rooms)
    boxes = {
        slot.path: _box(rooms[slot.path], lefts[slot], spans[slot.layer][0])
        for slot in slots
        if not slot.lane
    }
    middles = {slot: lefts[slot] + wide[slot] / 2 for slot in slots}
    lines = route(chains, boxes, middles, spans)
    right = max((lefts[slot] + wide[slot] for slot in slots), default=0.0)
    return Layout(tuple(boxes.values()), lines, right, spans[-1][1])


def _box(room: Room, x: float, y: float) -> Box:
    return Box(room, x, y, width(room), height(room))


def _spans(layers: Layers, rooms: dict[str, Room]) -> list[Span]:
    """Say where each layer begins and ends; it is as high as its highest box."""
    spans: list[Span] = []
    top = 0.0
    for layer in layers:
        high = [height(rooms[slot.path]) for slot in layer if not slot.lane]
        spans.append((top, top + max(high, default=0.0)))
        top = spans[-1][1] + GUTTER
    return spans
