"""The world that each story begins in."""

from collections.abc import Iterator

import pytest

from slipway.settings import Settings
from tests.story.person import Person
from tests.story.revisions import ONE
from tests.story.world import World


@pytest.fixture
def world(staging: Settings) -> Iterator[World]:
    """An account in which nothing is deployed yet, and whose deployment identity may do enough.

    The product goes on without some permissions, so that a denied call would be overlooked.
    """
    world = World(staging)
    with world.installed():
        yield world
    assert world.caller.denied == []


@pytest.fixture
def person(world: World) -> Person:
    """Somebody with a checkout."""
    return Person(world)


@pytest.fixture
def deployed(world: World, person: Person) -> World:
    """The same account when the first revision serves."""
    person.has_deployed(person.push(ONE))
    return world
