"""How long a template's services bake: both revisions run, and ECS waits before it goes on.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-deploymentconfiguration.html
"""

from collections.abc import Mapping
from math import ceil

from slipway.aws import stack
from slipway.aws.stack import Stack
from slipway.settings import Settings
from slipway.template import Body

SERVICE = "AWS::ECS::Service"
# What ECS takes where a template names none, by property:
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CanaryConfiguration.html
DEFAULTS = {"StepPercent": 10.0, "StepBakeTimeInMinutes": 6, "CanaryBakeTimeInMinutes": 10}
STRATEGIES = {"BLUE_GREEN", "LINEAR", "CANARY"}


def seconds(body: Body, values: Mapping[str, str]) -> int:
    """Return how long the services of a template bake together; 0 if none switches.

    `values` are the stack's parameters by name. A value that is neither a number nor a
    parameter cannot be read, and counts as 0.
    """
    resources = body.get("Resources", {}).values()
    services = [each for each in resources if each.get("Type") == SERVICE]
    configurations = (
        each.get("Properties", {}).get("DeploymentConfiguration") for each in services
    )
    return ceil(60 * sum(_minutes(each or {}, body, values) for each in configurations))


def of_stack(settings: Settings, current: Stack) -> int:
    """Return how long the services of the application stack bake, as it is; of another one, 0."""
    if current.name != settings.stack_name:
        return 0
    return seconds(stack.deployed_template(settings, current.id), current.parameters)


def _minutes(configuration: Body, body: Body, values: Mapping[str, str]) -> float:
    """Add up the steps of one DeploymentConfiguration, and the time after the last."""

    def read(part: Body, name: str) -> float:
        return _number(part.get(name, DEFAULTS.get(name, 0)), body, values)

    strategy = configuration.get("Strategy")
    if strategy not in STRATEGIES:
        return 0
    minutes = read(configuration, "BakeTimeInMinutes")
    if strategy == "CANARY":
        minutes += read(configuration.get("CanaryConfiguration", {}), "CanaryBakeTimeInMinutes")
    if strategy == "LINEAR":
        linear = configuration.get("LinearConfiguration", {})
        # The step that reaches all requests bakes no further.
        steps = ceil(100 / (read(linear, "StepPercent") or 100)) - 1
        minutes += steps * read(linear, "StepBakeTimeInMinutes")
    return minutes


def _number(value: object, body: Body, values: Mapping[str, str]) -> float:
    if isinstance(value, dict) and isinstance(name := value.get("Ref"), str):
        default = body.get("Parameters", {}).get(name, {}).get("Default")
        value = values.get(name, default)
    try:
        return float(value) if isinstance(value, int | float | str) else 0
    except ValueError:
        return 0
