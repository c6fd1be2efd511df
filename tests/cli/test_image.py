"""The chain of build, test and push: what is missing is done, to one revision and one image."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from slipway.cli import image as images
from slipway.docker import engine, login
from slipway.errors import ConfigurationError, Failed, Refused
from slipway.events import Event, Note
from slipway.git import checkout
from slipway.image import build, locks, platforms, recipe, registry, store, suite
from slipway.revision import Image, Revision
from slipway.settings import Settings

REVISION = Revision("c0ffee", "7ee")
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


@dataclass
class Machine:
    """Two repositories, in the place of docker and ECR; `did` has what was done, in its order.

    `built` is the digest that a build makes.
    """

    kept: Image | None = None
    pushed: Image | None = None
    built: str = ONE
    did: list[str] = field(default_factory=list)

    def find(self, *_: object) -> Image | None:
        """Return the image of the build repository."""
        return self.kept

    def find_pushed(self, *_: object) -> Image | None:
        """Return the image of the environment's repository."""
        return self.pushed

    def build(self, settings: Settings, wanted: recipe.Recipe) -> Image:
        """Build, and keep the image."""
        self.did.append(f"build {wanted.revision.tree}")
        self.kept = Image(settings.image_repository, wanted.tag, self.built, tested=False)
        return self.kept

    def test(self, _: Settings, wanted: recipe.Recipe, image: Image, __: object) -> Image:
        """Run the suite, which passes."""
        self.did.append(f"test {wanted.revision.tree} {image.digest[-1]}")
        self.kept = replace(image, tested=True)
        return self.kept

    def fetch(self, settings: Settings, image: Image, _: str) -> Image:
        """Bring the environment's image here."""
        self.did.append(f"fetch {image.digest[-1]}")
        self.kept = replace(image, repository=settings.image_repository)
        return self.kept

    def promote(self, settings: Settings, image: Image, *, untested: bool) -> Image:
        """Push the image."""
        self.did.append(f"push {image.digest[-1]}")
        assert image.tested or untested
        self.pushed = replace(image, repository=settings.ecr_repository)
        return self.pushed

    def engine(self) -> None:
        """Be an engine that runs."""
        self.did.append("engine")

    @property
    def done(self) -> list[str]:
        """What was done, without the questions whether an engine runs."""
        return [each for each in self.did if each != "engine"]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine on which nothing is built, and git is not asked."""
    machine = Machine()
    stands: dict[Any, dict[str, Any]] = {
        store: {"find": machine.find},
        registry: {
            "find": machine.find_pushed,
            "fetch": machine.fetch,
            "promote": machine.promote,
        },
        build: {"build": machine.build},
        suite: {"test": machine.test},
        engine: {"require": machine.engine},
        platforms: {"require": lambda _: False},
        login: {"job": lambda _: None},
        locks: {"alone": alone},
        checkout: {"current": lambda *_: pytest.fail("the revision is asked for again")},
    }
    for module, names in stands.items():
        for name, stand in names.items():
            monkeypatch.setattr(module, name, stand)
    return machine


@contextmanager
def alone(*_: object) -> Iterator[bool]:
    """Be the only one who builds."""
    yield False


def ignore(_: Event) -> None:
    """Show nothing."""


def kept(settings: Settings, digest: str, *, tested: bool) -> Image:
    """Make the image of the build repository."""
    return Image(
        settings.image_repository, recipe.of(settings, REVISION).tag, digest, tested=tested
    )


def test_one_revision_goes_through_all_of_it(staging: Settings, machine: Machine) -> None:
    """Built, tested and pushed is the tree that was read at the start; git is asked no more."""
    image = images.pushed(staging, REVISION, machine.pushed, ignore, untested=False)
    assert machine.done == ["build 7ee", "test 7ee 1", "push 1"]
    assert (image.digest, image.tag) == (ONE, recipe.of(staging, REVISION).tag)


def test_what_is_pushed_and_tested_is_neither_built_nor_tested(
    staging: Settings, machine: Machine
) -> None:
    """Nor is an engine asked for: a job that deploys needs none."""
    machine.pushed = replace(kept(staging, TWO, tested=True), repository="registry.example/shop")
    assert (
        images.pushed(staging, REVISION, machine.pushed, ignore, untested=False) is machine.pushed
    )
    assert machine.did == []


def test_an_image_of_a_shared_registry_is_pushed_without_an_engine(
    staging: Settings, machine: Machine
) -> None:
    """It goes from registry to registry."""
    shared = replace(staging, image_repository="ci.example/app")
    machine.kept = kept(shared, ONE, tested=True)
    images.pushed(shared, REVISION, machine.pushed, ignore, untested=False)
    assert machine.did == ["push 1"]


def test_an_untested_image_that_was_pushed_is_the_one_that_is_tested(
    staging: Settings, machine: Machine
) -> None:
    """Its tag cannot be moved to the image that this machine has built and tested."""
    machine.pushed = replace(kept(staging, TWO, tested=False), repository="registry.example/shop")
    machine.kept = kept(staging, ONE, tested=True)
    assert images.pushed(staging, REVISION, machine.pushed, ignore, untested=False).digest == TWO
    assert machine.done == ["fetch 2", "test 7ee 2", "push 2"]


def test_an_untested_image_that_is_here_is_not_fetched(staging: Settings, machine: Machine) -> None:
    """The same digest: what lacks is the suite, and the mark."""
    machine.pushed = replace(kept(staging, ONE, tested=False), repository="registry.example/shop")
    machine.kept = kept(staging, ONE, tested=False)
    images.pushed(staging, REVISION, machine.pushed, ignore, untested=False)
    assert machine.done == ["test 7ee 1", "push 1"]


def test_an_untested_image_goes_where_it_is_named(staging: Settings, machine: Machine) -> None:
    """No suite runs; what is there already stays."""
    images.pushed(staging, REVISION, machine.pushed, ignore, untested=True)
    assert machine.done == ["build 7ee", "push 1"]
    machine.did.clear()
    images.pushed(staging, REVISION, machine.pushed, ignore, untested=True)
    assert machine.did == []


def test_a_push_of_another_digest_than_the_pushed_one_says_who_tests_it(
    staging: Settings, machine: Machine
) -> None:
    """Before anything is sent."""
    machine.pushed = replace(kept(staging, TWO, tested=False), repository="registry.example/shop")
    machine.kept = kept(staging, ONE, tested=True)
    with pytest.raises(Failed, match=r"cannot be moved\n.*invoke deploy --env staging"):
        images.push(staging, REVISION, ignore)
    assert machine.did == []


def test_a_push_of_what_was_not_built_leads_to_the_build(
    staging: Settings, machine: Machine
) -> None:
    """A push neither builds nor tests."""
    with pytest.raises(ConfigurationError, match=r"holds no image of .*\n.*invoke build"):
        images.push(staging, REVISION, ignore)
    assert machine.did == []


def test_another_build_s_image_is_used_after_the_wait(
    settings: Settings, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two builds of one commit at once: the second one finds the image and does not build."""
    shown: list[Event] = []

    @contextmanager
    def taken(_: str, waiting: Any) -> Iterator[bool]:
        waiting()
        machine.kept = kept(settings, TWO, tested=False)
        yield True

    monkeypatch.setattr(locks, "alone", taken)
    assert images.build(settings, REVISION, shown.append).digest == TWO
    assert machine.done == []
    name = f"slipway/app:{recipe.of(settings, REVISION).tag}"
    assert Note(f"waiting for another build of {name}") in shown


def test_a_job_whose_registry_is_switched_off_builds_nothing(
    settings: Settings, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each job would make an image of its own."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("IMAGE_REPOSITORY", "")
    for task in (images.build, images.push):
        with pytest.raises(ConfigurationError, match="IMAGE_REPOSITORY is empty in this job"):
            task(settings, REVISION, ignore)
    assert machine.did == []


def test_a_suite_that_did_not_pass_ends_the_chain(
    staging: Settings, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is pushed."""

    def fail(*_: object) -> Image:
        raise Refused("1 of 2 tests failed")

    monkeypatch.setattr(suite, "test", fail)
    with pytest.raises(Refused):
        images.pushed(staging, REVISION, machine.pushed, ignore, untested=False)
    assert machine.done == ["build 7ee"]
