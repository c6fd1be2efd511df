"""Options that are changed in a running environment: made, or refused with nothing touched."""

from dataclasses import replace

import pytest

from slipway.release import impossible
from slipway.settings import Settings
from slipway.template import Desired
from tests.stack.environments import EXTERNAL
from tests.story.person import Person, application
from tests.story.revisions import ONE, TWO, writes
from tests.story.world import World

AURORA = {"STACK_DATABASE": "aurora"}


def with_options(settings: Settings, **options: str) -> Desired:
    """Return what a deploy wants with other options."""
    return application(replace(settings, stack_options=tuple(options.items())))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            AURORA,
            "Database is of the type AWS::RDS::DBInstance and would become",
        ),
        (EXTERNAL, "Database (AWS::RDS::DBInstance) has data and would be removed"),
    ],
)
def test_another_database_is_refused_before_anything_is_touched(
    world: World, person: Person, options: dict[str, str], words: str
) -> None:
    """Exit code 4 with the way out; no call writes, and the revision before serves."""
    one = person.push(ONE)
    person.has_deployed(one)
    before = len(world.calls)
    done = person.deploy(person.push(TWO), desired=with_options(world.settings, **options))
    assert done.code == 4
    assert words in done.message
    assert "set the option back (such as STACK_DATABASE)" in done.message
    assert writes(world.calls[before:]) == []
    assert world.database.applied == [one.digest]
    assert world.serving() == {one.digest}


def test_without_the_refusal_it_would_be_found_after_the_migration(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudFormation itself finds another type only while it updates."""
    one = person.push(ONE)
    person.has_deployed(one)
    monkeypatch.setattr(impossible, "require_possible", lambda *_: None)
    done = person.deploy(person.push(TWO), desired=with_options(world.settings, **AURORA))
    assert done.code == 1
    assert "Update of resource type is not permitted" in done.text()


@pytest.mark.parametrize(
    "options",
    [
        {"STACK_SPOT_PERCENT": "50"},
        {"STACK_ACCESS_LOGS": "no"},
        {"STACK_WORKER": "yes"},
        {"STACK_DOMAIN": "shop.example.com", "STACK_HOSTED_ZONE_ID": "Z0123456789ABC"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_an_option_that_can_be_changed_is_switched_on_and_off_again(
    world: World, person: Person, options: dict[str, str]
) -> None:
    """Two deploys of the same revision; it serves all the time."""
    one = person.push(ONE)
    person.has_deployed(one)
    for desired in (with_options(world.settings, **options), with_options(world.settings)):
        done = person.deploy(one, desired=desired)
        assert (done.code, done.proven) == (0, True), done.text()
        assert world.serving() == {one.digest}
