"""The drawing as SVG: text that can be searched, for a light page and for a dark one."""

from itertools import pairwise
from textwrap import shorten
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from slipway.templates.diagram import style
from slipway.templates.diagram.boxes import HEADER, Box, Text
from slipway.templates.diagram.graph import Graph, Reference
from slipway.templates.diagram.layout import layout
from slipway.templates.diagram.lines import Line
from slipway.templates.diagram.style import MARGIN, TOP

# How long a line's head is, half of its width, and how round a box's corners are.
HEAD, HALF, ROUND = 8, 4, 6


def write(graph: Graph) -> str:
    """Write a box for each file with its resources, and lines from file to file."""
    placed, notes = layout(graph), style.legend(graph)
    width = style.width(placed, graph) + 2 * MARGIN
    below = TOP + placed.height + MARGIN
    top = _top(graph, width, below + style.LEGEND_ROW * len(notes) + MARGIN)
    colours = style.colours(placed)
    moved = SubElement(top, "g", transform=f"translate({MARGIN} {TOP})")
    for line in placed.lines:
        _line(moved, line, colours[line.target], graph.between()[line.source, line.target])
    for box in placed.boxes:
        _box(moved, box, colours[box.room.path], graph)
    for number, note in enumerate(notes, start=1):
        _text(top, "legend", MARGIN, below + style.LEGEND_ROW * number, note)
    indent(top)
    return tostring(top, encoding="unicode")


def _top(graph: Graph, width: float, height: float) -> Element:
    size = {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}
    named = {"role": "img", "aria-label": f"{graph.heading}. {graph.description}".strip()}
    top = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, **named})
    SubElement(top, "title").text = graph.heading
    SubElement(top, "style").text = style.sheet()
    SubElement(top, "rect", {"class": "ground", "width": "100%", "height": "100%"})
    _text(top, "heading", MARGIN, 38, graph.heading)
    _text(top, "description", MARGIN, 59, shorten(graph.description, style.DESCRIPTION))
    return top


def _line(parent: Element, line: Line, colour: str, references: list[Reference]) -> None:
    """Draw a line with its head; its title names what it joins."""
    group = SubElement(parent, "g", {"class": f"line {colour}"})
    title = "".join(f"\n{source} to {target}" for source, target in references)
    SubElement(group, "title").text = f"{line.source} refers to {line.target}{title}"
    SubElement(group, "path", {"class": "way", "d": _way(line)})
    (x, y), back = line.points[-1], -HEAD if line.down else HEAD
    SubElement(group, "path", {"class": "head", "d": f"M{x:g} {y:g}l{-HALF} {back}h{2 * HALF}z"})


def _way(line: Line) -> str:
    """Write a line's way: upright where it leaves, where it arrives, and in a lane."""
    parts = ["M{:g} {:g}".format(*line.points[0])]
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(line.points)):
        middle = (y + to_y) / 2
        curve = f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y:g}"
        parts.append(curve if number % 2 else f"V{to_y:g}")
    return "".join(parts)


def _box(parent: Element, box: Box, colour: str, graph: Graph) -> None:
    """Draw a file: its name, and a row for each resource."""
    group = SubElement(parent, "g", {"class": f"file {colour}"})
    SubElement(group, "title").text = box.room.path
    place = {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "rx": ROUND}
    SubElement(group, "rect", {"class": "box", **{key: f"{n:g}" for key, n in place.items()}})
    _write(group, box.name())
    line = f"M{box.x:g} {box.y + HEADER:g}h{box.width:g}"
    SubElement(group, "path", {"class": "rule", "d": line})
    for resource, texts in box.rows():
        row = SubElement(group, "g", {"class": "resource"})
        named = [target for source, target in graph.references if source == resource.title]
        title = f"\nrefers to {', '.join(named)}" if named else ""
        SubElement(row, "title").text = f"{resource.title}: {resource.kind}{title}"
        for each in texts:
            _write(row, each)


def _write(parent: Element, text: Text) -> None:
    _text(parent, text.style, text.x, text.y, text.text)


def _text(parent: Element, kind: str, x: float, y: float, text: str) -> None:
    SubElement(parent, "text", {"class": kind, "x": f"{x:g}", "y": f"{y:g}"}).text = text
