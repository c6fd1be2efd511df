"""`invoke doctor`: an environment in order, and what can be wrong with a machine or a stack."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slipway import local_key, polling
from slipway import settings as known
from slipway.docker import engine
from slipway.errors import ConfigurationError
from slipway.events import Verdict
from slipway.image import platforms
from tests.story.identities import ACCOUNT, REGION
from tests.story.refusals import Refusal
from tests.story.revisions import ONE, writes

if TYPE_CHECKING:
    from slipway.docker.engine import Engine
    from tests.story.person import Person
    from tests.story.world import World
from tests.story.examination import findings, prepare, set_options, the_wrong_one


@pytest.fixture(autouse=True)
def _in_order(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(world, person, monkeypatch)


def test_an_environment_in_order(world: World, person: Person) -> None:
    """Everything is looked at, nothing is changed, and the exit code is 0."""
    before = len(world.calls)
    done = person.doctor()
    assert done.code == 0, done.text()
    subjects = {each.subject for each in findings(done, Verdict.OK)}
    assert subjects == {
        *("engine", "git", "template", "clock", "credentials", "repository", "delivery stack"),
        *("application stack", "service-linked roles", "OIDC provider", "domain", "quotas"),
        *("secrets", "permissions"),
    }
    assert writes(world.calls[before:]) == []
    assert [each for each in world.calls[before:] if ".Create" in each or ".Put" in each] == []


def test_what_is_deployed_is_named(world: World, person: Person) -> None:
    """And quotas are no question any more: the stack has its share."""
    person.has_deployed(person.push(ONE))
    done = person.doctor()
    assert done.code == 0, done.text()
    assert ONE[:12] in done.text()
    assert "quotas" not in {each.subject for each in findings(done, Verdict.OK)}
    assert world.calls.count("ec2.DescribeAddresses") == 0


def test_a_machine_without_an_engine(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are looked at all the same."""

    def none() -> Engine:
        raise ConfigurationError("no container engine answers", hint="invoke engine")

    monkeypatch.setattr(engine, "require", none)
    done = person.doctor()
    assert the_wrong_one(done).hint == "invoke engine"
    assert len(findings(done, Verdict.OK)) > 10


def test_an_engine_that_cannot_run_the_platform(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known before a build."""

    def refuse(wanted: str) -> bool:
        raise ConfigurationError(f"the image is for {wanted}", hint="set STACK_ARCHITECTURE")

    monkeypatch.setattr(platforms, "require", refuse)
    assert the_wrong_one(person.doctor()).subject == "engine"


def test_a_template_that_is_not_there(world: World, person: Person) -> None:
    """A deploy would end with the same words."""
    world.settings = replace(world.settings, stack_template="no.such.module")
    assert the_wrong_one(person.doctor()).subject == "template"


def test_a_clock_that_is_off(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS refuses signatures that are five minutes old."""
    monkeypatch.setattr(polling, "wall", lambda: world.clock.wall() + 400)
    found = the_wrong_one(person.doctor())
    assert found.subject == "clock"
    assert re.search(r"40\d s fast", found.text)


@pytest.mark.parametrize(
    "host",
    [f"999999999999.dkr.ecr.{REGION}.amazonaws.com", f"{ACCOUNT}.dkr.ecr.eu-west-2.amazonaws.com"],
)
def test_a_repository_elsewhere(world: World, person: Person, host: str) -> None:
    """In another account, or another region."""
    world.settings = replace(world.settings, ecr_repository=f"{host}/shop-staging")
    assert the_wrong_one(person.doctor()).subject == "repository"


def test_no_delivery_stack(world: World, person: Person) -> None:
    """The first command of an environment."""
    world.stacks.all.clear()
    assert the_wrong_one(person.doctor()).hint == "invoke bootstrap --env staging"


def test_options_that_changed_since_the_bootstrap(world: World, person: Person) -> None:
    """The delivery stack has the branches of then."""
    set_options(world, STACK_GITLAB_BRANCHES="main,release")
    found = the_wrong_one(person.doctor())
    assert (found.subject, found.hint) == ("delivery stack", "invoke bootstrap --env staging")


def test_a_stack_that_is_stuck(world: World, person: Person) -> None:
    """With AWS's reason, and the way out."""
    person.has_deployed(person.push(ONE))
    world.stack.become("UPDATE_ROLLBACK_FAILED", "the reason of AWS")
    found = the_wrong_one(person.doctor())
    assert "the reason of AWS" in found.text
    assert found.hint == "invoke recover --env staging"


def test_a_stack_that_somebody_changes(world: World, person: Person) -> None:
    """That is not wrong, and not known."""
    person.has_deployed(person.push(ONE))
    world.stack.become("UPDATE_IN_PROGRESS")
    done = person.doctor()
    assert done.code == 0
    assert [each.subject for each in findings(done, Verdict.UNKNOWN)] == [
        "application stack",
        "GitLab",
    ]


def test_a_repository_that_was_renamed_since_the_bootstrap(world: World, person: Person) -> None:
    """The delivery stack has the other one."""
    other = world.settings.ecr_repository.replace("shop-staging", "shop")
    world.settings = replace(world.settings, ecr_repository=other)
    assert "RepositoryName shop-staging" in the_wrong_one(person.doctor()).text


def test_what_was_found_before_a_refusal_is_said(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too few addresses, and then no permission to count the networks."""

    def refuse(_request: dict[str, Any]) -> dict[str, Any]:
        raise Refusal("UnauthorizedOperation", "not authorized: ec2:DescribeVpcs", 403)

    world.ec2.addresses = 5
    monkeypatch.setattr(world.ec2, "describe_vpcs", refuse)
    done = person.doctor()
    assert "0 of 5 are free" in the_wrong_one(done).text
    assert [each.subject for each in findings(done, Verdict.UNKNOWN)] == ["GitLab", "quotas"]


@pytest.mark.parametrize(
    "operation", ["SimulatePrincipalPolicy", "GetRole", "ListOpenIDConnectProviders"]
)
def test_what_one_may_not_look_at_is_not_known(
    world: World, person: Person, operation: str
) -> None:
    """Not ok, not wrong, and no end of the examination."""
    world.iam.denied.add(operation)
    done = person.doctor()
    assert done.code == 0, done.text()
    assert any("not authorized" in each.text for each in findings(done, Verdict.UNKNOWN))


def test_without_a_local_account_there_is_nothing_to_ask(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first deploy starts it."""
    monkeypatch.setattr(local_key, "read", lambda _port: None)
    world.settings = known.resolve("local", {})
    done = person.doctor()
    assert done.code == 0, done.text()
    assert "invoke deploy --env local starts it" in done.text()
