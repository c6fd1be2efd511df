"""The worker: a service of its own, for what no request should wait for."""

from troposphere import Output, Ref, Template, ecs

from stack import parameters, rollout
from stack.parameters import DEPLOY
from stack.tasks import WORKER, Tasks, add_deployed
from stack.web import Room, shared


def add_worker(template: Template, tasks: Tasks, room: Room) -> ecs.Service:
    """Add the service; it has no load balancer; the circuit breaker rolls it back.

    A rollout may stop the one worker before its successor runs: work waits, nobody does.
    """
    count = parameters.number_parameter(
        template, "WorkerDesiredCount", "How many workers run", 1, minimum=0
    )
    task = add_deployed(template, tasks, "WorkerTaskDefinition", WORKER)
    template.add_output(Output("WorkerServiceName", Description="The worker service", Value=WORKER))
    expected = "The task definition that the worker service runs"
    template.add_output(
        Output("WorkerTaskDefinition", Condition=DEPLOY, Description=expected, Value=Ref(task))
    )
    return template.add_resource(
        ecs.Service(
            "WorkerService",
            ServiceName=WORKER,
            TaskDefinition=Ref(task),
            DesiredCount=Ref(count),
            DeploymentConfiguration=ecs.DeploymentConfiguration(
                MinimumHealthyPercent=0,
                MaximumPercent=200,
                DeploymentCircuitBreaker=rollout.breaker(tasks.options),
            ),
            **shared(tasks.options, tasks.parameters, room),
        )
    )
