"""How a change of a stack is followed, and what its end means."""

import pytest
from botocore.stub import Stubber

from pipeline.errors import Failed, RecoveryNeeded
from pipeline.release import watch
from pipeline.release.states import State
from pipeline.release.watch import Tail
from pipeline.settings import Settings
from pipeline.view.events import Event, Note, StackEvent
from tests.release import answers

SERVICE = "AWS::ECS::Service"


def names(events: list[StackEvent]) -> list[str]:
    """List the resources that events are of."""
    return [each.logical_id for each in events]


def test_a_tail_tells_oldest_first_from_every_page(
    staging: Settings, cloudformation: Stubber
) -> None:
    """CloudFormation tells the newest first, and in pages."""
    answers.tells(cloudformation, answers.event(3), answers.event(2), more="2")
    answers.tells(cloudformation, answers.event(1), token="2")
    assert names(Tail(staging, answers.ID).new()) == ["Resource1", "Resource2", "Resource3"]


def test_a_tail_stops_at_the_first_that_was_seen(
    staging: Settings, cloudformation: Stubber
) -> None:
    """A long history is read once: the page after the first known event is not asked for."""
    tail = Tail(staging, answers.ID)
    answers.tells(cloudformation, answers.event(1))
    tail.new()
    answers.tells(cloudformation, answers.event(3), answers.event(2), answers.event(1), more="2")
    assert names(tail.new()) == ["Resource2", "Resource3"]
    answers.tells(cloudformation, answers.event(3), more="2")
    assert tail.new() == []


def test_a_stack_that_is_gone_has_no_events(staging: Settings, cloudformation: Stubber) -> None:
    """A stack that was not made yet has nothing to tell, and that is no error."""
    message = f"Stack [{answers.NAME}] does not exist"
    cloudformation.add_client_error("describe_stack_events", "ValidationError", message)
    assert Tail(staging, answers.NAME).new() == []


def test_an_event_is_read() -> None:
    """A reason is empty where CloudFormation gives none."""
    assert watch.parse_event(answers.event(1)) == StackEvent(
        "Resource1", SERVICE, "UPDATE_COMPLETE", ""
    )
    told = watch.parse_event(answers.event(1, "UPDATE_FAILED", "it crashed"))
    assert told == StackEvent("Resource1", SERVICE, "UPDATE_FAILED", "it crashed")


def test_a_change_is_followed_to_its_end(staging: Settings, cloudformation: Stubber) -> None:
    """Every event is said once, the last ones too, and the stack at its end is returned."""
    said: list[Event] = []
    answers.is_now(cloudformation, "UPDATE_IN_PROGRESS")
    answers.tells(cloudformation, answers.event(1))
    answers.is_now(cloudformation, "UPDATE_COMPLETE")
    answers.tells(cloudformation, answers.event(2), answers.event(1))
    before = answers.stack(State.UPDATE_COMPLETE)
    ended = watch.follow(staging, before, Tail(staging, answers.ID), said.append)
    assert ended.state is State.UPDATE_COMPLETE
    assert [each.logical_id for each in said if isinstance(each, StackEvent)] == [
        "Resource1",
        "Resource2",
    ]


def test_a_change_that_is_rolled_back_fails_with_its_reasons(
    staging: Settings, cloudformation: Stubber
) -> None:
    """The reasons of the events are the message, since the stack itself has none."""
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_COMPLETE")
    answers.tells(
        cloudformation,
        answers.event(2, "UPDATE_FAILED", "Resource update cancelled"),
        answers.event(1, "UPDATE_FAILED", "it crashed"),
    )
    before = answers.stack(State.UPDATE_COMPLETE)
    with pytest.raises(Failed) as caught:
        watch.follow(staging, before, Tail(staging, answers.ID), lambda _: None)
    assert caught.value.what == (
        "stack shop-staging is UPDATE_ROLLBACK_COMPLETE\n  Resource1: it crashed"
    )


@pytest.mark.parametrize(
    "state",
    [
        State.CREATE_COMPLETE,
        State.UPDATE_COMPLETE,
        State.DELETE_COMPLETE,
    ],
)
def test_a_good_end_is_returned(staging: Settings, state: State) -> None:
    """A deletion's end is good, too; what failed on the way no longer matters."""
    ended = answers.stack(state)
    failure = StackEvent("WebService", SERVICE, "UPDATE_FAILED", "it crashed")
    assert watch.require_good(staging, ended, [failure]) is ended


@pytest.mark.parametrize("state", [State.UPDATE_ROLLBACK_FAILED, State.DELETE_FAILED])
def test_a_stuck_end_needs_recovery(staging: Settings, state: State) -> None:
    """Exit code 3, with the command that frees it."""
    with pytest.raises(RecoveryNeeded, match=f"is {state.status}\n  why") as caught:
        watch.require_good(staging, answers.stack(state, reason="why"), [])
    assert caught.value.hint == "invoke recover --env staging"


def test_a_bad_end_shows_the_first_reasons(staging: Settings) -> None:
    """Three at most, without what was cancelled only because of them."""
    reasons = ["Resource creation cancelled", "one", "two", "three", "four"]
    failures = [StackEvent(f"R{n}", SERVICE, "CREATE_FAILED", r) for n, r in enumerate(reasons)]
    with pytest.raises(Failed) as caught:
        watch.require_good(staging, answers.stack(State.ROLLBACK_COMPLETE), failures)
    assert caught.value.what == (
        "stack shop-staging is ROLLBACK_COMPLETE\n  R1: one\n  R2: two\n  R3: three"
    )
    assert caught.value.hint == "mend it and commit, then: invoke deploy --env staging"


def test_who_is_changing_the_stack_is_waited_for(
    staging: Settings, cloudformation: Stubber
) -> None:
    """CloudFormation is the lock: what they do is shown, and their end is where this begins."""
    said: list[Event] = []
    answers.tells(cloudformation, answers.event(1))
    answers.is_now(cloudformation, "UPDATE_COMPLETE")
    answers.tells(cloudformation, answers.event(2), answers.event(1))
    answers.is_now(cloudformation, "UPDATE_COMPLETE", asked=answers.NAME)
    found = watch.settle(staging, answers.stack(State.UPDATE_IN_PROGRESS), said.append)
    assert found.state is State.UPDATE_COMPLETE
    assert said == [
        Note("stack shop-staging is UPDATE_IN_PROGRESS: waiting for that to end"),
        StackEvent("Resource2", SERVICE, "UPDATE_COMPLETE", ""),
    ]


def test_a_stack_that_nobody_changes_is_not_waited_for(staging: Settings) -> None:
    """Nothing is asked, and nothing said."""
    found = answers.stack(State.UPDATE_COMPLETE)
    assert watch.settle(staging, found, answers.silent) is found
