"""The reason of a failure reaches the person, whatever else fails beside it."""

from dataclasses import replace

import pytest

from slipway import template
from slipway.templates import blueprint
from tests.story import disturbances
from tests.story.applications import Application, Migration
from tests.story.disturbances import ALWAYS
from tests.story.person import Person, application
from tests.story.revisions import TWO
from tests.story.test_interrupts import foreign_definitions
from tests.story.world import World

CLEAN_UPS = [disturbances.throttle, disturbances.drop, disturbances.deny]
CRASH = ("Traceback (most recent call last):", "KeyError: 'PASSWORD'")


@pytest.mark.parametrize("act", CLEAN_UPS)
def test_a_clean_up_that_fails_does_not_hide_the_migration_s_cause(
    deployed: World, person: Person, act: disturbances.Act
) -> None:
    """The one-off task definition stays registered; the message is about the migration."""
    two = person.push(TWO, Application(migration=Migration(code=1, lines=CRASH)))
    deployed.script.before("ecs.DeregisterTaskDefinition", act, times=ALWAYS)
    failed = person.deploy(two)
    assert failed.code == 1
    assert "KeyError: 'PASSWORD'" in failed.message
    assert "DeregisterTaskDefinition" not in failed.message


@pytest.mark.parametrize("act", CLEAN_UPS)
def test_a_clean_up_that_fails_does_not_fail_a_deploy(
    deployed: World, person: Person, act: disturbances.Act
) -> None:
    """What stays registered is removed by a later run, when the call works again."""
    two = person.push(TWO)
    deployed.script.before("ecs.DeregisterTaskDefinition", act, times=ALWAYS)
    done = person.deploy(two)
    assert (done.code, done.proven) == (0, True)
    assert len(foreign_definitions(deployed)) == 1
    assert person.migrate().code == 0
    deployed.script.disturbances.clear()
    assert person.migrate().code == 0
    assert foreign_definitions(deployed) == []


def test_a_migration_whose_log_cannot_be_reached_goes_on(deployed: World, person: Person) -> None:
    """The endpoint of the log gives no answer: one line says so, and the deploy is done."""
    deployed.script.before("logs.*", disturbances.drop, times=ALWAYS)
    done = person.deploy(person.push(TWO))
    assert (done.code, done.proven) == (0, True)
    assert done.text().count("the log cannot be read") == 1


def test_a_log_that_is_away_for_a_moment_is_read_when_it_is_back(
    deployed: World, person: Person
) -> None:
    """The reason of a failed migration is in the message in spite of it."""
    two = person.push(TWO, Application(migration=Migration(code=1, lines=CRASH)))
    deployed.script.before("logs.*", disturbances.drop, times=4)
    failed = person.deploy(two)
    assert failed.code == 1
    assert "KeyError: 'PASSWORD'" in failed.message


@pytest.mark.parametrize("act", [disturbances.throttle, disturbances.drop])
@pytest.mark.parametrize("call", ["elbv2.DescribeTargetHealth", "ecs.DescribeServices", "logs.*"])
def test_services_that_cannot_be_observed_do_not_end_the_watch(
    deployed: World, person: Person, call: str, act: disturbances.Act
) -> None:
    """The end of a release is the stack's: it is followed to it, and the failed call is shown."""
    two = person.push(TWO, Application(exits=3))
    deployed.script.after(
        "cloudformation.ExecuteChangeSet", lambda: deployed.script.before(call, act, times=ALWAYS)
    )
    failed = person.deploy(two)
    assert failed.code == 1
    assert deployed.stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert "UPDATE_ROLLBACK_COMPLETE" in failed.message
    assert failed.text().count("the services cannot be observed") <= 1


def test_the_call_that_failed_is_named_and_not_the_clean_up_after_it(
    deployed: World, person: Person
) -> None:
    """ECS gives no answer while the migration runs; its definition is deregistered then."""
    deployed.script.after(
        "ecs.RunTask",
        lambda: deployed.script.before("ecs.DescribeTasks", disturbances.drop, times=ALWAYS),
    )
    failed = person.deploy(person.push(TWO))
    assert failed.code == 1
    assert "ecs DescribeTasks" in failed.message
    assert "Deregister" not in failed.message


def test_a_service_that_an_update_adds_fails_with_its_reason(
    deployed: World, person: Person
) -> None:
    """A worker is switched on, and its secret does not exist: no output names its service yet."""
    options = (*deployed.settings.stack_options, ("STACK_WORKER", "yes"))
    desired = blueprint.application(replace(deployed.settings, stack_options=options))
    body = template.load(desired.body)
    worker = body["Resources"]["WorkerTaskDefinition"]["Properties"]["ContainerDefinitions"][0]
    missing = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:nowhere-AbCdEf"
    worker["Secrets"] = [*worker.get("Secrets", []), {"Name": "KEY", "ValueFrom": missing}]
    first = application(deployed.settings).first_step
    wanted = replace(desired, body=template.dump(body), first_step=first)
    failed = person.deploy(person.push(TWO), desired=wanted)
    assert failed.code == 1
    assert "a secret cannot be read" in failed.message
    assert "nowhere" in failed.message


def test_a_new_service_that_crashes_fails_with_its_last_words(
    deployed: World, person: Person
) -> None:
    """The worker's container ends, as soon as it is switched on."""
    options = (*deployed.settings.stack_options, ("STACK_WORKER", "yes"))
    desired = blueprint.application(replace(deployed.settings, stack_options=options))
    failed = person.deploy(person.push(TWO, Application(worker_exits=3)), desired=desired)
    assert failed.code == 1
    assert "worker exited with code 3" in failed.message
