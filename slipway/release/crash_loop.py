"""A new revision whose tasks keep failing, where ECS itself goes on starting others.

Only a rolling update has a circuit breaker for certain: one page of AWS gives it to blue/green
deployments too, others do not. Without it, ECS starts tasks for up to 24 hours in each stage of a
deployment, and CloudFormation waits for up to 36:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-failure-detection.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
"""

from math import ceil

from slipway.aws import faults, service, tasks
from slipway.aws.service import ROLLING, Deployment, ServiceRef
from slipway.settings import Settings

# The circuit breaker's own rule: half of the desired count, within these limits.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
FEWEST, MOST = 3, 200


def threshold(desired: int) -> int:
    """Return how many failed tasks end a deployment of so many."""
    return min(max(ceil(desired / 2), FEWEST), MOST)


def describe_loop(ref: ServiceRef, deployment: Deployment, failed: int) -> str:
    """Describe a crash loop in a clause; "" if there is none, or ECS ends it by itself.

    `failed` are the tasks of the deployment that stopped for a fault.
    """
    if deployment.strategy == ROLLING or failed < threshold(deployment.rollout.desired):
        return ""
    return f"{failed} tasks of the new revision of service {ref.service} failed"


def count(settings: Settings, ref: ServiceRef, deployment: Deployment) -> int:
    """Count the tasks of a deployment that stopped for a fault, as far as ECS lists them.

    That is the last hour: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
    """
    stopped = service.describe_tasks(settings, ref, "STOPPED")
    own = tasks.of_deployment(stopped, deployment.description)
    return sum(faults.is_explained(each) and faults.is_fault(each) for each in own)
