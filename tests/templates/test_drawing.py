"""How it is drawn: nothing lies on anything else, and both forms are what they claim to be."""

import re
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest

from slipway.templates import options
from slipway.templates.diagram import FORMS, draw, mermaid, svg
from slipway.templates.diagram.boxes import Box
from slipway.templates.diagram.graph import Graph, Resource, Room, build
from slipway.templates.diagram.layers import arrange
from slipway.templates.diagram.layout import layout
from slipway.templates.diagram.lines import Point
from slipway.templates.diagram.trace import origins
from tests.stack.environments import FUNCTIONS, VARIABLES, template

SPACE = "{http://www.w3.org/2000/svg}"
WIDEST = 1600
BOTH = [(environment, stack) for environment in VARIABLES for stack in FUNCTIONS]
STATEMENT = re.compile(
    r"    (?:accTitle: [^\n;#]+|accDescr: [^\n;#]+"
    r'|subgraph file\d+\["[\w/.]+"\]|    direction TB|end'
    r'|    r_[A-Za-z0-9]+\["[\w<>/: ]+"\](?::::conditional)?'
    r"|    r_[A-Za-z0-9]+ --> r_[A-Za-z0-9]+"
    r"|file\d+ ==> file\d+"
    r"|classDef conditional stroke-dasharray: 5 4)"
)


@pytest.fixture(params=BOTH, ids="-".join)
def graph(request: pytest.FixtureRequest) -> Graph:
    """Each environment's stacks."""
    return build(request.param[0], *origins(template, *request.param))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stack", FUNCTIONS)
def test_two_drawings_are_equal(stack: str, form: str) -> None:
    """Nothing in it is by chance, so that a drawing can be kept beside the code."""
    given = options.read("production", VARIABLES["production"])
    assert draw(FUNCTIONS[stack], given, form) == draw(FUNCTIONS[stack], given, form)


def test_no_box_lies_on_another(graph: Graph) -> None:
    """All of them are on the page, which a screen is wide enough for."""
    placed = layout(graph)
    assert {box.room.path for box in placed.boxes} == {room.path for room in graph.rooms}
    for box in placed.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= placed.width
        assert box.y + box.height <= placed.height
    for one, other in combinations(placed.boxes, 2):
        assert not touches(one, (other.x, other.y), (other.x + other.width, other.y + other.height))
    assert placed.width <= WIDEST


def test_every_text_lies_in_its_box(graph: Graph) -> None:
    """And on no other text of the box."""
    for box in layout(graph).boxes:
        texts = [box.name(), *(text for _, row in box.rows() for text in row)]
        for text in texts:
            assert box.x < text.x
            assert text.right < box.x + box.width
            assert box.y < text.y - text.size
            assert text.y < box.y + box.height
        for one, other in combinations(texts, 2):
            beside = one.right <= other.x or other.right <= one.x
            assert beside or abs(one.y - other.y) >= max(one.size, other.size)


def test_every_line_joins_two_files_and_runs_through_none(graph: Graph) -> None:
    """There is one for each two files of which one refers to the other."""
    placed = layout(graph)
    boxes = {box.room.path: box for box in placed.boxes}
    pairs = [pair for pair in graph.between() if pair[0] != pair[1]]
    assert [(line.source, line.target) for line in placed.lines] == pairs
    for line in placed.lines:
        assert at_edge(boxes[line.source], line.points[0])
        assert at_edge(boxes[line.target], line.points[-1])
        for start, end in pairwise(line.points):
            # A curve stays in the rectangle of its ends, which are level with its handles.
            assert not any(touches(box, start, end) for box in boxes.values())


def touches(box: Box, start: Point, end: Point) -> bool:
    """Whether the rectangle of two corners has a part of the inside of a box."""
    (left, right), (top, bottom) = (sorted(each) for each in zip(start, end, strict=True))
    beside = right <= box.x or left >= box.x + box.width
    return not (beside or bottom <= box.y or top >= box.y + box.height)


def at_edge(box: Box, point: Point) -> bool:
    """Whether a point is on the upper or the lower side of a box."""
    return box.x < point[0] < box.x + box.width and point[1] in {box.y, box.y + box.height}


def test_the_svg_is_one_that_can_be_read(graph: Graph) -> None:
    """It is XML, says what it is to who does not see it, and its texts are where they were put."""
    top = ET.fromstring(svg.write(graph))  # noqa: S314 - ours
    assert top.get("role") == "img"
    assert graph.heading in str(top.get("aria-label"))
    assert top.findtext(f"{SPACE}title") == graph.heading
    texts = {(each.text, each.get("x"), each.get("y")) for each in top.iter(f"{SPACE}text")}
    for box in layout(graph).boxes:
        for text in (box.name(), *(text for _, row in box.rows() for text in row)):
            assert (text.text, f"{text.x:g}", f"{text.y:g}") in texts
    assert len(list(top.iterfind(f".//{SPACE}path[@class='way']"))) == len(layout(graph).lines)


def test_the_mermaid_is_of_few_kinds_of_statements(graph: Graph) -> None:
    """Subgraphs are closed, names are safe, and lines are those between files, and in each."""
    text = mermaid.write(graph)
    head, *lines = text.removeprefix("---\n").partition("---\n")[2].splitlines()
    assert head == "flowchart TB"
    assert [line for line in lines if not STATEMENT.fullmatch(line)] == []
    assert lines.count("    end") == sum("subgraph" in line for line in lines) == len(graph.rooms)
    within = sum(len(each) for (a, b), each in graph.between().items() if a == b)
    assert text.count(" --> ") == within
    assert text.count(" ==> ") == sum(a != b for a, b in graph.between())


def test_what_depends_on_a_condition_is_marked() -> None:
    """With its name, which the SVG explains."""
    resources = (
        Resource("Always", "AWS::SNS::Topic", ""),
        Resource("Topic", "AWS::SNS::Topic", "Wanted"),
    )
    graph = Graph("test", "", (Room("stack/topics.py", resources),), ())
    drawing = svg.write(graph)
    assert drawing.count(">if Wanted<") == 1
    assert "exists only under the template's condition Wanted" in drawing
    assert '["<b>Topic</b><br/>SNS::Topic<br/>if Wanted"]:::conditional' in mermaid.write(graph)
    assert '["<b>Always</b><br/>SNS::Topic"]\n' in mermaid.write(graph)


def test_files_that_refer_to_each_other_are_drawn() -> None:
    """A circle has a line that goes up; every other one goes down."""
    pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("a", "c")]
    layers, chains = arrange(["a", "b", "c"], pairs)
    assert [[slot.path for slot in layer if not slot.lane] for layer in layers] == [
        ["a"],
        ["b"],
        ["c"],
    ]
    up = [pair for pair, chain in chains.items() if chain[0].layer > chain[-1].layer]
    assert up == [("c", "a")]
    assert all(abs(a.layer - b.layer) == 1 for chain in chains.values() for a, b in pairwise(chain))


def test_a_text_can_have_any_characters() -> None:
    """What XML or Mermaid would take for their own stays text, or is left out."""
    room = Room('own/"a"&<b>;#.py', (Resource("Topic", "AWS::SNS::Topic", ""),))
    graph = Graph("test", 'one\nor "more" <topics> & queues; #1', (room,), ())
    assert ET.fromstring(svg.write(graph)).findtext(f".//{SPACE}text[@class='path']") == room.path  # noqa: S314
    chart = re.sub("</?b>|<br/>", "", mermaid.write(graph).partition("flowchart TB")[2])
    assert not set(chart) & set(";#&<>`")
