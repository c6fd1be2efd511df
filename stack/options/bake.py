"""How long a switch from one revision to the next takes, and how long it may."""

BAKE_MINUTES = 5
# A tenth of the requests first, and then all, or a tenth more each minute.
STEP_PERCENT = 10.0
STEP_MINUTES = 1
# CloudFormation refuses a longer one: the schema of AWS::ECS::Service, CanaryConfiguration and
# LinearConfiguration. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-canaryconfiguration.html
MOST_MINUTES = 33 * 60


def minutes(deployment: str, bake_minutes: int | None) -> int:
    """Return how many minutes a deployment such as "canary" bakes in all its steps; rolling: 0."""
    bake = BAKE_MINUTES if bake_minutes is None else bake_minutes
    # The step that reaches all requests bakes no further.
    steps = int(100 / STEP_PERCENT) - 1
    more = {"blue_green": 0, "canary": bake, "linear": steps * STEP_MINUTES}
    return bake + more[deployment] if deployment in more else 0
