"""The drawing as Mermaid: https://mermaid.js.org/syntax/flowchart.html."""

import json
from collections.abc import Iterator

from slipway.templates.diagram.graph import Graph, Resource, Room, short

CONDITIONAL = "classDef conditional stroke-dasharray: 5 4"


def write(graph: Graph) -> str:
    """Write a subgraph for each file; a reference across is drawn once for each two files.

    Forty resources with each reference of its own would be a ball of wool.
    """
    numbers = {room.path: f"file{number}" for number, room in enumerate(graph.rooms, start=1)}
    lines = [
        *("---", f"title: {json.dumps(graph.heading)}", "---", "flowchart TB"),
        f"    accTitle: {_plain(graph.heading)}",
        f"    accDescr: {_plain(graph.description or 'A stack')}",
    ]
    for room in graph.rooms:
        lines += _room(graph, room, numbers[room.path])
    across = [pair for pair in graph.between() if pair[0] != pair[1]]
    lines += [f"    {numbers[source]} ==> {numbers[target]}" for source, target in across]
    lines += [f"    {CONDITIONAL}"]
    return "\n".join(lines) + "\n"


def _room(graph: Graph, room: Room, name: str) -> Iterator[str]:
    """Write a file, its resources, and who of them refers to whom."""
    yield f'    subgraph {name}["{_plain(room.path)}"]'
    yield "        direction TB"  # without it, a subgraph lies across the chart's own
    yield from (f"        {_node(each)}" for each in room.resources)
    for source, target in graph.between().get((room.path, room.path), []):
        yield f"        {_name(source)} --> {_name(target)}"
    yield "    end"


def _node(resource: Resource) -> str:
    label = f"<b>{resource.title}</b><br/>{_plain(short(resource))}"
    if not resource.condition:
        return f'{_name(resource.title)}["{label}"]'
    return f'{_name(resource.title)}["{label}<br/>if {resource.condition}"]:::conditional'


def _name(title: str) -> str:
    """Make a node's name; "end" and some others, alone, are words of the language."""
    return f"r_{title}"


def _plain(text: str) -> str:
    """Leave out what ends a label or begins another statement."""
    return "".join(each if each.isalnum() or each in " /.:,_-()'" else " " for each in text)
