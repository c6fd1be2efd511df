"""The log of all tasks: its newest lines, and those that come."""

from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from slipway.aws import session
from slipway.errors import ConfigurationError
from slipway.release import logs
from slipway.results import LogLine
from slipway.settings import Settings
from tests.conftest import Clock

GROUP = "shop-logs"
NOW = 1_767_225_600.0


def event(number: int, text: str = "hello\n") -> Any:
    """Make an event as FilterLogEvents has it, so many seconds after NOW."""
    return {
        "eventId": str(number),
        "timestamp": int(NOW + number) * 1000,
        "logStreamName": "web/web/0123456789abcdef",
        "message": text,
    }


def answers(
    stubber: Stubber,
    *events: Any,
    token: str = "",
    more: str = "",
    start: Any = ANY,
    end: Any = ANY,
) -> None:
    """Answer one page of events: the one that `token` names, with `more` to come."""
    question = {"logGroupName": GROUP, "startTime": start}
    question |= {"endTime": end} if end else {}
    question |= {"nextToken": token} if token else {}
    answer = {"events": list(events), **({"nextToken": more} if more else {})}
    stubber.add_response("filter_log_events", answer, question)


@pytest.fixture
def stubber(staging: Settings, clock: Clock) -> Stubber:
    """CloudWatch Logs, answering in this order, without a wait between two questions."""
    clock.now = NOW
    return Stubber(session.client(staging, "logs"))


def numbers(events: list[Any]) -> list[int]:
    """List events by their numbers."""
    return [int(each["eventId"]) for each in events]


def test_a_line_has_its_time_its_entry_and_its_task() -> None:
    """A line shows which of two tasks wrote it, and when."""
    assert logs.line(event(1)) == LogLine(NOW + 1, "web", "0123456789abcdef", "hello")


def test_every_page_is_read_once(staging: Settings, stubber: Stubber) -> None:
    """A busy minute does not fit on one."""
    answers(stubber, event(1), more="next")
    answers(stubber, event(2), token="next")
    with stubber:
        found = logs.newest(staging, GROUP, NOW, since=60, lines=10)
    stubber.assert_no_pending_responses()
    assert numbers(found) == [1, 2]


def test_the_newest_lines_are_shown(staging: Settings, stubber: Stubber) -> None:
    """The last ones, oldest first, from as many windows as it takes and no more."""
    answers(stubber, event(-20), event(-10), start=int(NOW - 60) * 1000, end=int(NOW) * 1000)
    answers(
        stubber,
        *(event(-number) for number in (150, 100, 70)),
        start=int(NOW - 180) * 1000,
        end=int(NOW - 60) * 1000 - 1,
    )
    with stubber:
        found = logs.newest(staging, GROUP, NOW, since=None, lines=4)
    stubber.assert_no_pending_responses()
    assert numbers(found) == [-100, -70, -20, -10]


def test_a_full_page_without_a_token_is_not_the_end(
    staging: Settings, stubber: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An emulator has no tokens; the next page begins with the last event, shown once."""
    monkeypatch.setattr(logs, "PAGE_EVENTS", 2)
    answers(stubber, event(1), event(2))
    answers(stubber, event(2), event(3), start=int(NOW + 2) * 1000)
    answers(stubber, event(3), start=int(NOW + 3) * 1000)
    with stubber:
        found = logs.newest(staging, GROUP, NOW, since=60, lines=10)
    stubber.assert_no_pending_responses()
    assert numbers(found) == [1, 2, 3]


def test_windows_cover_the_time_without_a_gap() -> None:
    """Each millisecond is in one window."""
    found = list(logs.windows(NOW, 1000.0))
    assert found[0][1] == int(NOW * 1000)
    assert found[-1][0] == int((NOW - 1000) * 1000)
    assert [later[0] - 1 for later in found[:-1]] == [earlier[1] for earlier in found[1:]]


def test_a_day_takes_few_questions() -> None:
    """An environment that is silent costs a dozen calls."""
    assert len(list(logs.windows(NOW, logs.DAY_SECONDS))) <= 12


def test_following_shows_each_line_once(staging: Settings, stubber: Stubber) -> None:
    """Each question reaches back a little, for what arrives late, and repeats nothing."""
    answers(stubber, event(1), event(3), end=None)
    answers(stubber, event(2), event(3), end=None)
    with stubber:
        lines = logs.follow(staging, GROUP, [event(1)])
        found = [next(lines), next(lines)]
    assert numbers(found) == [3, 2]


def test_following_does_not_go_back_before_what_was_shown(
    staging: Settings, stubber: Stubber
) -> None:
    """Of a log with more lines than were asked for, the older ones stay out."""
    answers(stubber, event(-5), event(-4), start=int(NOW - 5) * 1000, end=None)
    with stubber:
        assert numbers([next(logs.follow(staging, GROUP, [event(-5)]))]) == [-4]


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400)]
)
def test_a_length_of_time_is_read(text: str, seconds: float) -> None:
    """As kubectl, docker and the AWS CLI write it."""
    assert logs.parse_since(text) == seconds


def test_a_number_of_lines_is_read() -> None:
    """Text, because invoke itself would end in a traceback."""
    assert logs.parse_lines("100") == 100
    for text in ("abc", "0", "-1", "", "1.5", "12345678"):
        with pytest.raises(ConfigurationError, match="is not a number of lines"):
            logs.parse_lines(text)


@pytest.mark.parametrize("text", ["10", "m", "-1m", "0m", "1w", "10 m", "1.5h"])
def test_another_text_is_refused(text: str) -> None:
    """Exit 2, and an example."""
    with pytest.raises(ConfigurationError, match="is not a duration"):
        logs.parse_since(text)
