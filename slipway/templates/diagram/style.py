"""How the SVG looks: its colours and fonts, and the legend that explains them."""

from math import ceil

from slipway.templates.diagram.boxes import KIND_SIZE, TITLE_SIZE
from slipway.templates.diagram.graph import Graph
from slipway.templates.diagram.layout import Layout

MARGIN, TOP, LEGEND_ROW = 24, 84, 18
# The legend, and as much of a description, fit into the least width.
LEAST_WIDTH, DESCRIPTION = 620, 84
HEADING_SIZE = 20
SANS = "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', Arial, sans-serif"
MONO = "ui-monospace, Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"
# Each for a light page and for a dark one.
COLOURS = (
    ("#0969da", "#58a6ff"),
    ("#bc4c00", "#f0883e"),
    ("#1a7f37", "#3fb950"),
    ("#8250df", "#bc8cff"),
    ("#bf3989", "#f778ba"),
    ("#0b7285", "#39c5cf"),
    ("#8a6100", "#d8a72a"),
    ("#cf222e", "#ff7b72"),
    ("#2f3e50", "#dfe6ee"),
)
LIGHT = {
    "ground": "#ffffff",
    "box": "#f6f8fa",
    "edge": "#d0d7de",
    "ink": "#1f2328",
    "pale": "#59636e",
}
DARK = {
    "ground": "#0d1117",
    "box": "#161b22",
    "edge": "#3d444d",
    "ink": "#e6edf3",
    "pale": "#9198a1",
}


def colours(placed: Layout) -> dict[str, str]:
    """Give each file that lines lead to the class of a colour that no line beside them has.

    Where there are more lines side by side than colours, the rarest is taken again.
    """
    reach = {box.room.path: [box.y, box.y + box.height] for box in placed.boxes}
    for line in placed.lines:
        reach[line.target] += [y for _, y in line.points]
    given: dict[str, int] = {}
    for path in dict.fromkeys(line.target for line in placed.lines):
        beside = [given[other] for other in given if _meet(reach[path], reach[other])]
        known = [*beside, *given.values()]
        given[path] = min(range(len(COLOURS)), key=known.count)
    return {path: f"c{given[path]}" if path in given else "plain" for path in reach}


def _meet(some: list[float], others: list[float]) -> bool:
    return min(some) <= max(others) and min(others) <= max(some)


def width(placed: Layout, graph: Graph) -> float:
    """Say how wide everything is, without the margins."""
    return max(placed.width, LEAST_WIDTH, ceil(len(graph.heading) * HEADING_SIZE * 0.6))


def legend(graph: Graph) -> list[str]:
    """Say what is not plain to see, and only what is there to be seen."""
    notes = ["A box is a file, and lists the resources that it adds."]
    if any(source != target for source, target in graph.between()):
        notes.append(
            "An arrow leads to a file that is referred to, and has the colour of its name."
        )
    notes += [
        f"\u201cif {condition}\u201d: exists only under the template's condition {condition}."
        for condition in sorted({each.condition for each in graph.resources} - {""})
    ]
    return notes


def sheet() -> str:
    """Write the style sheet: a light page's, and what differs on a dark one."""
    dark = "".join(_tones(DARK, [each[1] for each in COLOURS]))
    return "".join(
        [
            *_fonts(),
            ".way{fill:none;stroke:currentColor;stroke-width:1.6}.head{fill:currentColor}",
            ".box{stroke-width:1}.rule{stroke:currentColor;stroke-width:2}",
            *_tones(LIGHT, [each[0] for each in COLOURS]),
            f"@media (prefers-color-scheme:dark){{{dark}}}",
        ]
    )


def _fonts() -> list[str]:
    return [
        f"text{{font-family:{MONO}}}",
        f".heading,.description,.legend{{font-family:{SANS};font-size:12px}}",
        "text.description{font-size:13px}",
        f"text.heading{{font-size:{HEADING_SIZE}px;font-weight:600}}",
        f".path,.title{{font-size:{TITLE_SIZE}px;font-weight:700}}",
        f".kind,.condition{{font-size:{KIND_SIZE}px}}",
        ".condition{font-style:italic}",
        ".path,.condition{fill:currentColor}",
    ]


def _tones(page: dict[str, str], colours: list[str]) -> list[str]:
    return [
        f".ground{{fill:{page['ground']}}}.box{{fill:{page['box']};stroke:{page['edge']}}}",
        f".plain{{color:{page['pale']}}}.heading,.title{{fill:{page['ink']}}}",
        f".description,.legend,.kind{{fill:{page['pale']}}}",
        *(f".c{number}{{color:{colour}}}" for number, colour in enumerate(colours)),
    ]
