"""`invoke doctor`: an environment in order, and then each thing that can be wrong with it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pipeline import local_key, polling
from pipeline import settings as known
from pipeline.doctor import domain
from pipeline.errors import ConfigurationError
from pipeline.image import platforms
from pipeline.local import engine
from pipeline.local.engine import Engine
from pipeline.view.events import Finding, Verdict
from tests.story.account import SERVERS, ZONE
from tests.story.iam import LINKED
from tests.story.identities import ACCOUNT, REGION
from tests.story.refusals import Refusal
from tests.story.revisions import ONE, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.story.person import Outcome, Person
    from tests.story.world import World

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop-AbCdEf"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/token"
OPTIONS = {
    "STACK_IDENTITY": "role",
    "STACK_GITLAB_PROJECT": "group/shop",
    "STACK_DOMAIN": "shop.example.com",
    "STACK_HOSTED_ZONE_ID": ZONE,
    "STACK_SECRETS": f"SECRET_KEY={SECRET}:key::",
    "STACK_SECRETS_KEYS": KEY,
}


@pytest.fixture(autouse=True)
def _in_order(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an environment that was bootstrapped, and a machine that can build for it."""
    world.stacks.all.clear()
    world.ecr.repositories.clear()
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    world.settings = replace(world.settings, ecr_repository=f"{host}/shop-staging")
    set_options(world)
    world.ecr.host = host
    world.secrets.texts[SECRET] = '{"key": "value"}'
    world.secrets.more[SECRET] = {"KmsKeyId": KEY}
    world.ssm.keys["/shop/token"] = "alias/aws/ssm"
    monkeypatch.setattr(
        engine, "require", lambda: Engine("29.0", buildx=True, containerd_store=True)
    )
    monkeypatch.setattr(platforms, "require", lambda _wanted: False)
    monkeypatch.setattr(domain, "name_servers", lambda _name: set(SERVERS))
    assert person.bootstrap().code == 0


def set_options(world: World, **more: str) -> None:
    """Give the environment these options, too."""
    options = tuple(sorted({**OPTIONS, **more}.items()))
    world.settings = replace(world.settings, stack_options=options)


def findings(done: Outcome, verdict: Verdict) -> list[Finding]:
    """List the findings of a verdict."""
    found = [each for each in done.events if isinstance(each, Finding)]
    return [each for each in found if each.verdict is verdict]


def the_wrong_one(done: Outcome) -> Finding:
    """Return the one thing that is wrong; the command says so by exit code 2."""
    assert done.code == 2, done.text()
    (found,) = findings(done, Verdict.WRONG)
    assert found.hint
    return found


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
    """It is told before a build."""

    def refuse(wanted: str) -> bool:
        raise ConfigurationError(f"the image is for {wanted}", hint="set STACK_ARCHITECTURE")

    monkeypatch.setattr(platforms, "require", refuse)
    assert the_wrong_one(person.doctor()).subject == "engine"


def test_a_template_that_is_not_there(world: World, person: Person) -> None:
    """A deploy would end with the same words."""
    world.settings = replace(world.settings, stack_template="no.such.module")
    assert the_wrong_one(person.doctor()).subject == "template"


def test_a_secret_of_another_region_is_not_looked_for_here(world: World, person: Person) -> None:
    """Another one could have its name."""
    set_options(world, STACK_SECRETS=f"SECRET_KEY={SECRET.replace(REGION, 'us-east-1')}")
    done = person.doctor()
    assert done.code == 0
    assert "secrets" in {each.subject for each in findings(done, Verdict.UNKNOWN)}


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


def test_a_zone_that_does_not_exist(world: World, person: Person) -> None:
    """Or is of another account."""
    world.route53.by_id.clear()
    assert f"there is no zone {ZONE}" in the_wrong_one(person.doctor()).text


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
    assert "may not: ecs:RunTask" in the_wrong_one(person.doctor()).text


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
    assert "may not: ecs:RunTask" in the_wrong_one(person.doctor()).text
    asked = [each for each in world.iam.simulated if "ecs:RunTask" in each["ActionNames"]]
    assert asked[0]["ResourceArns"] == [
        f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/shop-staging-migrate:x"
    ]


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
    """The first deploy brings it up."""
    monkeypatch.setattr(local_key, "read", lambda _port: None)
    world.settings = known.resolve("local", {})
    done = person.doctor()
    assert done.code == 0, done.text()
    assert "invoke deploy --env local brings it up" in done.text()
