"""`invoke doctor`: what can be wrong with an account, its domain, quotas and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slipway.doctor import domain
from slipway.events import Verdict
from tests.story.account import SERVERS, ZONE
from tests.story.iam import LINKED
from tests.story.identities import ACCOUNT, REGION
from tests.story.revisions import ONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.story.person import Person
    from tests.story.world import World
from tests.story.examination import (
    KEY,
    PARAMETER,
    SECRET,
    findings,
    prepare,
    set_options,
    the_wrong_one,
)


@pytest.fixture(autouse=True)
def _in_order(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(world, person, monkeypatch)


def test_a_missing_service_linked_role(world: World, person: Person) -> None:
    """Its service is named."""
    world.iam.roles.remove(LINKED["rds.amazonaws.com"])
    assert "rds.amazonaws.com" in the_wrong_one(person.doctor()).text


def test_a_provider_of_another_audience(world: World, person: Person) -> None:
    """The tokens of the jobs would be refused."""
    (arn,) = world.iam.providers
    world.iam.providers[arn] = ["sts.amazonaws.com"]
    assert "lacks the audience" in the_wrong_one(person.doctor()).text


def test_no_provider(world: World, person: Person) -> None:
    """Somebody deleted it."""
    world.iam.providers.clear()
    assert the_wrong_one(person.doctor()).subject == "OIDC provider"


@pytest.mark.parametrize("answered", [set(), {"ns.of-another.example"}])
def test_a_zone_that_is_not_delegated(
    person: Person, monkeypatch: pytest.MonkeyPatch, answered: set[str]
) -> None:
    """ACM would wait for the certificate's record until the deploy gives up."""
    monkeypatch.setattr(domain, "name_servers", lambda _name: answered)
    found = the_wrong_one(person.doctor())
    assert found.subject == "domain"
    assert all(each in found.hint for each in SERVERS)


@pytest.mark.parametrize("zone", [("other.example.", False), ("example.com.", True)])
def test_a_zone_of_another_name_or_a_private_one(
    world: World, person: Person, zone: tuple[str, bool]
) -> None:
    """Neither proves the certificate."""
    world.route53.by_id[ZONE] = zone
    assert the_wrong_one(person.doctor()).subject == "domain"


def test_a_zone_that_does_not_exist(world: World, person: Person) -> None:
    """Or is of another account."""
    world.route53.by_id.clear()
    assert f"there is no zone {ZONE}" in the_wrong_one(person.doctor()).text


def test_too_few_addresses(world: World, person: Person) -> None:
    """Staging and production of three zones are all five of a region."""
    world.ec2.addresses = 4
    assert "elastic IP addresses: 1 of 5 are free; a first deploy needs 2" in (
        the_wrong_one(person.doctor()).text
    )


def test_a_first_deploy_that_failed_needs_its_share_again(world: World, person: Person) -> None:
    """The next deploy deletes the stack and creates it again."""
    person.has_deployed(person.push(ONE))
    world.stack.become("ROLLBACK_COMPLETE")
    world.ec2.addresses = 5
    assert "0 of 5 are free" in the_wrong_one(person.doctor()).text


def test_too_few_cpus_of_fargate(world: World, person: Person) -> None:
    """The quota of a young account."""
    world.quotas.applied["L-3032A538"] = 0.0
    assert "vCPUs of Fargate" in the_wrong_one(person.doctor()).text


def _gone(world: World) -> None:
    del world.secrets.texts[SECRET]


def _empty(world: World) -> None:
    world.secrets.texts[SECRET] = ""


def _deleted(world: World) -> None:
    world.secrets.more[SECRET] = {"DeletedDate": world.clock.date()}


def _other_key(world: World) -> None:
    world.secrets.more[SECRET] = {"KmsKeyId": KEY.replace("0a", "ff")}


def _no_parameter(world: World) -> None:
    set_options(world, STACK_SECRETS=f"TOKEN={PARAMETER}")
    world.ssm.keys.clear()


@pytest.mark.parametrize(
    ("happen", "words"),
    [
        (_gone, "does not exist"),
        (_empty, "has no value"),
        (_deleted, "is being deleted"),
        (_other_key, "which no task may use"),
        (_no_parameter, "TOKEN"),
    ],
)
def test_a_secret_that_no_task_can_read(
    world: World, person: Person, happen: Callable[[World], None], words: str
) -> None:
    """Without its value being read here, either."""
    happen(world)
    assert words in the_wrong_one(person.doctor()).text
    assert "secretsmanager.GetSecretValue" not in world.calls


def test_a_secret_of_another_region_is_not_looked_for_here(world: World, person: Person) -> None:
    """Another one could have its name."""
    set_options(world, STACK_SECRETS=f"SECRET_KEY={SECRET.replace(REGION, 'us-east-1')}")
    done = person.doctor()
    assert done.code == 0
    assert "secrets" in {each.subject for each in findings(done, Verdict.UNKNOWN)}


def test_an_empty_page_is_not_the_last_one(
    world: World, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DescribeParameters and SimulatePrincipalPolicy may answer in pages, also in empty ones."""
    describe, simulate = world.ssm.describe_parameters, world.iam.simulate_principal_policy

    def in_pages(request: dict[str, Any]) -> dict[str, Any]:
        is_last = "NextToken" in request
        return describe(request) if is_last else {"Parameters": [], "NextToken": "more"}

    def truncated(request: dict[str, Any]) -> dict[str, Any]:
        if "Marker" in request:
            return simulate(request)
        return {"EvaluationResults": [], "IsTruncated": True, "Marker": "more"}

    set_options(world, STACK_SECRETS=f"TOKEN={PARAMETER}")
    world.iam.implicit.add("ecs:RunTask")
    monkeypatch.setattr(world.ssm, "describe_parameters", in_pages)
    monkeypatch.setattr(world.iam, "simulate_principal_policy", truncated)
    assert "lacks permissions: ecs:RunTask" in the_wrong_one(person.doctor()).text


def test_a_parameter_is_a_secret_too(world: World, person: Person) -> None:
    """Of the Parameter Store, under AWS's own key or one of one's own."""
    set_options(world, STACK_SECRETS=f"TOKEN={PARAMETER}")
    assert person.doctor().code == 0
    world.ssm.keys["/shop/token"] = KEY
    assert person.doctor().code == 0
    set_options(world, STACK_SECRETS=f"TOKEN={PARAMETER}", STACK_SECRETS_KEYS="")
    assert "which no task may use" in the_wrong_one(person.doctor()).text


def test_who_may_not_deploy_is_told_what_is_missing(world: World, person: Person) -> None:
    """By IAM's own simulator, on this environment's own things."""
    world.iam.implicit.add("ecs:RunTask")
    assert "lacks permissions: ecs:RunTask" in the_wrong_one(person.doctor()).text
    asked = [each for each in world.iam.simulated if "ecs:RunTask" in each["ActionNames"]]
    assert asked[0]["ResourceArns"] == [
        f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/shop-staging-migrate:x"
    ]
