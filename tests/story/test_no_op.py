"""A deploy with nothing to do: few calls, in three rounds, and nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slipway.aws import contract, service, services, stack
from slipway.cli import deploy as deploys
from slipway.events import Event, Proven
from slipway.image import recipe
from slipway.release import prove, schedule
from slipway.revision import Revision
from tests.story.person import Person, application
from tests.story.revisions import ONE

if TYPE_CHECKING:
    from slipway.results import Summary
    from slipway.settings import Settings
    from tests.story.world import World

FIRST = ["cloudformation.DescribeStacks", "cloudformation.GetTemplate", "ecr.DescribeImages"]
SERVICES = ["ecs.DescribeServices", "ecs.ListTasks", "ecs.ListTasks", "elbv2.DescribeTargetHealth"]
TASKS = ["ecs.DescribeTasks"]
SCHEDULE = "ecs.DescribeTaskDefinition"
WORKER = ("STACK_WORKER", "yes")
DAILY = ("STACK_SCHEDULE", "cron(0 3 * * ? *)")
REVISION = Revision(ONE, "tree")


def deploy(settings: Settings) -> tuple[Summary, list[Event]]:
    """Type `invoke deploy`; return what it reports, and the events before."""
    events: list[Event] = []
    options = {"untested": False, "allow_older": False}
    return deploys.deploy(settings, REVISION, (), events.append, **options), events


def deploys_again(
    world: World, person: Person, settings: Settings
) -> tuple[list[list[str]], Summary]:
    """Deploy a revision that serves already; return the calls by rounds, and the report."""
    image = person.push(recipe.of(settings, REVISION).tag)
    assert person.deploy(image, desired=application(settings)).code == 0
    world.clock.advance(60)
    before = len(world.rounds)
    summary, _ = deploy(settings)
    return world.rounds[before:], summary


@pytest.mark.parametrize(
    ("options", "rounds"),
    [
        ((), [FIRST, SERVICES, TASKS]),
        ((WORKER,), [FIRST, SERVICES, TASKS]),
        ((DAILY,), [FIRST, [*SERVICES, SCHEDULE], TASKS]),
        ((WORKER, DAILY), [FIRST, [*SERVICES, SCHEDULE], TASKS]),
    ],
)
def test_nothing_to_do_is_known_after_three_rounds(
    world: World,
    person: Person,
    options: tuple[tuple[str, str], ...],
    rounds: list[list[str]],
) -> None:
    """Eight calls, with a worker as well, and one more for a schedule."""
    settings = replace(world.settings, stack_options=options)
    calls, summary = deploys_again(world, person, settings)
    assert [sorted(each) for each in calls] == [sorted(each) for each in rounds]
    assert not summary.changed


def test_an_environment_that_does_not_serve_is_looked_at_again(
    world: World, person: Person
) -> None:
    """The first look is enough to do nothing, and for nothing else."""
    settings = world.settings
    image = person.push(recipe.of(settings, REVISION).tag)
    assert person.deploy(image).code == 0
    world.clock.advance(60)
    task = next(each for each in world.tasks.by_arn.values() if each.runs)
    world.tasks.end(task, "SpotInterruption", "the capacity was taken")
    before = len(world.rounds)
    _, events = deploy(settings)
    later = [call for each in world.rounds[before + 1 :] for call in each]
    assert later.count("cloudformation.GetTemplate") >= 1
    assert any(isinstance(each, Proven) for each in events)


def test_a_first_deploy_has_no_template_to_look_at(world: World, person: Person) -> None:
    """The image is in the repository, and there is no stack yet."""
    image = person.push(recipe.of(world.settings, REVISION).tag)
    _, events = deploy(world.settings)
    assert world.serving() == {image.digest}
    assert any(isinstance(each, Proven) for each in events)


def test_a_task_that_stopped_for_a_fault_is_observed_with_its_service(
    deployed: World,
) -> None:
    """It is not among those that run, and the proof counts it."""
    refs = service.service_refs(stack.observe(deployed.settings, deployed.settings.stack_name))
    (before,) = services.observe(deployed.settings, refs)
    task = next(each for each in deployed.tasks.by_arn.values() if each.runs)
    deployed.tasks.end(task, "EssentialContainerExited", "Essential container exited", 3)
    (after,) = services.observe(deployed.settings, refs)
    assert before is not None
    assert after is not None
    assert service.fault(before) is None
    fault = service.fault(after)
    assert fault is not None
    assert fault["taskArn"] == task.arn
    assert task.arn not in {each.arn for each in after.tasks}


def test_another_image_in_the_schedule_is_something_to_do(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The services are as they are to be, and the check is not proven all the same."""
    image = person.push(ONE)
    person.has_deployed(image)
    found = stack.observe(world.settings, world.settings.stack_name)
    url = contract.outputs(found).url
    assert prove.check(world.settings, found, image, url) is not None
    monkeypatch.setattr(schedule, "problem", lambda *_: "the schedule starts another image")
    assert prove.check(world.settings, found, image, url) is None
