"""The events for programs: each line is JSON, and docs/json.md has its fields."""

import json
import re
import typing
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from slipway import results
from slipway.events import Event, Note, Outcome, Record, StageEnded
from slipway.view import json_lines
from tests.view.test_console import TABLE, record
from tests.view.test_text import EVENTS

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
PARTS = (results.ServiceStatus, results.TaskStatus)
# What a type of a field is in JSON, as the page names it.
TYPES = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def test_a_line_has_its_time_its_environment_and_its_fields() -> None:
    """The time as RFC 3339 has it, in UTC."""
    written = Record(1764081705.25, "staging", StageEnded("build", 1.5, Outcome.DONE))
    assert json.loads(json_lines.line(written)) == {
        "time": "2025-11-25T14:41:45.250Z",
        "environment": "staging",
        "event": "stage_ended",
        "name": "build",
        "seconds": 1.5,
        "outcome": "done",
    }


@given(EVENTS)
def test_a_line_is_one_line_of_ascii(event: Event) -> None:
    """Whatever text from outside is in it, so that every stream can carry it."""
    written = json_lines.line(record(event))
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written)["event"] == json_lines.kind(type(event))


def documented() -> dict[str, dict[str, str]]:
    """Return the page's tables: the fields of each event or part, with their types."""
    sections = re.split(r"^### `(\w+)`.*$", PAGE.read_text(), flags=re.MULTILINE)[1:]
    rows = [re.findall(r"^\| `(\w+)` \| ([^|]+) \|", each, re.MULTILINE) for each in sections[1::2]]
    return {name: dict(row) for name, row in zip(sections[::2], rows, strict=True)}


def in_json(kind: Any) -> str:
    """Name a type as the page does."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is dict:
        return f"object of {in_json(inner[1])}"
    if origin is tuple:
        return f"list of {in_json(inner[0])}"
    if inner:
        return " or ".join(map(in_json, inner))
    if issubclass(kind, Enum):
        return ", ".join(f'"{each.value}"' for each in kind)
    return TYPES.get(kind) or f"`{json_lines.kind(kind)}`"


@pytest.mark.parametrize("event", [*typing.get_args(Event), *PARTS], ids=json_lines.kind)
def test_every_field_is_documented(event: type) -> None:
    """docs/json.md has a table for each event, with each field and its type."""
    hints = typing.get_type_hints(event)
    expected = {each.name: in_json(hints[each.name]) for each in fields(event)}
    assert documented()[json_lines.kind(event)] == expected


def test_nothing_else_is_documented() -> None:
    """An event that is gone leaves the page, too."""
    known = {json_lines.kind(each) for each in (*typing.get_args(Event), *PARTS)}
    assert set(documented()) == known


@pytest.mark.parametrize("event", [event for event, _, _ in TABLE], ids=str)
def test_every_event_can_be_written(event: Event) -> None:
    """Each of the screen's examples, as one object with the three fields that all have."""
    written = json.loads(json_lines.line(record(event)))
    assert list(written)[:3] == ["time", "environment", "event"]


def test_what_json_has_no_form_for_is_a_fault() -> None:
    """It is not written as something else."""
    with pytest.raises(TypeError, match="no form"):
        json_lines.line(record(Note({1})))  # type: ignore[arg-type]
