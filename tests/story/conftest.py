"""The world that each story begins in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.settings import Settings
from tests.story.pending import PENDING
from tests.story.person import Person
from tests.story.revisions import ONE
from tests.story.world import World

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the stories to fail whose promise is not kept yet."""
    for item in items:
        name = item.name.partition("[")[0]
        if item.path.parent != HERE:
            continue
        if reason := PENDING.get(item.name) or PENDING.get(name):
            item.add_marker(pytest.mark.xfail(strict=True, reason=reason))


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
