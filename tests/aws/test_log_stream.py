"""One container's log, read from its end or as it grows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from slipway.aws import log_stream, session
from slipway.aws.log_stream import LogStream
from slipway.settings import Settings
from tests.answers import stubbed

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import ContainerDefinitionOutputTypeDef, TaskTypeDef

NAMES = {"logGroupName": "shop", "logStreamName": "web/web/3"}


@pytest.fixture
def logs(staging: Settings) -> Iterator[Stubber]:
    """Answer for CloudWatch Logs in this order, and insist that every answer is asked for."""
    with stubbed(session.client(staging, "logs")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def stream(staging: Settings) -> LogStream:
    """The stream of a task's container."""
    return LogStream(staging, "shop", "web/web/3")


def written(logs: Stubber, *lines: str, asked: str = "", token: str = "") -> None:
    """Answer with the page that `asked` names; `token` names the next one."""
    answer: dict[str, Any] = {"events": [{"message": f"{line}\n"} for line in lines]}
    question = {**NAMES, "startFromHead": True, **({"nextToken": asked} if asked else {})}
    logs.add_response("get_log_events", {**answer, "nextForwardToken": token}, question)


def test_new_lines_are_read_once_from_every_page(logs: Stubber, stream: LogStream) -> None:
    """The end of a stream gives the token back, and reading goes on there; a page may be empty."""
    written(logs, "one", token="a")
    written(logs, asked="a", token="b")
    written(logs, "two", asked="b", token="c")
    written(logs, asked="c", token="c")
    assert stream.new() == ["one", "two"]
    written(logs, "three", asked="c", token="d")
    written(logs, asked="d", token="d")
    assert stream.new() == ["three"]


def test_a_stream_that_is_not_there_yet_has_no_lines(logs: Stubber, stream: LogStream) -> None:
    """ECS creates it with the container's first line."""
    logs.add_client_error("get_log_events", "ResourceNotFoundException")
    assert stream.new() == []


def test_a_stream_that_may_not_be_read_says_so_once(logs: Stubber, stream: LogStream) -> None:
    """A log group of a user's own may be outside what a deploy is allowed."""
    for _ in range(2):
        logs.add_client_error("get_log_events", "AccessDeniedException", "no")
    assert [line[:24] for line in stream.new()] == ["the log cannot be read: "]
    assert stream.new() == []


@pytest.mark.usefixtures("clock")
def test_the_last_lines_may_arrive_after_the_end(logs: Stubber, stream: LogStream) -> None:
    """A stream is read again until what came is enough."""
    logs.add_client_error("get_log_events", "ResourceNotFoundException")
    for asked, token, lines in (("", "a", ["starting"]), ("a", "b", ["KeyError"])):
        written(logs, *lines, asked=asked, token=token)
        written(logs, asked=token, token=token)
    assert stream.drain(60, lambda lines: "KeyError" in lines) == ["starting", "KeyError"]


def newest(logs: Stubber, *lines: str, asked: str = "", token: str = "") -> None:
    """Answer with the newest page, or the one before it that `asked` names."""
    answer: dict[str, Any] = {"events": [{"message": f"{line}\n"} for line in lines]}
    question = {**NAMES, "limit": log_stream.LINES, "startFromHead": False}
    more = {"nextToken": asked} if asked else {}
    logs.add_response(
        "get_log_events", {**answer, "nextBackwardToken": token}, {**question, **more}
    )


def test_the_last_lines_are_read_from_the_end(logs: Stubber, stream: LogStream) -> None:
    """An empty page may stand before the newest lines."""
    newest(logs, token="a")
    newest(logs, "first", "last", asked="a", token="b")
    assert log_stream.last_lines(stream, bool) == ["first", "last"]


@pytest.mark.usefixtures("clock")
def test_the_last_line_is_waited_for(logs: Stubber, stream: LogStream) -> None:
    """What a container wrote last arrives last, and is the reason."""
    newest(logs, "starting", token="a")
    newest(logs, "starting", "KeyError", token="a")
    lines = log_stream.last_lines(stream, lambda lines: "KeyError" in lines)
    assert lines == ["starting", "KeyError"]


def test_lines_that_never_arrive_are_not_waited_for_long(
    logs: Stubber, stream: LogStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that wrote nothing has no stream, and its end no lines."""
    monkeypatch.setattr(log_stream, "WAIT_SECONDS", 0)
    logs.add_client_error("get_log_events", "ResourceNotFoundException")
    assert log_stream.last_lines(stream, bool) == []


def test_the_stream_is_named_as_ecs_names_it(staging: Settings) -> None:
    """Prefix, container and task; a container without CloudWatch has none."""
    task: TaskTypeDef = {"taskArn": "arn:aws:ecs:eu-west-1:1:task/shop/3"}
    options = {"awslogs-group": "shop", "awslogs-stream-prefix": "web"}
    container: ContainerDefinitionOutputTypeDef = {
        "name": "web",
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }
    stream = log_stream.of_container(staging, task, container)
    assert stream == LogStream(staging, "shop", "web/web/3")
    assert log_stream.of_container(staging, task, {"name": "web"}) is None
