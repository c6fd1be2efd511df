"""Deploys that nobody disturbs: first, again, newer, older, and those that fail."""

from dataclasses import replace

from tests.story.applications import Application, Migration
from tests.story.person import Person, application, with_variable
from tests.story.revisions import ONE, THREE, TWO, writes
from tests.story.world import World

CRASH = ("Traceback (most recent call last):", '  File "app.py"', "KeyError: 'SECRET_KEY'")


def test_a_first_deploy_creates_everything_and_proves_it(world: World, person: Person) -> None:
    """The migration runs before the first task serves."""
    image = person.push(ONE)
    done = person.deploy(image)
    assert done.code == 0
    assert done.proven
    assert world.serving() == {image.digest}
    assert world.database.applied == [image.digest]
    assert world.calls.count("cloudformation.CreateChangeSet") == 2
    first, *others = world.tasks.by_arn.values()
    assert first.definition["family"] == "shop-staging-migrate"
    assert first.stopped is not None
    assert all(each.created > first.stopped for each in others)


def test_the_same_revision_again_changes_nothing(world: World, person: Person) -> None:
    """It is proven again, and no call writes."""
    image = person.push(ONE)
    person.deploy(image)
    before = len(world.calls)
    done = person.deploy(image)
    assert (done.code, done.proven) == (0, True)
    assert writes(world.calls[before:]) == []


def test_a_new_revision_is_migrated_and_then_serves(world: World, person: Person) -> None:
    """The old tasks serve until the new ones do, and then they are stopped."""
    one = person.push(ONE)
    person.has_deployed(one)
    two = person.push(TWO)
    seen: list[set[str]] = []
    world.script.before("cloudformation.*", lambda: seen.append(world.serving()), times=1000)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert world.serving() == {two.digest}
    assert world.database.applied == [one.digest, two.digest]
    assert set() not in seen


def test_a_crash_is_rolled_back_and_explained_in_the_last_lines(
    world: World, person: Person
) -> None:
    """Exit code 1; the container's own reason is in the error, and who serves."""
    one = person.push(ONE)
    person.has_deployed(one)
    two = person.push(TWO, Application(exits=3, last_words=CRASH))
    done = person.deploy(two)
    assert done.code == 1
    assert not done.proven
    assert world.serving() == {one.digest}
    assert world.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert "KeyError: 'SECRET_KEY'" in done.text()
    last = "\n".join(done.message.splitlines()[-5:])
    assert "web exited with code 3" in last
    assert "KeyError: 'SECRET_KEY'" in last
    assert ONE[:12] in last


def test_a_first_revision_that_crashes_leaves_the_infrastructure(
    world: World, person: Person
) -> None:
    """The next commit goes on from there."""
    broken = person.push(ONE, Application(exits=3, last_words=CRASH))
    assert person.deploy(broken).code == 1
    good = person.push(TWO)
    assert person.deploy(good).code == 0
    assert world.serving() == {good.digest}


def test_a_task_that_never_becomes_healthy_is_explained(world: World, person: Person) -> None:
    """What the balancer sees is in the last lines: the health check's code."""
    one = person.push(ONE)
    person.has_deployed(one)
    done = person.deploy(person.push(TWO, Application(live=500)))
    assert done.code == 1
    assert world.serving() == {one.digest}
    assert "500" in "\n".join(done.message.splitlines()[-5:])


def test_a_migration_that_fails_leaves_the_service_as_it_was(world: World, person: Person) -> None:
    """The migration's own words are shown; nothing of the service has changed."""
    one = person.push(ONE)
    person.has_deployed(one)
    before = world.services.by_name["web"].primary
    bad = Migration(code=1, lines=("relation users already exists",))
    done = person.deploy(person.push(TWO, Application(migration=bad)))
    assert done.code == 1
    assert "relation users already exists" in done.text()
    assert world.services.by_name["web"].primary is before
    assert world.stack.now.values["WebAppRevision"] == ONE


def test_a_new_variable_arrives_with_its_own_commit(world: World, person: Person) -> None:
    """The migration runs with it, in one deploy; the service rolls once."""
    person.has_deployed(person.push(ONE))
    rolled = world.services.deployed
    two = person.push(TWO, Application(migration=Migration(needs="NEEDED")))
    desired = with_variable(world.settings)
    assert person.deploy(two, desired=desired).code == 0
    assert world.serving() == {two.digest}
    assert world.services.deployed == rolled + 1


def test_a_failing_migration_with_a_new_variable_leaves_the_service(
    world: World, person: Person
) -> None:
    """Also when the template differs, nothing that serves changes before the migration."""
    one = person.push(ONE)
    person.has_deployed(one)
    rolled = world.services.deployed
    two = person.push(TWO, Application(migration=Migration(code=1)))
    desired = with_variable(world.settings)
    assert person.deploy(two, desired=desired).code == 1
    assert world.serving() == {one.digest}
    assert world.services.deployed == rolled


def test_an_older_revision_is_refused(world: World, person: Person) -> None:
    """Exit code 4, and no call writes."""
    one, two = person.push(ONE), person.push(TWO)
    person.deploy(two)
    before = len(world.calls)
    refused = person.deploy(one)
    assert refused.code == 4
    assert "--allow-older" in refused.message
    assert writes(world.calls[before:]) == []
    assert world.serving() == {two.digest}


def test_a_revision_that_git_cannot_compare_is_refused(world: World, person: Person) -> None:
    """A clone that has not fetched what is deployed does not know that it is older."""
    two = person.push(TWO)
    person.deploy(two)
    one = person.push(ONE)
    world.git.commits.remove(TWO)
    refused = person.deploy(one)
    assert refused.code == 4
    assert world.serving() == {two.digest}


def test_going_back_does_not_run_the_older_migrations(world: World, person: Person) -> None:
    """The older image does not know the newer revisions of the database."""
    one, two = person.push(ONE), person.push(TWO)
    person.deploy(one)
    person.deploy(two)
    done = person.deploy(one, allow_older=True)
    assert (done.code, done.proven) == (0, True)
    assert world.serving() == {one.digest}
    assert world.database.applied == [one.digest, two.digest]


def test_no_task_is_not_proven(world: World, person: Person) -> None:
    """Nothing serves, and nobody asked for that."""
    person.has_deployed(person.push(ONE))
    world.services.by_name["web"].desired = 0
    world.clock.advance(60)
    done = person.deploy(person.push(ONE))
    assert done.code == 1


def test_no_task_is_right_when_it_was_asked_for(world: World, person: Person) -> None:
    """The parameter says so, and so does the screen."""
    image = person.push(THREE)
    options = (("STACK_AUTOSCALING", "no"),)
    desired = application(replace(world.settings, stack_options=options))
    done = person.deploy(image, desired=desired.naming({"WebWorkerDesiredCount": "0"}))
    assert done.code == 0
    assert "nothing runs" in done.text()
    assert world.serving() == set()


def test_a_crash_loop_after_the_rollout_is_not_proven(person: Person) -> None:
    """Tasks that become healthy, and end, and are replaced, for ever."""
    image = person.push(ONE, Application(exits=7, after=8.0, last_words=("boom",)))
    done = person.deploy(image)
    assert done.code == 1
    assert not done.proven
    assert "boom" in done.text()


def test_an_application_that_is_not_ready_is_not_proven(person: Person) -> None:
    """The balancer is content, and the readiness path is not."""
    done = person.deploy(person.push(ONE, Application(ready=500)))
    assert done.code == 1
    assert not done.proven


def test_a_door_that_this_machine_cannot_reach_is_said(world: World, person: Person) -> None:
    """The targets' health stands in, and the screen does not hide it."""
    world.reachable = False
    done = person.deploy(person.push(ONE))
    assert (done.code, done.proven) == (0, True)
    assert "reach" in done.text()
