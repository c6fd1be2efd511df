"""Deploys that nobody disturbs."""

from tests.story.person import Person
from tests.story.world import World

ONE, TWO, THREE = (f"{number}" * 40 for number in (1, 2, 3))


def test_a_first_deploy_makes_everything_and_proves_it(world: World, person: Person) -> None:
    """Infrastructure, migration, service: the image that was pushed serves."""
    image = person.push(ONE)
    assert person.deploy(image).code == 0
    assert world.database.applied == [image.digest]
