"""Revisions that replace each other by a switch: proven, crashed, rolled back, and slow to bake."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from slipway import template
from slipway.release import watch
from slipway.settings import Settings
from slipway.template import Desired
from slipway.templates import blueprint
from tests.story import disturbances
from tests.story.applications import Application
from tests.story.disturbances import ALWAYS
from tests.story.person import Person
from tests.story.revisions import ONE, THREE, TWO, writes
from tests.story.world import World

STRATEGIES = ["blue_green", "linear", "canary"]
CRASH = Application(exits=3, last_words=("KeyError: 'SECRET_KEY'",))
RULE = "WebListenerRule"


def switching(settings: Settings, strategy: str, minutes: int = 2) -> Settings:
    """Return the settings of an environment whose revisions switch."""
    options = {"STACK_DEPLOYMENT": strategy, "STACK_BAKE_MINUTES": str(minutes)}
    return replace(settings, stack_options=(*settings.stack_options, *options.items()))


@pytest.fixture(autouse=True)
def _fewer_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look less often: a revision bakes for minutes or hours, in which nothing happens."""
    monkeypatch.setattr(watch, "POLL_SECONDS", 4.0)
    monkeypatch.setattr(watch, "LONGEST_POLL_SECONDS", 60.0)


@pytest.fixture(params=STRATEGIES)
def strategy(request: pytest.FixtureRequest) -> str:
    """Each strategy that switches."""
    return str(request.param)


@pytest.fixture
def world(staging: Settings, strategy: str) -> Iterator[World]:
    """An account of an environment whose revisions switch, in which nothing is deployed yet."""
    world = World(switching(staging, strategy))
    with world.installed():
        yield world
    assert world.caller.denied == []


def weights(world: World) -> list[float]:
    """Return the weights of the service's two target groups, the template's first one first."""
    service = world.services.by_name["web"]
    return [world.elb.rules[service.rule][each] for each in service.pair]


def minutes_of(world: World, since: float) -> float:
    """Return how many minutes of the story have passed since a moment of it."""
    return (world.clock.now - since) / 60


def changed_rule(world: World, **options: str) -> Desired:
    """Return what a commit wants that edits the listener rule, perhaps with other options."""
    own = (*world.settings.stack_options, *options.items())
    desired = blueprint.application(replace(world.settings, stack_options=own))
    body = template.load(desired.body)
    body["Resources"][RULE]["Properties"]["Priority"] = 7
    return replace(desired, body=template.dump(body))


def test_a_first_deploy_is_proven(world: World, person: Person) -> None:
    """There is no revision to switch from, and ECS gives no state of the rollout."""
    one = person.push(ONE)
    done = person.deploy(one)
    assert (done.code, done.proven) == (0, True)
    assert world.serving() == {one.digest}


def test_a_new_revision_is_proven_when_the_old_one_is_gone(deployed: World, person: Person) -> None:
    """The requests have moved, both revisions have baked, and one deployment is left."""
    two = person.push(TWO)
    began = deployed.clock.now
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.serving() == {two.digest}
    assert weights(deployed) == [0, 100]
    assert minutes_of(deployed, began) > 2


def test_a_revision_that_crashes_is_rolled_back_within_minutes(
    deployed: World, person: Person
) -> None:
    """Exit code 1 with the cause and who serves; ECS alone would have tried for a day."""
    began = deployed.clock.now
    failed = person.deploy(person.push(TWO, CRASH))
    assert failed.code == 1
    assert deployed.calls.count("cloudformation.CancelUpdateStack") == 1
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert minutes_of(deployed, began) < 10
    assert "tasks of the new revision of service web failed" in failed.message
    assert "web exited with code 3: KeyError: 'SECRET_KEY'" in failed.message
    assert f"rolled back: {ONE[:12]} serves" in failed.message
    assert "next: fix it" in failed.message
    assert deployed.serving() == {person.push(ONE).digest}


def test_after_a_crash_the_next_revision_is_deployed(deployed: World, person: Person) -> None:
    """The stack is free again at once."""
    assert person.deploy(person.push(TWO, CRASH)).code == 1
    three = person.push(THREE)
    assert person.deploy(three).code == 0
    assert deployed.serving() == {three.digest}


def test_an_alarm_rolls_a_switch_back(deployed: World, person: Person) -> None:
    """The tasks are healthy, and their answers are errors: ECS moves the requests back."""
    failed = person.deploy(person.push(TWO, Application(alarms=True)))
    assert failed.code == 1
    assert "cloudformation.CancelUpdateStack" not in deployed.calls
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert weights(deployed) == [100, 0]
    assert f"rolled back: {ONE[:12]} serves" in failed.message


class TestOneStrategy:
    """What does not depend on how the requests move."""

    @pytest.fixture
    def strategy(self) -> str:
        """All requests at once."""
        return "blue_green"

    def test_a_first_revision_that_crashes_is_cancelled(self, world: World, person: Person) -> None:
        """The stack is an update of what was made without a revision; none serves then."""
        failed = person.deploy(person.push(ONE, CRASH))
        assert failed.code == 1
        assert world.stack.status == "UPDATE_ROLLBACK_COMPLETE"
        assert "KeyError: 'SECRET_KEY'" in failed.message
        assert "rolled back: no revision serves" in failed.message
        two = person.push(TWO)
        assert person.deploy(two).code == 0
        assert world.serving() == {two.digest}

    def test_a_cancellation_that_is_denied_is_shown_and_the_watch_goes_on(
        self, deployed: World, person: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The person sees what would end it, and the command ends when its time is up."""
        monkeypatch.setattr(watch, "WATCH_SECONDS", 600)
        deployed.script.before("cloudformation.CancelUpdateStack", disturbances.deny, times=ALWAYS)
        failed = person.deploy(person.push(TWO, CRASH))
        assert failed.code == 1
        assert "the update cannot be cancelled" in failed.text()
        assert "invoke cancel --env staging" in failed.text()
        assert deployed.calls.count("cloudformation.CancelUpdateStack") == 1
        deployed.script.disturbances.clear()
        assert person.cancel().code == 0
        assert deployed.serving() == {person.push(ONE).digest}

    def test_an_update_that_ends_by_itself_in_that_moment_is_followed(
        self, deployed: World, person: Person
    ) -> None:
        """Somebody else cancels first: CloudFormation refuses the second call."""

        def cancel() -> None:
            deployed.stack.cancelled = True
            deployed.stack.become("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")

        deployed.script.before("cloudformation.CancelUpdateStack", cancel)
        failed = person.deploy(person.push(TWO, CRASH))
        assert failed.code == 1
        assert "KeyError: 'SECRET_KEY'" in failed.message
        assert f"rolled back: {ONE[:12]} serves" in failed.message

    def test_a_bake_of_hours_is_watched_to_its_end(self, staging: Settings) -> None:
        """It takes longer than the longest operation without one."""
        world = World(switching(staging, "blue_green", minutes=90))
        with world.installed():
            person = Person(world)
            person.has_deployed(person.push(ONE))
            two, began = person.push(TWO), world.clock.now
            done = person.deploy(two)
            assert (done.code, done.proven) == (0, True)
            assert minutes_of(world, began) > 90
            assert world.serving() == {two.digest}

    def test_who_waits_for_a_bake_of_hours_waits_to_its_end(self, staging: Settings) -> None:
        """The deploy behind it takes the time from the template of the stack."""
        world = World(switching(staging, "blue_green", minutes=70))
        with world.installed():
            person = Person(world)
            person.has_deployed(person.push(ONE))
            world.script.before("sleep", disturbances.interrupt, nth=60)
            assert person.deploy(person.push(TWO)).code == 130
            assert world.stack.status == "UPDATE_IN_PROGRESS"
            three = person.push(THREE)
            assert person.deploy(three).code == 0
            assert world.serving() == {three.digest}

    def test_a_job_that_would_end_before_the_bake_time_changes_nothing(
        self, staging: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """GitLab would end the deploy in the middle, with both revisions running."""
        monkeypatch.setenv("CI_JOB_TIMEOUT", "3600")
        world = World(switching(staging, "blue_green", minutes=50))
        with world.installed():
            person = Person(world)
            one = person.push(ONE)
            person.has_deployed(one)
            refused = person.deploy(person.push(TWO))
            assert refused.code == 4
            assert "bake for 50 minutes, and this job has 60 minutes left" in refused.message
            assert "timeout: 65 minutes" in refused.message
            assert writes(world.calls) == []
            assert person.deploy(one).code == 0

    @pytest.mark.parametrize("change", ["edited", "removed", "of two steps"])
    def test_a_rule_whose_requests_have_moved_is_not_touched(
        self, deployed: World, person: Person, change: str
    ) -> None:
        """CloudFormation would send them to the group without tasks, at once or in a rollback."""
        two = person.push(TWO)
        assert person.deploy(two).code == 0
        assert weights(deployed) == [0, 100]
        rolling = (("STACK_DEPLOYMENT", "rolling"),)
        # A new secret of the task has to be there before the migration.
        secret = deployed.secrets.put("key", "x")
        changed = {
            "edited": lambda: changed_rule(deployed),
            "removed": lambda: blueprint.application(
                replace(deployed.settings, stack_options=rolling)
            ),
            "of two steps": lambda: changed_rule(deployed, STACK_SECRETS=f"KEY={secret}"),
        }[change]()
        before = len(deployed.calls)
        refused = person.deploy(person.push(THREE), desired=changed)
        assert refused.code == 4
        assert "WebListenerRule" in refused.message
        assert "invoke restart --env staging" in refused.message
        assert set(writes(deployed.calls[before:])) == {"cloudformation.CreateChangeSet"}
        assert all(each.execution != "AVAILABLE" for each in deployed.change_sets.by_id.values())
        assert deployed.serving() == {two.digest}

    def test_a_restart_moves_the_requests_back(self, deployed: World, person: Person) -> None:
        """Then the template has the weights that ECS has, and the same deploy is harmless."""
        two = person.push(TWO)
        assert person.deploy(two).code == 0
        assert person.deploy(two, desired=changed_rule(deployed)).code == 4
        assert person.restart().code == 0
        assert weights(deployed) == [100, 0]
        done = person.deploy(two, desired=changed_rule(deployed))
        assert (done.code, done.proven) == (0, True)
        assert deployed.serving() == {two.digest}

    def test_a_rolling_deployment_is_left_to_its_circuit_breaker(self, staging: Settings) -> None:
        """ECS ends it by itself, with the state and the reason of the rollout."""
        world = World(staging)
        with world.installed():
            person = Person(world)
            person.has_deployed(person.push(ONE))
            failed = person.deploy(person.push(TWO, CRASH))
        assert failed.code == 1
        assert "cloudformation.CancelUpdateStack" not in world.calls
