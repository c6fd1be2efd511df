"""Who makes the calls of a story: the deployment identity, or a person who may do anything."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from tests import iam
from tests.stack import environments
from tests.story.identities import ACCOUNT
from tests.story.refusals import Refusal
from tests.story.template_functions import resolve
from tests.story.templates import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.story.permissions import Question
    from tests.story.stacks import Stack
    from tests.story.world import World

CREATED_SECONDS = 2.0
HTTP_FORBIDDEN = 403


@cache
def delivery() -> Template:
    """Return the delivery template of an environment whose identity is a role."""
    return Template(environments.template("staging", "delivery").to_json())


def bootstrapped(world: World) -> Stack:
    """Create the delivery stack, as an administrator did before the story began."""
    settings = world.settings
    named = {
        "ApplicationStack": settings.stack_name,
        "RepositoryName": settings.ecr_repository.partition("/")[2],
    }
    defaults = {
        name: str(each["Default"])
        for name, each in delivery().parameters.items()
        if "Default" in each
    }
    stack = world.stacks.add(settings.delivery_stack_name)
    world.stacks.begin(stack, delivery(), {**defaults, **named})
    world.clock.advance(CREATED_SECONDS)
    world.stacks.replacements.clear()
    assert stack.status == "CREATE_COMPLETE"
    return stack


class Caller:
    """The deployment identity with the rendered policy of its delivery stack."""

    def __init__(self, stack: Stack) -> None:
        now = stack.now
        assert now.template is not None
        scope = now.template.scope(stack.name, now.values, now.resources)
        policy = now.resources["DeploymentPolicy"].declared.properties["PolicyDocument"]
        self.statements: list[dict[str, Any]] = resolve(policy, scope)["Statement"]
        self.is_administrator = False
        self.allowed: list[Question] = []
        self.denied: list[Question] = []

    @contextmanager
    def administrator(self) -> Iterator[None]:
        """Let a person with every permission make the calls meanwhile."""
        before, self.is_administrator = self.is_administrator, True
        try:
            yield
        finally:
            self.is_administrator = before

    def require(self, questions: list[Question], code: str) -> None:
        """Refuse a call unless the policy allows everything that is asked for it.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        """
        for each in questions:
            if not iam.allows(self.statements, each.action, each.resource, each.keys):
                self.denied.append(each)
                message = (
                    f"User: arn:aws:sts::{ACCOUNT}:assumed-role/deployer/slipway is not authorized"
                    f" to perform: {each.action} on resource: {each.resource} because no"
                    f" identity-based policy allows the {each.action} action"
                )
                raise Refusal(code, message, HTTP_FORBIDDEN)
            self.allowed.append(each)
