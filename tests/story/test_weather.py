"""Bad answers: late, lost, refused, stale, in pieces, or not AWS's at all."""

import pytest

from slipway.release import follow, watch
from tests.story import disturbances
from tests.story.applications import Application, Migration
from tests.story.disturbances import ALWAYS
from tests.story.person import Person, application
from tests.story.revisions import ONE, THREE, TWO, writes
from tests.story.world import World

CALLS = [
    "cloudformation.DescribeStacks",
    "cloudformation.CreateChangeSet",
    "cloudformation.DescribeChangeSet",
    "cloudformation.ExecuteChangeSet",
    "cloudformation.DescribeStackEvents",
    "ecs.DescribeServices",
    "ecs.RunTask",
    "ecs.ListTasks",
    "logs.GetLogEvents",
    "elbv2.DescribeTargetHealth",
]
EXECUTE = "cloudformation.ExecuteChangeSet"


@pytest.mark.parametrize(
    ("call", "act"),
    [(call, (disturbances.throttle, disturbances.drop)[at % 2]) for at, call in enumerate(CALLS)],
)
def test_a_call_that_fails_for_a_moment_is_made_again(
    deployed: World, person: Person, call: str, act: disturbances.Act
) -> None:
    """Throttling and a dropped connection cost time, and nothing else."""
    two = person.push(TWO)
    deployed.script.before(call, act, times=2)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.database.applied.count(two.digest) == 1
    assert deployed.stack.updates == [ONE, TWO]


@pytest.mark.parametrize("call", ["cloudformation.CreateChangeSet", EXECUTE, "ecs.RunTask"])
def test_a_call_whose_answer_is_lost_is_not_done_twice(
    deployed: World, person: Person, call: str
) -> None:
    """AWS did it and the answer never came; the repetition is known by its token."""
    two = person.push(TWO)
    deployed.script.after(call, disturbances.drop)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.database.applied.count(two.digest) == 1
    assert deployed.database.most_at_once == 1
    assert deployed.stack.updates == [ONE, TWO]
    assert len(deployed.change_sets.by_id) == 1


def test_silence_ends(deployed: World, person: Person) -> None:
    """No answer at all is an error with a hint, in minutes and not in hours."""
    two = person.push(TWO)
    deployed.script.before("cloudformation.DescribeStacks", disturbances.time_out, times=ALWAYS)
    started = deployed.clock.now
    done = person.deploy(two)
    assert done.code == 1
    assert "next:" in done.message
    assert deployed.clock.now - started < 300


@pytest.mark.parametrize("call", CALLS)
def test_an_answer_that_is_not_aws_is_an_error_with_a_hint(
    deployed: World, person: Person, call: str
) -> None:
    """A proxy's page for every answer from then on: no traceback, and nothing is claimed."""
    two = person.push(TWO)
    deployed.script.from_then_on(call, disturbances.garble)
    done = person.deploy(two)
    assert done.code == 1
    assert not done.proven
    assert "next:" in done.message


@pytest.mark.parametrize("call", CALLS)
def test_credentials_that_expire_are_said(deployed: World, person: Person, call: str) -> None:
    """Exit code 2, and what to renew."""
    two = person.push(TWO)
    deployed.script.from_then_on(call, disturbances.expire)
    done = person.deploy(two)
    assert done.code == 2
    assert "expired" in done.message
    assert "next:" in done.message


def test_a_change_set_that_is_refused_costs_no_migration(deployed: World, person: Person) -> None:
    """CloudFormation's reason is shown; the database is as it was."""
    two = person.push(TWO)
    deployed.change_sets.refused.append(("Resource type AWS::Nope is not supported", []))
    done = person.deploy(two)
    assert done.code == 1
    assert "AWS::Nope" in done.message
    assert two.digest not in deployed.database.applied
    assert "ecs.RunTask" not in deployed.calls[-30:]


def test_a_parameter_that_the_template_refuses_costs_no_migration(
    deployed: World, person: Person
) -> None:
    """It is refused before anything is run or changed."""
    two = person.push(TWO)
    before = len(deployed.calls)
    desired = application(deployed.settings).with_parameters({"WebWorkerCPU": "300"})
    done = person.deploy(two, desired=desired)
    assert done.code in {1, 2}
    assert "WebWorkerCPU" in done.message
    assert "ecs.RunTask" not in deployed.calls[before:]
    assert EXECUTE not in deployed.calls[before:]


def test_the_reasons_of_early_validation_are_shown(deployed: World, person: Person) -> None:
    """They are in DescribeEvents alone, and gone when the change set is deleted."""
    two = person.push(TWO)
    reason = "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]"
    detail = {
        "EventId": "1",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "WebService",
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": "extraneous key [Nope] is not permitted",
        "ValidationPath": "/Resources/WebService/Properties/Nope",
    }
    deployed.change_sets.refused.append((reason, [detail]))
    done = person.deploy(two)
    assert done.code == 1
    assert "extraneous key [Nope] is not permitted" in done.message
    assert two.digest not in deployed.database.applied


def test_lists_that_come_one_item_at_a_time_are_read_to_their_end(
    deployed: World, person: Person
) -> None:
    """Events, changes and tasks come in pages; nothing on a later page is lost."""
    deployed.cloudformation.page = 1
    deployed.ecs.page = 1
    done = person.deploy(person.push(TWO, Application(exits=3, last_words=("boom",))))
    assert done.code == 1
    assert "Circuit Breaker" in done.text()
    assert "boom" in done.text()


@pytest.mark.parametrize("seconds", [1.5, 6.0, 30.0])
def test_a_stale_read_after_execute_is_not_the_end(
    world: World, person: Person, seconds: float
) -> None:
    """DescribeStacks has the earlier state for a while, on the first deploy and later."""
    world.stacks.stale_seconds = seconds
    one = person.push(ONE)
    done = person.deploy(one)
    assert (done.code, done.proven) == (0, True)
    broken = person.push(TWO, Application(exits=3))
    assert person.deploy(broken).code == 1
    assert world.serving() == {one.digest}


def test_a_stale_read_that_looks_like_the_end_is_not_taken_for_it(
    deployed: World, person: Person
) -> None:
    """The earlier state has the name of the one after, and the earlier outputs."""
    person.deploy(person.push(TWO))
    deployed.stacks.stale_seconds = 20.0
    three = person.push(THREE)
    done = person.deploy(three)
    assert (done.code, done.proven) == (0, True)
    assert deployed.serving() == {three.digest}


def test_a_long_history_is_not_read(deployed: World, person: Person) -> None:
    """Months of events cost nothing: only the newest pages are read."""
    for number in range(2000):
        deployed.stack.record(f"Old{number}", "", "AWS::SNS::Topic", "UPDATE_COMPLETE")
    before = deployed.calls.count("cloudformation.DescribeStackEvents")
    assert person.deploy(person.push(TWO)).code == 0
    assert deployed.calls.count("cloudformation.DescribeStackEvents") - before < 50


def test_containers_that_no_template_named_do_not_count(world: World, person: Person) -> None:
    """GuardDuty's agent has no image and no exit code; the migration is judged by its own."""
    world.ecs.foreign = [{"name": "aws-guardduty-agent-x", "lastStatus": "RUNNING"}]
    one = person.push(ONE)
    done = person.deploy(one)
    assert (done.code, done.proven) == (0, True)
    assert world.database.applied == [one.digest]


def test_a_migration_without_an_end_is_stopped_and_its_log_is_shown(
    deployed: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its time; nothing of it goes on, and the service is as it was."""
    monkeypatch.setattr(follow, "RUN_SECONDS", 60)
    hanging = Migration(seconds=10_000.0, lines=("waiting for a lock",))
    done = person.deploy(person.push(TWO, Application(migration=hanging)))
    assert done.code == 1
    assert "waiting for a lock" in done.text()
    deployed.clock.advance(5)
    assert deployed.database.running == []


def test_what_a_read_is_asked_of_nothing_is_written(deployed: World, person: Person) -> None:
    """A deploy that is refused at its first look leaves no trace in the account."""
    before = len(deployed.calls)
    deployed.script.before("cloudformation.DescribeStacks", disturbances.deny, times=ALWAYS)
    done = person.deploy(person.push(TWO))
    assert done.code == 2
    assert writes(deployed.calls[before:]) == []


@pytest.mark.parametrize("act", [disturbances.throttle, disturbances.drop])
def test_a_deploy_that_loses_sight_of_its_release_finds_it_again(
    deployed: World, person: Person, act: disturbances.Act
) -> None:
    """The calls fail for longer than they are repeated; CloudFormation goes on meanwhile."""
    two = person.push(TWO)
    deployed.script.after(
        EXECUTE, lambda: deployed.script.before("cloudformation.*", act, times=40)
    )
    lost = person.deploy(two)
    assert lost.code == 1
    assert "next:" in lost.message
    deployed.script.disturbances.clear()
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.stack.updates == [ONE, TWO]


def test_a_rollout_without_an_end_is_left_and_can_be_cancelled(
    deployed: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tasks find no capacity: neither a failure nor an end; the command does not wait for ever."""
    monkeypatch.setattr(watch, "WATCH_SECONDS", 30)
    done = person.deploy(person.push(TWO, Application(starts=False)))
    assert done.code == 1
    assert "goes on" in done.message
    assert deployed.stack.status == "UPDATE_IN_PROGRESS"
    assert person.cancel().code == 0
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
