"""The world that each story begins in."""

from collections.abc import Iterator

import pytest

from pipeline.settings import Settings
from tests.story.person import Person
from tests.story.revisions import ONE
from tests.story.world import World


@pytest.fixture
def world(staging: Settings) -> Iterator[World]:
    """An account in which nothing is deployed yet."""
    world = World(staging)
    with world.installed():
        yield world


@pytest.fixture
def person(world: World) -> Person:
    """Somebody with a checkout."""
    return Person(world)


@pytest.fixture
def deployed(world: World, person: Person) -> World:
    """The same account when the first revision serves."""
    person.has_deployed(person.push(ONE))
    return world
