"""The log of all tasks, read page by page, and followed."""

from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from pipeline import aws
from pipeline.release import logs
from pipeline.settings import Settings

GROUP = "shop-logs"


def event(number: int, text: str = "hello\n") -> dict[str, Any]:
    """Make an event as FilterLogEvents has it, one second after the one before."""
    return {
        "eventId": str(number),
        "timestamp": 1_767_225_600_000 + number * 1000,
        "logStreamName": "web/web/0123456789abcdef",
        "message": text,
    }


def answers(stubber: Stubber, *events: dict[str, Any], token: str = "", more: str = "") -> None:
    """Have one page of events be there: the one that `token` names, with `more` to come."""
    question = {"logGroupName": GROUP, "startTime": ANY, **({"nextToken": token} if token else {})}
    answer = {"events": list(events), **({"nextToken": more} if more else {})}
    stubber.add_response("filter_log_events", answer, question)


@pytest.fixture
def stubber(staging: Settings, monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """CloudWatch Logs, answering in this order."""
    monkeypatch.setattr(logs, "POLL_SECONDS", 0)
    return Stubber(aws.client(staging, "logs"))


def test_a_line_has_its_time_its_entry_and_its_task() -> None:
    """Which of two tasks said it can be told, and when."""
    assert logs.line(event(1)) == "00:00:01 web 01234567 hello"


def test_every_page_is_read_once(staging: Settings, stubber: Stubber) -> None:
    """A busy hour does not fit on one."""
    answers(stubber, event(1), more="next")
    answers(stubber, event(2, "bye"), token="next")
    with stubber:
        said = list(logs.tail(staging, GROUP, follow=False))
    assert [each.split()[-1] for each in said] == ["hello", "bye"]


def test_following_tells_each_line_once(staging: Settings, stubber: Stubber) -> None:
    """Each question reaches back a little, for what arrives late, and repeats nothing."""
    answers(stubber, event(1), event(3))
    answers(stubber, event(2, "late"), event(3))
    with stubber:
        lines = logs.tail(staging, GROUP, follow=True)
        said = [next(lines) for _ in range(3)]
    assert [each.split()[0] for each in said] == ["00:00:01", "00:00:03", "00:00:02"]
