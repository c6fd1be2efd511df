"""How large a file's box is, and where the texts in it stand, in pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, sqrt

from slipway.templates.diagram.graph import Resource, Room, short

# How far a character of a fixed-width font goes at most, as a part of its size.
ADVANCE = 0.61
TITLE_SIZE, KIND_SIZE = 12, 10
HEADER, ROW, PADDING = 28, 32, 12
# So many resources stand below each other before there is a second column.
LEAST_ROWS = 3


@dataclass(frozen=True)
class Text:
    """A piece of text; `x` and `y` are the left end of the line that it stands on."""

    text: str
    x: float
    y: float
    size: float
    style: str

    @property
    def right(self) -> float:
        """Where it ends at most."""
        return self.x + len(self.text) * self.size * ADVANCE


@dataclass(frozen=True)
class Box:
    """A file's box."""

    room: Room
    x: float
    y: float
    width: float
    height: float

    def side(self, *, bottom: bool) -> float:
        """Say how far down one of the two sides is, where lines leave and arrive."""
        return self.y + self.height if bottom else self.y

    def name(self) -> Text:
        """Place the file's name."""
        return _name(self.room, self.x, self.y)

    def rows(self) -> Iterator[tuple[Resource, list[Text]]]:
        """Place each resource, in columns, from the top of each down."""
        x = self.x + PADDING
        for column in _columns(self.room):
            for number, each in enumerate(column):
                yield each, list(_texts(each, x, self.y + HEADER + ROW * number))
            x += _wide(column) + PADDING


def width(room: Room) -> float:
    """Say how wide a box is that holds all its texts."""
    wide = [_wide(column) + PADDING for column in _columns(room)]
    half = ceil(max(sum(wide) + PADDING, _name(room, 0, 0).right + PADDING) / 2)
    return 2 * half  # so that its middle is a whole number, and lines are sharp


def height(room: Room) -> float:
    """Say how high a box is."""
    return HEADER + ROW * max(len(column) for column in _columns(room)) + PADDING / 2


def _columns(room: Room) -> list[list[Resource]]:
    """Part the resources into columns, about as many as there are rows."""
    rows = max(LEAST_ROWS, ceil(sqrt(len(room.resources))))
    starts = range(0, len(room.resources), rows)
    return [list(room.resources[start : start + rows]) for start in starts]


def _wide(column: list[Resource]) -> float:
    return max(text.right for each in column for text in _texts(each, 0, 0))


def _name(room: Room, x: float, y: float) -> Text:
    return Text(room.path, x + PADDING, y + HEADER / 2 + 4, TITLE_SIZE, "path")


def _texts(resource: Resource, x: float, y: float) -> Iterator[Text]:
    title = Text(resource.title, x, y + 17, TITLE_SIZE, "title")
    yield title
    if resource.condition:
        yield Text(f"if {resource.condition}", title.right + 6, y + 17, KIND_SIZE, "condition")
    yield Text(short(resource), x, y + 29, KIND_SIZE, "kind")
