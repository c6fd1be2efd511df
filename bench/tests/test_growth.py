"""Templates of any size, and what is said about how their time grows."""

import json

import pytest

from bench import growth, many
from bench.growth import Growth
from slipway.templates import checks
from slipway.templates.options import read


@pytest.mark.parametrize("size", growth.SIZES)
def test_a_template_has_as_many_resources_as_it_is_to_have(size: int) -> None:
    """And our own checks find nothing: what is added refers to what is there."""
    made = json.loads(many.template(read("staging", growth.SMALL), size).to_json())

    assert len(made["Resources"]) == size
    assert checks.problems(made) == []


def test_the_application_is_not_cut_to_a_size() -> None:
    """A template that cannot have so few resources is an error."""
    with pytest.raises(ValueError, match=r"the application alone has \d+ resources"):
        many.template(read("staging", growth.SMALL), 5)


def test_what_grows_evenly_is_on_a_line() -> None:
    """Every resource costs the same: 2 + size / 10."""
    found = Growth({size: 2 + size / 10 for size in (100, 200, 300, 400)})

    assert found.line == pytest.approx((0.1, 2))
    assert found.fit == pytest.approx(1)
    assert found.last_by_half == pytest.approx(42 / 22)


def test_what_grows_ever_faster_is_not() -> None:
    """Time by the square: four times for twice as many, and the line misses the goal."""
    found = Growth({size: size**2 for size in growth.SIZES})

    assert found.last_by_half == 4
    assert found.fit < growth.GOAL


def test_each_size_is_rendered_in_each_turn() -> None:
    """Two sizes, a turn and the one before it: a time for each size, and it is one."""
    found = growth.measure([50, 100], runs=1)

    assert list(found.milliseconds) == [50, 100]
    assert min(found.milliseconds.values()) > 0


def test_the_plot_has_a_bar_for_each_size_and_the_line() -> None:
    """As Mermaid draws it: https://mermaid.js.org/syntax/xyChart.html."""
    assert growth.chart(Growth({100: 12.04, 200: 22, 300: 31.96})).splitlines() == [
        "```mermaid",
        "xychart-beta",
        '    title "Rendering a template"',
        '    x-axis "resources" [100, 200, 300]',
        '    y-axis "milliseconds" 0 --> 40',
        "    bar [12.0, 22.0, 32.0]",
        "    line [12.0, 22.0, 32.0]",
        "```",
    ]


def test_the_summary_has_the_fit_and_the_line() -> None:
    """And how the last size compares with half of it."""
    assert growth.summary(Growth({100: 12, 200: 22})).splitlines()[2:] == [
        "| R² of the line | **1.0000** | at least 0.99 |",
        "| the line | 2.0 ms + 10.0 ms for 100 resources | - |",
        "| time of 200 by time of 100 | 1.83 | about 2 |",
    ]
