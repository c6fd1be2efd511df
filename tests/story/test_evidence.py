"""The reason of a failure reaches the person, whatever else fails beside it."""

import pytest

from tests.story import disturbances
from tests.story.applications import Application, Migration
from tests.story.disturbances import ALWAYS
from tests.story.person import Person
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
