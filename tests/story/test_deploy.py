"""Deploys that nobody disturbs: first, again, newer, older, and those that fail."""

from dataclasses import replace

from tests.story.applications import Application, Migration
from tests.story.person import Person, application, own_template
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
    serving: list[set[str]] = []
    world.script.before("cloudformation.*", lambda: serving.append(world.serving()), times=1000)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert world.serving() == {two.digest}
    assert world.database.applied == [one.digest, two.digest]
    assert set() not in serving


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
    assert world.change_sets.by_id == {}
    assert world.stack.now.values["WebAppRevision"] == ONE


def test_a_new_variable_arrives_with_its_own_commit(world: World, person: Person) -> None:
    """The migration runs with it, in one deploy; the service rolls once."""
    person.has_deployed(person.push(ONE))
    rolled = world.services.deployed
    two = person.push(TWO, Application(migration=Migration(needs="NEEDED")))
    desired = own_template(world.settings, "with_variable")
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
    desired = own_template(world.settings, "with_variable")
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
    done = person.deploy(image, desired=desired.with_parameters({"WebWorkerDesiredCount": "0"}))
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


def test_a_secret_that_does_not_exist_is_named(world: World, person: Person) -> None:
    """No task starts; the rollback has no log, and the reason is in the last lines."""
    person.has_deployed(person.push(ONE))
    world.secrets.texts.clear()
    two = person.push(TWO)
    done = person.deploy(two)
    assert done.code == 1
    assert "secret" in "\n".join(done.message.splitlines()[-5:])
    assert two.digest not in world.serving()


def test_a_worker_that_crashes_is_explained_and_not_proven(world: World, person: Person) -> None:
    """The web service is well; the release is not."""
    settings = replace(world.settings, stack_options=(("STACK_WORKER", "yes"),))
    image = person.push(ONE, Application(worker_exits=9, after=3.0, last_words=("no queue",)))
    done = person.deploy(image, desired=application(settings))
    assert done.code == 1
    assert not done.proven
    assert "worker exited with code 9" in done.text()


def test_a_worker_that_works_is_proven_with_the_web_service(world: World, person: Person) -> None:
    """Both services run the image."""
    settings = replace(world.settings, stack_options=(("STACK_WORKER", "yes"),))
    image = person.push(ONE)
    done = person.deploy(image, desired=application(settings))
    assert (done.code, done.proven) == (0, True)
    running = {task.group for task in world.tasks.by_arn.values() if task.runs}
    assert running == {"service:web", "service:worker"}


def test_a_side_car_keeps_its_image_and_does_not_decide(world: World, person: Person) -> None:
    """It is first in the task, it is killed with it, and the migration is good all the same."""
    image = person.push(ONE)
    done = person.deploy(image, desired=own_template(world.settings, "with_sidecar"))
    assert (done.code, done.proven) == (0, True)
    assert world.database.applied == [image.digest]
    (migration,) = world.one_off_tasks()
    images = [each["image"] for each in migration.definition["containerDefinitions"]]
    assert images == ["public.example/proxy:1", image.by_digest]


def test_a_template_that_is_too_long_goes_through_the_bucket_of_bootstrap(
    world: World, person: Person
) -> None:
    """CloudFormation reads it there, and works with the service role of the delivery stack."""
    assert person.bootstrap().code == 0
    delivery = world.stacks.all[0]
    image = person.push(ONE)
    done = person.deploy(image, desired=own_template(world.settings, "too_long"))
    assert (done.code, done.proven) == (0, True)
    assert {bucket for bucket, _ in world.s3.objects} == {delivery.now.outputs["TemplatesBucket"]}
    assert world.stack.role == delivery.now.outputs["DeliveryServiceRole"]


def test_a_template_that_is_too_long_needs_a_bucket(world: World, person: Person) -> None:
    """Exit code 2, and what makes one; nothing is created."""
    world.stacks.all.clear()
    done = person.deploy(person.push(ONE), desired=own_template(world.settings, "too_long"))
    assert done.code == 2
    assert "invoke bootstrap" in done.message
    assert writes(world.calls) == []


def test_the_migration_of_what_is_deployed_runs_by_itself(world: World, person: Person) -> None:
    """`invoke migrate` runs the deployed image's, and changes nothing else."""
    image = person.push(ONE)
    person.has_deployed(image)
    assert person.migrate().code == 0
    assert world.database.applied == [image.digest, image.digest]
    assert world.stack.updates == [ONE]


def test_what_serves_after_a_rollback_needs_no_deploy(world: World, person: Person) -> None:
    """The earlier revision is deployed: there is nothing to do."""
    one = person.push(ONE)
    person.has_deployed(one)
    assert person.deploy(person.push(TWO, Application(exits=3))).code == 1
    before = len(world.calls)
    done = person.deploy(one, allow_older=True)
    assert (done.code, done.proven) == (0, True)
    assert writes(world.calls[before:]) == []


def test_a_parameter_changes_without_a_migration(world: World, person: Person) -> None:
    """The same revision with three tasks."""
    image = person.push(ONE)
    person.has_deployed(image)
    desired = application(world.settings).with_parameters({"WebWorkerDesiredCount": "3"})
    done = person.deploy(image, desired=desired)
    assert (done.code, done.proven) == (0, True)
    assert len(world.services.tasks(world.services.by_name["web"])) == 3
    assert world.one_off_tasks() == []


def test_a_dirty_tree_replaces_its_own_commit(world: World, person: Person) -> None:
    """It is as old as its commit, and another image."""
    person.has_deployed(person.push(ONE))
    dirty = person.push(f"{ONE}-dirty-123456789abc")
    done = person.deploy(dirty)
    assert (done.code, done.proven) == (0, True)
    assert world.stack.now.values["WebAppRevision"] == dirty.tag


def test_a_revision_of_another_branch_is_replaced(world: World, person: Person) -> None:
    """Neither is older than the other."""
    person.has_deployed(person.push(ONE))
    two = person.push(TWO)
    world.git.others.add(ONE)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert world.serving() == {two.digest}


def test_a_revision_that_began_to_crash_is_not_proven_again(world: World, person: Person) -> None:
    """The same command once more does not call a crash loop well."""
    image = person.push(ONE)
    person.has_deployed(image)
    world.applications[image.digest] = Application(exits=7, after=8.0, last_words=("boom",))
    for task in world.services.tasks(world.services.by_name["web"]):
        world.tasks.stop(task, "ServiceSchedulerInitiated", "Scaling activity initiated by a test")
    world.clock.advance(30)
    done = person.deploy(image)
    assert done.code == 1
    assert not done.proven
