"""How an operation is followed: its end is its own, whatever a stale read says."""

from dataclasses import replace

import pytest
from botocore.stub import Stubber

from slipway import polling
from slipway.aws.stack_events import StackEventCursor
from slipway.aws.stack_status import State
from slipway.errors import Failed, Interrupted, RecoveryNeeded
from slipway.events import Event, Note, StackEvent
from slipway.release import outcome, watch
from slipway.release.service_watch import ServiceWatch
from slipway.release.watch import Operation
from slipway.settings import Settings
from tests import answers

SERVICE = "AWS::ECS::Service"
BEFORE = answers.stack(State.UPDATE_COMPLETE)


@pytest.fixture
def operation(staging: Settings) -> Operation:
    """An operation whose events are all of the stack's."""
    services = ServiceWatch(staging, BEFORE, answers.silent)
    return Operation(BEFORE, "mine", StackEventCursor(staging, answers.ID), services)


def begins(cloudformation: Stubber) -> None:
    """Have the operation begin."""
    answers.page_of_events(cloudformation, answers.of_stack(1, "UPDATE_IN_PROGRESS", token="mine"))


def ends(cloudformation: Stubber, status: str, *more: dict[str, object]) -> None:
    """Have the operation end in a state, after `more` events, newest first."""
    answers.page_of_events(cloudformation, answers.of_stack(9, status, token="mine"), *more)


def test_a_change_is_followed_to_its_end(
    staging: Settings, cloudformation: Stubber, operation: Operation
) -> None:
    """Every event is said once, the last ones too, and the stack at its end is returned."""
    said: list[Event] = []
    begins(cloudformation)
    ends(cloudformation, "UPDATE_COMPLETE", answers.event(2), answers.of_stack(1, "x"))
    # DescribeStacks is behind the events, and is asked until it is not.
    answers.is_now(cloudformation, "UPDATE_IN_PROGRESS")
    answers.is_now(cloudformation, "UPDATE_COMPLETE")
    ended = watch.follow(staging, operation, said.append)
    assert ended.state is State.UPDATE_COMPLETE
    assert [each.logical_id for each in said if isinstance(each, StackEvent)] == [
        answers.NAME,
        "Resource2",
        answers.NAME,
    ]


def test_what_does_not_change_is_counted_and_not_shown(
    staging: Settings, cloudformation: Stubber, operation: Operation
) -> None:
    """The change set says what changes; what fails is shown in any case."""
    said: list[Event] = []
    begins(cloudformation)
    failed = answers.event(4, "UPDATE_FAILED", "it crashed")
    ends(cloudformation, "UPDATE_COMPLETE", failed, answers.event(3), answers.event(2))
    answers.is_now(cloudformation, "UPDATE_COMPLETE")
    watch.follow(staging, operation, said.append, resources=["Resource2"])
    shown = [each.logical_id for each in said if isinstance(each, StackEvent)]
    assert shown == [answers.NAME, "Resource2", "Resource4", answers.NAME]
    assert said[-1] == Note("1 other resource looked at, unchanged")


def test_a_change_that_is_rolled_back_fails_with_its_reasons(
    staging: Settings, cloudformation: Stubber, operation: Operation
) -> None:
    """The reasons of the events are the message, since the stack itself has none."""
    begins(cloudformation)
    ends(
        cloudformation,
        "UPDATE_ROLLBACK_COMPLETE",
        answers.event(3, "UPDATE_FAILED", "Resource update cancelled"),
        answers.event(2, "UPDATE_FAILED", "it crashed"),
    )
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_COMPLETE")
    with pytest.raises(Failed) as caught:
        watch.follow(staging, operation, lambda _: None)
    assert caught.value.what == (
        "stack shop-staging is UPDATE_ROLLBACK_COMPLETE\n  Resource2: it crashed"
    )


def test_an_operation_that_never_begins_is_no_success(
    staging: Settings,
    cloudformation: Stubber,
    operation: Operation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stack that is as good as before a call has not done what the call asked for."""
    monkeypatch.setattr(watch, "QUIET_SECONDS", 0)
    answers.page_of_events(cloudformation)
    answers.is_now(cloudformation, "UPDATE_COMPLETE")
    with pytest.raises(Failed, match="has not started"):
        watch.follow(staging, operation, lambda _: None)


def test_an_end_without_an_event_is_seen(
    staging: Settings,
    cloudformation: Stubber,
    operation: Operation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the events stay silent for long, the stack itself is asked."""
    monkeypatch.setattr(watch, "QUIET_SECONDS", 0)
    begins(cloudformation)
    answers.page_of_events(cloudformation, answers.of_stack(1, "x"))
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_FAILED", reason="why")
    with pytest.raises(RecoveryNeeded, match="is UPDATE_ROLLBACK_FAILED\n  why"):
        watch.follow(staging, operation, lambda _: None)


def test_an_interrupt_says_that_the_change_goes_on(
    staging: Settings,
    cloudformation: Stubber,
    operation: Operation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit 130, with the command that waits for it and the one that rolls it back."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    begins(cloudformation)
    monkeypatch.setattr(polling, "sleep", interrupt)
    with pytest.raises(Interrupted, match="CloudFormation goes on with stack") as caught:
        watch.follow(staging, operation, lambda _: None)
    assert caught.value.exit_code == 130
    assert "invoke deploy --env staging" in caught.value.hint
    assert "invoke cancel --env staging" in caught.value.hint


def test_who_waits_sees_what_is_waited_for(staging: Settings, cloudformation: Stubber) -> None:
    """What someone else began is watched to its end, whatever that is, and looked at again."""
    said: list[Event] = []
    answers.has_template(cloudformation)
    answers.page_of_events(cloudformation, answers.of_stack(1, "UPDATE_IN_PROGRESS", token="other"))
    answers.is_now(cloudformation, "UPDATE_IN_PROGRESS", asked=answers.NAME)
    answers.page_of_events(
        cloudformation,
        answers.of_stack(3, "UPDATE_ROLLBACK_COMPLETE", token="other"),
        answers.event(2, "UPDATE_FAILED", "it crashed"),
        answers.of_stack(1, "x"),
    )
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_COMPLETE")
    answers.is_now(cloudformation, "UPDATE_ROLLBACK_COMPLETE", asked=answers.NAME)
    busy = answers.stack(State.UPDATE_IN_PROGRESS)
    assert watch.wait_until_idle(staging, busy, said.append).state.meaning.final
    first = said[0]
    assert isinstance(first, Note)
    assert first.text.startswith("stack shop-staging is UPDATE_IN_PROGRESS: waiting for this")
    assert "invoke cancel --env staging" in first.text
    assert StackEvent("Resource2", SERVICE, "UPDATE_FAILED", "it crashed") in said


def test_an_operation_that_has_just_ended_is_not_waited_for(
    staging: Settings, cloudformation: Stubber
) -> None:
    """Its last event is among those that are skipped."""
    answers.has_template(cloudformation)
    answers.page_of_events(cloudformation, answers.of_stack(2, "UPDATE_COMPLETE", token="other"))
    answers.is_now(cloudformation, "UPDATE_COMPLETE", asked=answers.NAME)
    busy = answers.stack(State.UPDATE_IN_PROGRESS)
    assert watch.wait_until_idle(staging, busy, lambda _: None).state is State.UPDATE_COMPLETE


def test_a_stack_that_nobody_changes_is_not_waited_for(staging: Settings) -> None:
    """Nothing is asked, and nothing said."""
    assert watch.wait_until_idle(staging, BEFORE, answers.silent) is BEFORE


@pytest.mark.parametrize("state", [State.UPDATE_ROLLBACK_FAILED, State.DELETE_FAILED])
def test_a_stuck_end_needs_recovery(staging: Settings, state: State) -> None:
    """Exit code 3, with the command that frees it."""
    error = outcome.explain_end(staging, answers.stack(state, reason="why"), [], "")
    assert isinstance(error, RecoveryNeeded)
    assert error.what == f"stack shop-staging is {state.status}\n  why"
    assert error.hint == "invoke recover --env staging"


def test_a_bad_end_has_reasons_cause_and_who_serves_in_its_last_lines(staging: Settings) -> None:
    """Three reasons at most, without what was cancelled only because of them."""
    reasons = ["Resource creation cancelled", "one", "two", "three", "four"]
    failures = [StackEvent(f"R{n}", SERVICE, "UPDATE_FAILED", r) for n, r in enumerate(reasons)]
    ended = answers.stack(
        State.UPDATE_ROLLBACK_COMPLETE, parameters={"WebAppRevision": "c0ffee" * 6}
    )
    error = outcome.explain_end(staging, ended, failures, "web exited with code 3: KeyError")
    assert error.what.splitlines() == [
        "stack shop-staging is UPDATE_ROLLBACK_COMPLETE",
        "  R1: one",
        "  R2: two",
        "  R3: three",
        "  web exited with code 3: KeyError",
        "  rolled back: c0ffeec0ffee serves",
    ]
    assert error.hint == "fix it and commit, then: invoke deploy --env staging"


def test_an_update_that_someone_cancelled_needs_no_fix(staging: Settings) -> None:
    """CloudFormation says "cancelled" of each resource, and no task failed."""
    failures = [StackEvent("WebService", SERVICE, "UPDATE_FAILED", "Resource update cancelled")]
    error = outcome.explain_end(
        staging, answers.stack(State.UPDATE_ROLLBACK_COMPLETE, reason="x"), failures, ""
    )
    assert error.what == "the update of stack shop-staging was cancelled"
    assert error.hint == "invoke deploy --env staging starts it again"


def test_the_delivery_stack_has_a_command_of_its_own(staging: Settings) -> None:
    """Neither a deploy nor a cancellation looks at it."""
    delivery = replace(answers.stack(State.UPDATE_COMPLETE), name=staging.delivery_stack_name)
    error = outcome.interrupted(staging, delivery)
    assert error.hint == "invoke bootstrap --env staging waits for it"
    failed = outcome.explain_end(
        staging, replace(delivery, state=State.ROLLBACK_COMPLETE), [], "why"
    )
    assert failed.hint == "fix it and commit, then: invoke bootstrap --env staging"


def test_a_first_deploy_cannot_be_cancelled(staging: Settings) -> None:
    """CloudFormation cancels updates alone, so that no hint names it."""
    assert "cancel" not in outcome.interrupted(staging, answers.stack(State.DELETE_COMPLETE)).hint


def test_a_reason_begins_with_the_reason(staging: Settings) -> None:
    """The resource is named before it; its ARN would take three lines of a small screen."""
    arn = "arn:aws:ecs:eu-west-1:1:service/shop/web"
    failures = [StackEvent("WebService", SERVICE, "UPDATE_FAILED", f"{arn}: it crashed")]
    error = outcome.explain_end(staging, answers.stack(State.ROLLBACK_COMPLETE), failures, "")
    assert "WebService: it crashed" in error.what
