"""What is counted when a command is compared with its rival."""

import json
from typing import Any

import pytest

from bench import growth, many, synth
from bench.growth import Growth
from bench.ratios import Clock, Comparison, alternate, table
from slipway.templates import checks
from slipway.templates.options import read


def clock(name: str, seconds: list[float], log: list[str]) -> Clock:
    """Make a clock that shows these seconds, one after the other, and notes that it was read."""
    times = iter(seconds)

    def read() -> float:
        log.append(name)
        return next(times)

    return read


def test_both_are_timed_in_turn() -> None:
    """One after the other, so that what slows the machine for a while slows both."""
    log: list[str] = []

    alternate(clock("a", [1.0] * 3, log), clock("b", [1.0] * 3, log), 2)

    assert log == ["a", "b"] * 3


def test_the_first_turn_does_not_count() -> None:
    """It fills caches, for the one and for the other."""
    pairs = alternate(clock("a", [99, 3, 4], []), clock("b", [77, 1, 2], []), 2)

    assert pairs == ((3, 1), (4, 2))


def test_a_ratio_is_that_of_a_pair() -> None:
    """Not that of two medians: the middle of the ratios is 2, that of the times 20 / 4."""
    found = Comparison("ours", "theirs", 1, ((1, 1), (20, 10), (28, 4)))

    assert found.ratios == [1, 2, 7]
    assert found.medians == (20, 4)


def test_a_row_has_the_ratio_its_spread_and_the_goal() -> None:
    """And the absolute times that the ratios are made of."""
    found = Comparison("ours", "theirs", 2.5, ((1, 1), (20, 10), (28, 4)))

    assert table([found]).splitlines()[1:] == [
        "| --- | --- | --- | --- | --- | --- |",
        "| ours | theirs | **2.00** (1.00 to 7.00) | at most 2.5 | 20.00 and 4.00 | 3 |",
    ]


def test_without_a_pair_there_is_no_number() -> None:
    """A table never shows a ratio that nobody measured."""
    with pytest.raises(ValueError, match="not enough values"):
        table([Comparison("ours", "theirs", 1, ())])


@pytest.fixture
def body() -> dict[str, Any]:
    """A small template that has all of the parts."""
    return {
        "Parameters": {"Tag": {"Type": "String"}},
        "Conditions": {"Deploy": {"Fn::Equals": [{"Ref": "Tag"}, ""]}},
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Queue": {"Type": "AWS::SQS::Queue", "DependsOn": "Topic"},
            "Bucket": {"Type": "AWS::S3::Bucket", "DependsOn": ["Topic", "Queue"]},
        },
        "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}},
    }


def copied(body: dict[str, Any]) -> dict[str, Any]:
    """Make a template of its own that says the same."""
    return dict(json.loads(json.dumps(body)))


def test_the_order_of_what_a_resource_needs_is_no_difference(body: dict[str, Any]) -> None:
    """Nor is a single name beside a list of one: CloudFormation takes either."""
    other = copied(body)
    other["Resources"]["Queue"]["DependsOn"] = ["Topic"]
    other["Resources"]["Bucket"]["DependsOn"] = ["Queue", "Topic"]
    before = copied(body)

    synth.require_same(body, other)

    assert body == before


@pytest.mark.parametrize("part", synth.PARTS)
def test_a_rival_that_makes_less_is_no_rival(part: str, body: dict[str, Any]) -> None:
    """Of every part, the number is the same."""
    other = copied(body)
    other[part].popitem()

    with pytest.raises(SystemExit, match=rf"{part}: \d here, \d by the CDK"):
        synth.require_same(body, other)


def test_a_rival_that_makes_something_else_is_no_rival(body: dict[str, Any]) -> None:
    """The same number is not enough."""
    other = copied(body)
    other["Resources"]["Queue"]["Type"] = "AWS::SNS::Topic"

    with pytest.raises(SystemExit, match="Resources: the CDK's Queue is another"):
        synth.require_same(body, other)


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
