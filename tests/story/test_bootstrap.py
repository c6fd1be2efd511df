"""`invoke bootstrap`: what an account has once, and then the delivery stack."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slipway.templates import blueprint
from tests.story.disturbances import Killed
from tests.story.iam import LINKED
from tests.story.identities import ACCOUNT
from tests.story.template_parameters import values
from tests.story.templates import Template

if TYPE_CHECKING:
    from slipway.settings import Settings
    from tests.story.person import Person
    from tests.story.world import World

GITLAB = "https://gitlab.com"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com"


def with_role(settings: Settings, stack_name: str = "shop-staging") -> Settings:
    """Return the settings of an environment from which GitLab deploys by a role."""
    options = {"STACK_IDENTITY": "role", "STACK_GITLAB_PROJECT": "group/shop"}
    repository = f"{settings.ecr_repository.partition('/')[0]}/{stack_name}"
    return replace(
        settings,
        stack_name=stack_name,
        ecr_repository=repository,
        stack_options=tuple(options.items()),
    )


@pytest.fixture(autouse=True)
def _new_account(world: World) -> None:
    world.stacks.all.clear()
    world.ecr.repositories.clear()
    world.settings = with_role(world.settings)


def test_a_new_account_gets_what_it_has_only_once(world: World, person: Person) -> None:
    """Before anything needs it: the first cluster fails without the role of ECS."""
    stacks_before: list[int] = []
    world.script.before("iam.*", lambda: stacks_before.append(len(world.stacks.all)), times=100)
    done = person.bootstrap()
    assert done.code == 0, done.text()
    assert world.iam.roles == set(LINKED.values())
    assert world.iam.providers == {PROVIDER: [GITLAB]}
    assert set(stacks_before) == {0}
    assert world.stacks.all[0].status == "CREATE_COMPLETE"
    assert "created the service-linked role of ecs.amazonaws.com" in done.text()


def test_a_second_environment_finds_it(world: World, person: Person) -> None:
    """Nothing is made twice, and nothing is said of what is there."""
    assert person.bootstrap().code == 0
    world.settings = with_role(world.settings, "shop-production")
    before = len(world.calls)
    done = person.bootstrap()
    assert done.code == 0, done.text()
    assert [each for each in world.calls[before:] if each.startswith("iam.Create")] == []
    assert "service-linked" not in done.text()
    assert len(world.stacks.all) == 2


def test_a_provider_without_our_audience_gets_it(world: World, person: Person) -> None:
    """Made by somebody else, for something else."""
    world.iam.add_provider("gitlab.com", "sts.amazonaws.com")
    assert person.bootstrap().code == 0
    assert world.iam.providers == {PROVIDER: ["sts.amazonaws.com", GITLAB]}


def test_without_a_role_there_is_no_provider(world: World, person: Person) -> None:
    """A user has a key, and nobody a token."""
    world.settings = replace(world.settings, stack_options=(("STACK_IDENTITY", "user"),))
    assert person.bootstrap().code == 0
    assert world.iam.providers == {}
    assert world.iam.roles == set(LINKED.values())


@pytest.mark.parametrize("operation", ["CreateServiceLinkedRole", "CreateOpenIDConnectProvider"])
def test_who_may_not_make_it_is_told_who_may(world: World, person: Person, operation: str) -> None:
    """Exit code 2, and no stack is created."""
    world.iam.denied.add(operation)
    done = person.bootstrap()
    assert done.code == 2
    assert "an administrator types" in done.message
    assert world.stacks.all == []


def test_who_may_look_at_no_role_needs_no_more_if_all_are_there(
    world: World, person: Person
) -> None:
    """Then they cannot be created again, which is no error."""
    world.iam.roles |= set(LINKED.values())
    world.iam.denied.add("GetRole")
    assert person.bootstrap().code == 0
    world.iam.denied.add("CreateServiceLinkedRole")
    done = person.bootstrap()
    assert done.code == 0
    assert "could not be looked at" in done.text()


def test_a_first_bootstrap_that_failed_is_typed_again(world: World, person: Person) -> None:
    """The repository's fixed name does not stop the second one."""
    world.stacks.resources.failing["DeliveryServiceRole"] = "the reason of AWS"
    failed = person.bootstrap()
    assert failed.code == 1
    assert "the reason of AWS" in failed.text()
    done = person.bootstrap()
    assert done.code == 0, done.text()
    assert world.stacks.all[-1].status == "CREATE_COMPLETE"


def test_an_interrupted_bootstrap_is_typed_again(world: World, person: Person) -> None:
    """At any call: what was made is found."""

    def kill() -> None:
        raise Killed

    for nth in range(1, 12):
        world.script.before("*", kill, nth=nth)
        person.bootstrap()
        world.clock.advance(60)
    assert person.bootstrap().code == 0
    assert world.iam.roles == set(LINKED.values())
    assert world.stack_of_delivery().status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_a_repository_of_somebody_else_s_stops_before_anything_is_made(
    world: World, person: Person
) -> None:
    """Exit code 2, and both ways out."""
    world.ecr.repositories["shop-staging"] = {}
    done = person.bootstrap()
    assert done.code == 2
    assert "aws ecr delete-repository --repository-name shop-staging" in done.message
    assert "set another ECR_REPOSITORY" in done.message
    assert world.stacks.all == []
    assert world.iam.roles == set()


def test_a_provider_that_an_environment_owns_is_retained(world: World, person: Person) -> None:
    """Earlier versions made it with one environment's stack; the others keep their login."""
    settings = world.settings
    body = json.loads(blueprint.delivery(settings))
    body["Resources"]["GitLab"] = {
        "Type": "AWS::IAM::OIDCProvider",
        "Properties": {"Url": GITLAB, "ClientIdList": [GITLAB]},
    }
    names = {"RepositoryName": "shop-staging", "ApplicationStack": settings.stack_name}
    parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in names.items()]
    template = Template(json.dumps(body))
    stack = world.stacks.add(settings.delivery_stack_name)
    world.stacks.begin(stack, template, values(template.parameters, parameters, {}))
    world.clock.advance(60)
    assert world.iam.providers == {PROVIDER: [GITLAB]}
    done = person.bootstrap()
    assert done.code == 0, done.text()
    assert "GitLab" not in stack.now.resources
    assert world.iam.providers == {PROVIDER: [GITLAB]}
