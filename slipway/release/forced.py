"""A forced deployment: an update of the stack that replaces the tasks of all services.

The nonce is in the stack's parameters for this update alone. If it stayed, a later update of a
service, or its rollback, might be forced, too: AWS's pages differ on that.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-forcenewdeployment.html
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ecs.ForceNewDeployment.html
"""

import secrets
from collections.abc import Mapping

from slipway.aws import contract
from slipway.aws.stack import Stack
from slipway.events import Say
from slipway.release import update
from slipway.settings import Settings
from slipway.template import Body, Desired

SERVICE, STRATEGY = "AWS::ECS::Service", "CapacityProviderStrategy"


def is_possible(body: Body) -> bool:
    """Whether a template has the parameter for the nonce, which is empty by default."""
    return bool(body.get("Parameters", {}).get(contract.NONCE, {}).get("Default") == "")


def is_needed(new: Body, deployed: Body) -> bool:
    """Whether ECS takes the change from one template to another by force alone.

    It does so for another capacity provider strategy: "you must force a new deployment".
    """
    before, after = _strategies(deployed), _strategies(new)
    return any(before[title] != after[title] for title in before.keys() & after.keys())


def _strategies(body: Body) -> dict[str, object]:
    """Return the capacity provider strategy of each service, by logical id; None without one."""
    return {
        title: each.get("Properties", {}).get(STRATEGY)
        for title, each in body.get("Resources", {}).items()
        if each.get("Type") == SERVICE
    }


def is_on(parameters: Mapping[str, str]) -> bool:
    """Whether a stack with these parameters has a nonce: a restart runs, or was interrupted."""
    return bool(parameters.get(contract.NONCE))


def nonce() -> dict[str, str]:
    """Return the parameter of the next forced deployment, by name."""
    return {contract.NONCE: secrets.token_hex(8)}


def begin(settings: Settings, current: Stack, deployed: Desired, say: Say) -> Stack:
    """Replace the tasks of all services, wait for the new ones, and return the stack.

    `deployed` has the stack's own template. Raises what `update.apply` does.
    """
    return update.apply(settings, current, deployed.with_parameters(nonce()), say)


def end(settings: Settings, current: Stack, deployed: Desired, say: Say) -> Stack:
    """Remove the nonce, which replaces no task; return the stack. Raises as `begin` does."""
    return update.apply(settings, current, deployed.with_parameters({contract.NONCE: ""}), say)
