"""Restarts: new tasks of the same revision, proven by the id of their deployment."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from slipway.template import Desired
from tests.story import disturbances
from tests.story.applications import Application
from tests.story.person import INTERRUPTED, Outcome, Person, application
from tests.story.revisions import ONE, TWO, writes
from tests.story.services import Deployment
from tests.story.world import World

FORCED = "cloudformation.ExecuteChangeSet"
CRASH = Application(exits=3, last_words=("KeyError: 'SECRET_KEY'",))


@pytest.fixture(params=[False, True], ids=["by another nonce", "at each update"])
def world(world: World, request: pytest.FixtureRequest) -> World:
    """An account in which a service is forced as one, or the other, of AWS's pages says."""
    world.services.always_forces = request.param
    return world


def with_options(world: World, **options: str) -> Desired:
    """Render the application's template with these options."""
    return application(replace(world.settings, stack_options=tuple(options.items())))


def tasks_of(world: World) -> dict[str, str]:
    """Return the running tasks: ARN -> group."""
    running = (each for each in world.tasks.by_arn.values() if each.runs)
    return {each.arn: each.group for each in running if each.deployment}


def nonce(world: World) -> str:
    """Return the nonce that the stack has."""
    return world.stack.now.values["DeploymentNonce"]


def test_every_task_is_replaced_by_one_of_the_same_revision(
    deployed: World, person: Person
) -> None:
    """Proven; no migration, no gap in the service, and no nonce that stays."""
    before, serving = tasks_of(deployed), list[set[str]]()
    primary = deployed.services.by_name["web"].primary
    expected = deployed.serving()
    deployed.script.before(
        "cloudformation.*", lambda: serving.append(deployed.serving()), times=1000
    )
    done = person.restart()
    assert (done.code, done.proven) == (0, True)
    assert len(tasks_of(deployed)) == len(before)
    assert not tasks_of(deployed).keys() & before.keys()
    assert all(each == expected for each in serving)
    after = deployed.services.by_name["web"].primary
    assert after.definition == primary.definition
    assert after.id != primary.id
    assert deployed.one_off_tasks() == []
    assert nonce(deployed) == ""


def test_a_rollback_is_not_proven_although_it_runs_the_same_image(
    deployed: World, person: Person
) -> None:
    """A secret was rotated to a bad value: exit code 1, the cause, and the old tasks serve."""
    before = tasks_of(deployed)
    (digest,) = deployed.serving()
    deployed.applications[digest] = CRASH
    failed = person.restart()
    assert failed.code == 1
    assert not failed.proven
    assert tasks_of(deployed) == before
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    last = "\n".join(failed.message.splitlines()[-5:])
    assert "KeyError: 'SECRET_KEY'" in last
    assert "invoke restart --env staging" in last
    assert nonce(deployed) == ""


def test_a_rollback_that_cloudformation_did_not_notice_is_not_proven(
    deployed: World, person: Person
) -> None:
    """The stack is updated, and the earlier deployment is the primary one."""
    web = deployed.services.by_name["web"]
    before = web.primary
    deployed.script.after(
        FORCED, lambda: deployed.clock.start(_back_when_complete(deployed, before))
    )
    failed = person.restart()
    assert failed.code == 1
    assert not failed.proven
    assert before.id in failed.message


def _back_when_complete(world: World, before: Deployment) -> Iterator[float]:
    web = world.services.by_name["web"]
    while web.primary is before or web.primary.state != "COMPLETED":
        yield 0.1
    for task in world.services.tasks(web):
        task.deployment = task.started_by = before.id
    web.deployments = [before]


def test_the_same_deploy_after_a_restart_has_nothing_to_do(world: World, person: Person) -> None:
    """No call writes, and nothing is said of a parameter that nobody named."""
    image = person.push(ONE)
    person.has_deployed(image)
    assert person.restart().code == 0
    before = len(world.calls)
    done = person.deploy(image)
    assert (done.code, done.proven) == (0, True)
    assert writes(world.calls[before:]) == []
    assert "Nonce" not in done.text()


def test_a_deploy_after_a_restart_is_like_any_other(deployed: World, person: Person) -> None:
    """Each service rolls once."""
    assert person.restart().code == 0
    rolled = deployed.services.deployed
    two = person.push(TWO)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert deployed.serving() == {two.digest}
    assert deployed.services.deployed == rolled + 1


def test_a_deploy_that_fails_after_a_restart_is_rolled_back(
    deployed: World, person: Person
) -> None:
    """Its rollback is not forced: the earlier tasks go on, also if they could not start now."""
    assert person.restart().code == 0
    before = tasks_of(deployed)
    (digest,) = deployed.serving()
    deployed.applications[digest] = CRASH
    assert person.deploy(person.push(TWO, CRASH)).code == 1
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert tasks_of(deployed) == before


def test_the_worker_is_restarted_with_the_web_service(world: World, person: Person) -> None:
    """Both have new tasks; one that crashes is not proven."""
    image = person.push(ONE)
    assert person.deploy(image, desired=with_options(world, STACK_WORKER="yes")).code == 0
    before = tasks_of(world)
    done = person.restart()
    assert (done.code, done.proven) == (0, True)
    assert set(tasks_of(world).values()) == {"service:web", "service:worker"}
    assert not tasks_of(world).keys() & before.keys()
    world.applications[image.digest] = Application(worker_exits=9, after=0.5)
    failed = person.restart()
    assert (failed.code, failed.proven) == (1, False)
    assert "worker exited with code 9" in failed.message


def test_two_restarts_at_once_take_turns(deployed: World, person: Person) -> None:
    """Both are proven."""
    outcomes: list[Outcome] = []
    colleague = Person(deployed)
    deployed.script.before(FORCED, lambda: outcomes.append(colleague.restart()))
    done = person.restart()
    assert (done.code, done.proven) == (0, True)
    assert [(each.code, each.proven) for each in outcomes] == [(0, True)]
    assert nonce(deployed) == ""


def test_a_revision_that_is_deployed_meanwhile_is_not_restarted_again(
    deployed: World, person: Person
) -> None:
    """It comes between the new tasks and the end: the message names who serves."""
    two, colleague = person.push(TWO), Person(deployed)
    outcomes: list[Outcome] = []
    deployed.script.before(FORCED, lambda: outcomes.append(colleague.deploy(two)), nth=2)
    failed = person.restart()
    assert [each.code for each in outcomes] == [0]
    assert failed.code == 1
    assert "was restarted, and then replaced by" in failed.message
    assert deployed.serving() == {two.digest}
    assert nonce(deployed) == ""


def test_an_update_of_another_is_waited_for(deployed: World, person: Person) -> None:
    """What it brings is restarted."""
    two = person.push(TWO)
    deployed.stacks.update(deployed.stack, WebAppRevision=TWO)
    done = person.restart()
    assert (done.code, done.proven) == (0, True)
    assert deployed.serving() == {two.digest}


def test_a_template_without_the_parameter_is_refused(world: World, person: Person) -> None:
    """Exit code 4, what brings it, and no call writes."""
    desired = application(world.settings)
    body = json.loads(desired.body)
    del body["Parameters"]["DeploymentNonce"], body["Conditions"]["ForcedDeployment"]
    del body["Resources"]["WebService"]["Properties"]["ForceNewDeployment"]
    old = replace(desired, body=json.dumps(body))
    assert person.deploy(person.push(ONE), desired=old).code == 0
    before = len(world.calls)
    refused = person.restart()
    assert refused.code == 4
    assert "invoke deploy --env staging" in refused.message
    assert "docs/stack.md" in refused.message
    assert writes(world.calls[before:]) == []


def test_nothing_is_deployed(world: World, person: Person) -> None:
    """Exit code 1, and what deploys."""
    failed = person.restart()
    assert failed.code == 1
    assert "invoke deploy --env staging" in failed.message
    assert writes(world.calls) == []


def test_no_task_is_to_run(world: World, person: Person) -> None:
    """There is nothing to restart: exit code 0, no call writes, nothing is proven."""
    desired = with_options(world, STACK_AUTOSCALING="no")
    person.deploy(person.push(ONE), desired=desired.with_parameters({"WebWorkerDesiredCount": "0"}))
    before = len(world.calls)
    done = person.restart()
    assert (done.code, done.proven) == (0, False)
    assert "nothing to restart" in done.text()
    assert writes(world.calls[before:]) == []


def test_an_interrupted_restart_goes_on_and_says_so(deployed: World, person: Person) -> None:
    """Exit code 130; the nonce that stays is removed by the next command that changes the stack."""
    deployed.script.after(
        FORCED, lambda: deployed.script.before("sleep", disturbances.interrupt, nth=2)
    )
    left = person.restart()
    assert left.code == INTERRUPTED
    assert "goes on" in left.message
    assert "invoke cancel --env staging" in left.message
    assert "invoke deploy" not in left.message
    deployed.clock.advance(60)
    assert nonce(deployed) != ""
    assert person.restart().code == 0
    assert nonce(deployed) == ""


def test_a_deploy_ends_a_restart_that_was_interrupted(deployed: World, person: Person) -> None:
    """Without a change it leaves the nonce alone; with one, none stays."""
    deployed.script.after(
        FORCED, lambda: deployed.script.before("sleep", disturbances.interrupt, nth=2)
    )
    person.restart()
    deployed.clock.advance(60)
    before = len(deployed.calls)
    assert person.deploy(person.push(ONE)).code == 0
    assert writes(deployed.calls[before:]) == []
    done = person.deploy(person.push(TWO))
    assert (done.code, done.proven) == (0, True)
    assert nonce(deployed) == ""


@pytest.mark.parametrize("crashes", [False, True])
def test_another_share_of_spot_is_a_forced_deployment(
    deployed: World, person: Person, *, crashes: bool
) -> None:
    """ECS refuses the change and its rollback otherwise."""
    two = person.push(TWO, CRASH if crashes else None)
    before = deployed.services.by_name["web"].strategy
    done = person.deploy(two, desired=with_options(deployed, STACK_SPOT_PERCENT="50"))
    after = deployed.services.by_name["web"].strategy
    assert (done.code, after == before) == ((1, True) if crashes else (0, False))
    ends = {False: "UPDATE_COMPLETE", True: "UPDATE_ROLLBACK_COMPLETE"}
    assert deployed.stack.status == ends[crashes]
    if not crashes:
        assert nonce(deployed) == ""


def test_a_release_after_which_somebody_else_was_at_work_is_no_nothing(
    deployed: World, person: Person
) -> None:
    """It was made in an earlier turn: the command says so, and not that nothing was to do."""

    def update() -> None:
        deployed.stacks.update(deployed.stack, MaxScale="7", DeploymentNonce="")
        deployed.clock.advance(60)

    deployed.script.before("cloudformation.CreateChangeSet", update, nth=3)
    one = person.push(ONE)
    done = person.deploy(one, desired=with_options(deployed, STACK_SPOT_PERCENT="50"))
    assert (done.code, done.proven) == (0, True)
    assert "trying again" in done.text()
    assert done.returned is True
