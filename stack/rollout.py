"""How a revision replaces another: step by step, or by a switch between two target groups."""

from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, ecs, iam

from stack import permissions_boundary
from stack.alarms import Alarms
from stack.load_balancer import LoadBalancer
from stack.options import Options, bake
from stack.policies import trust
from stack.target_groups import switches

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
SWITCH_POLICY = (
    "arn:${AWS::Partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
)


def configuration(options: Options, alarms: Alarms | None) -> ecs.DeploymentConfiguration:
    """Decide how the service is deployed: new tasks are healthy before old ones stop."""
    given: dict[str, Any] = {"MinimumHealthyPercent": 100, "MaximumPercent": 200}
    if alarms:
        names = [Ref(each) for each in alarms.of_rollout]
        given["Alarms"] = ecs.DeploymentAlarms(AlarmNames=names, Enable=True, Rollback=True)
    more = _switch(options) if switches(options) else {"DeploymentCircuitBreaker": breaker(options)}
    return ecs.DeploymentConfiguration(**given, **more)


def breaker(options: Options) -> ecs.DeploymentCircuitBreaker:
    """Take a rollout back after so many failed tasks; ECS's own rule is half of those wanted.

    That rule waits for three failures at least, and each takes minutes; if nobody is
    served, a count of one or two ends a hopeless rollout sooner.
    """
    breaker = ecs.DeploymentCircuitBreaker(Enable=True, Rollback=True)
    if options.breaker_count:
        count = ecs.ThresholdConfiguration(Type="COUNT", Value=options.breaker_count)
        breaker.ThresholdConfiguration = count
    return breaker


def _switch(options: Options) -> dict[str, Any]:
    """Decide the steps of a switch; meanwhile, and after it, both revisions run."""
    minutes = bake.BAKE_MINUTES if options.bake_minutes is None else options.bake_minutes
    steps: dict[str, dict[str, Any]] = {
        "blue_green": {},
        "linear": {
            "LinearConfiguration": ecs.LinearConfiguration(
                StepPercent=bake.STEP_PERCENT, StepBakeTimeInMinutes=bake.STEP_MINUTES
            )
        },
        "canary": {
            "CanaryConfiguration": ecs.CanaryConfiguration(
                CanaryPercent=bake.STEP_PERCENT, CanaryBakeTimeInMinutes=minutes
            )
        },
    }
    strategy = {"Strategy": options.deployment.upper(), "BakeTimeInMinutes": minutes}
    return {**strategy, **steps[options.deployment]}


def targets(template: Template, options: Options, balancer: LoadBalancer) -> dict[str, Any]:
    """Decide where the service's tasks join; ECS itself moves the requests in a switch."""
    first = {"TargetGroupArn": Ref(balancer.target_groups[0])}
    if not switches(options):
        return first
    role = template.add_resource(
        iam.Role(
            "SwitchRole",
            AssumeRolePolicyDocument=trust("ecs"),
            PermissionsBoundary=permissions_boundary.arn(),
            ManagedPolicyArns=[Sub(SWITCH_POLICY)],
        )
    )
    advanced = ecs.AdvancedConfiguration(
        AlternateTargetGroupArn=Ref(balancer.target_groups[1]),
        ProductionListenerRule=Ref(balancer.production),
        RoleArn=GetAtt(role, "Arn"),
    )
    return {**first, "AdvancedConfiguration": advanced}
