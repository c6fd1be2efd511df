"""Each event as lines, and which of them are bad news."""

import typing

import pytest

from slipway.events import (
    DeployStarted,
    Event,
    Finding,
    Note,
    Outcome,
    Proven,
    Record,
    ResourceChange,
    Rollout,
    StackEvent,
    StageEnded,
    StageStarted,
    TaskStopped,
    TaskUnhealthy,
    Verdict,
)
from slipway.results import (
    AppSecret,
    EnvironmentStatus,
    Error,
    LogLine,
    ServiceStatus,
    Summary,
    TaskStatus,
)
from slipway.revision import Image
from slipway.view import console
from slipway.view.lines import is_bad, lines_of

SERVICE = "AWS::ECS::Service"
TASKS = (
    TaskStatus("0123456789ab", 300.0, healthy=True),
    TaskStatus("fedcba987654", 5.0, healthy=False),
    TaskStatus("aaaaaaaaaaaa", None, healthy=None),
)
WEB = ServiceStatus("shop-web", "web:2", 3, 2, 0, "IN_PROGRESS", TASKS)
STATUS = EnvironmentStatus("shop", "UPDATE_COMPLETE", "", "3f6d992", (WEB,), "http://lb.example/")
STATE = "(no branch, uncommitted edits)"
NEW, OLD = "3f6d992" + "0" * 33, "e4df0fb" + "0" * 33
TABLE: list[tuple[Event, list[str], bool]] = [
    (Note("a sentence"), ["  a sentence"], False),
    (Finding("clock", Verdict.OK, "agrees"), ["ok         clock: agrees"], False),
    (
        Finding("clock", Verdict.WRONG, "is slow", "set it\nor wait"),
        ["wrong      clock: is slow", "             next: set it", "             next: or wait"],
        True,
    ),
    (Finding("quotas", Verdict.UNKNOWN, "no"), ["not known  quotas: no"], False),
    (
        DeployStarted("staging", "1, eu-west-1", NEW, "A page", "main", dirty=False, replaces=OLD),
        ['staging (1, eu-west-1): 3f6d992 "A page" (main, clean) replaces e4df0fb'],
        False,
    ),
    (
        DeployStarted("local", "url", NEW, "A page", "", dirty=True, replaces=NEW),
        [f'local (url): 3f6d992 "A page" {STATE} replaces 3f6d992, the same commit'],
        False,
    ),
    (
        DeployStarted("local", "url", NEW, "A page", "main", dirty=False, replaces=""),
        ['local (url): 3f6d992 "A page" (main, clean) is the first deploy'],
        False,
    ),
    (StageStarted("build"), ["build"], False),
    (StageEnded("build", 1.26, Outcome.DONE), ["build: done after 1.3 s"], False),
    (StageEnded("build", 1.26, Outcome.FAILED), ["build: FAILED after 1.3 s"], True),
    (StageEnded("build", 1.26, Outcome.INTERRUPTED), ["build: interrupted after 1.3 s"], False),
    (ResourceChange("Add", "Web", SERVICE, ""), [f"  + Web {SERVICE}"], False),
    (ResourceChange("Modify", "Web", SERVICE, "False"), [f"  ~ Web {SERVICE}"], False),
    (ResourceChange("Modify", "Web", SERVICE, "True"), [f"  ~ Web {SERVICE} (replaced)"], False),
    (ResourceChange("Remove", "Web", SERVICE, ""), [f"  - Web {SERVICE}"], False),
    (ResourceChange("Dynamic", "Web", SERVICE, ""), [f"  ? Web {SERVICE}"], False),
    (StackEvent("Web", SERVICE, "UPDATE_COMPLETE", ""), ["  Web UPDATE_COMPLETE"], False),
    (
        StackEvent("Web", SERVICE, "UPDATE_FAILED", "it crashed"),
        ["  Web UPDATE_FAILED: it crashed"],
        True,
    ),
    (
        StackEvent("shop", "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_IN_PROGRESS", ""),
        ["  shop UPDATE_ROLLBACK_IN_PROGRESS"],
        True,
    ),
    (
        Rollout("arn:aws:ecs:eu-west-1:1:task-definition/web:2", 2, 1, 0, "IN_PROGRESS"),
        ["  web:2: 1 of 2 tasks run, 0 failed, IN_PROGRESS"],
        False,
    ),
    (
        Rollout("web:2", 2, 1, 1, "IN_PROGRESS"),
        ["  web:2: 1 of 2 tasks run, 1 failed, IN_PROGRESS"],
        True,
    ),
    (Rollout("web:2", 2, 0, 0, "FAILED"), ["  web:2: 0 of 2 tasks run, 0 failed, FAILED"], True),
    (
        TaskStopped("1", "it ended", {"web": 3, "proxy": None}, ("first", "last")),
        [
            "  task 1 stopped: it ended",
            "    ECS: it ended (web exited with code 3, proxy exited with code unknown)",
            "    | first",
            "    | last",
        ],
        True,
    ),
    (
        TaskStopped("1", "it ended", {}, (), "web exited with code 3: KeyError: 'X'"),
        ["  task 1 stopped: web exited with code 3: KeyError: 'X'", "    ECS: it ended"],
        True,
    ),
    (
        TaskUnhealthy("1", "GET /health/live answers 500", ("last",)),
        ["  task 1 is not healthy: GET /health/live answers 500", "    | last"],
        True,
    ),
    (
        Proven("sha256:1", 2, "http://lb.example/", "GET /health/ready answers 200"),
        ["proven: 2 tasks run sha256:1", "  GET /health/ready answers 200", "http://lb.example/"],
        False,
    ),
    (
        Proven("sha256:1", 0, "http://lb.example/", "deployed, nothing runs: Count is 0"),
        ["deployed, nothing runs: Count is 0", "http://lb.example/"],
        False,
    ),
    (
        Proven("sha256:1", 2, "http://lb.example/"),
        ["proven: 2 tasks run sha256:1", "http://lb.example/"],
        False,
    ),
    (
        Image("shop", "3f6d992", "sha256:1", tested=True),
        ["image shop:3f6d992 sha256:1 (tested)"],
        False,
    ),
    (
        STATUS,
        [
            "stack shop: UPDATE_COMPLETE",
            "revision: 3f6d992",
            "  web:2: 2 of 3 tasks run, 0 failed, IN_PROGRESS",
            "    task 01234567 runs for 5 min, healthy",
            "    task fedcba98 runs for 5 s, not healthy",
            "    task aaaaaaaa starts",
            "url: http://lb.example/",
        ],
        False,
    ),
    (
        EnvironmentStatus(
            *("shop", "UPDATE_ROLLBACK_COMPLETE", "it crashed", ""),
            (ServiceStatus("worker", "", 0, 0, 0, "ABSENT"),),
            "",
        ),
        [
            "stack shop: UPDATE_ROLLBACK_COMPLETE it crashed",
            "revision: none yet",
            "service worker: does not exist",
        ],
        False,
    ),
    (
        EnvironmentStatus("shop", "ABSENT", "is not deployed yet", "", (), ""),
        ["is not deployed yet"],
        False,
    ),
    (LogLine(1.0, "web", "0123456789ab", "hello"), ["00:00:01 web 01234567 hello"], False),
    (AppSecret("API_KEY", 86_400.0, used=True), ["  API_KEY changed 1970-01-02"], False),
    (
        AppSecret("API_KEY", None, used=True),
        ["  API_KEY does not exist; invoke secrets.set creates it in this environment"],
        False,
    ),
    (
        Summary(changed=True, seconds={"build": 1.24, "push": 2.0}),
        ["  seconds: build 1.2, push 2.0; 3.2 in all"],
        False,
    ),
    (Summary(changed=False, seconds={}), ["  nothing to do"], False),
    (Error("it broke", "fix it", 1), [], True),
]


def record(event: Event) -> Record:
    """Return an event as a view gets it."""
    return Record(0.0, "staging", event)


@pytest.mark.parametrize(("event", "expected", "_bad"), TABLE)
def test_an_event_is_written(event: Event, expected: list[str], _bad: bool) -> None:  # noqa: FBT001
    """What a reader sees of each."""
    assert lines_of(event) == expected


@pytest.mark.parametrize(("event", "_lines", "bad"), TABLE)
def test_bad_news_is_known(event: Event, _lines: list[str], bad: bool) -> None:  # noqa: FBT001
    """What is red on a terminal."""
    assert is_bad(event) is bad


def test_every_event_is_in_the_table() -> None:
    """A new kind of event must be given its lines here, too."""
    assert {type(event) for event, _, _ in TABLE} == set(typing.get_args(Event))


def test_plain_lines_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """What is piped is what was said, without a colour."""
    console.plain(record(Proven("sha256:1", 2, "http://lb.example/")))
    assert capsys.readouterr().out == "proven: 2 tasks run sha256:1\nhttp://lb.example/\n"


def test_a_terminal_gets_the_words_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Square brackets in a log line are no markup, and a word between colons is no picture."""
    show = console.terminal()
    for event in (
        StageStarted("release"),
        TaskStopped("1", "it ended", {"web": 3}, ("[error] no [/such] tag", "level:bug:7")),
        StageEnded("release", 1.0, Outcome.FAILED),
    ):
        show(record(event))
    shown = capsys.readouterr().out
    assert "    | [error] no [/such] tag\n    | level:bug:7\n" in shown
    assert "release: FAILED after 1.0 s\n" in shown


@pytest.mark.parametrize("name", ["migrate", "release", "proof", "infrastructure"])
def test_a_stage_that_prints_little_has_a_clock(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal, one sees that it runs, and for how long."""
    assert clock_of(name, monkeypatch, capsys)


@pytest.mark.parametrize("name", ["build", "test", "push"])
def test_a_stage_in_which_docker_writes_has_no_clock(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two writers on one line would break each other's output."""
    assert not clock_of(name, monkeypatch, capsys)


def clock_of(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> bool:
    """Whether a terminal shows a clock while the stage runs."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    show = console.terminal()
    show(record(StageStarted(name)))
    show(record(StageEnded(name, 1.0, Outcome.DONE)))
    return "0:00:0" in capsys.readouterr().out
