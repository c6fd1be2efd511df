"""The parameters of the application stack, under the names that people know."""

from dataclasses import dataclass

from troposphere import Equals, Not, Parameter, Ref, Template

from stack.options import Options

DEPLOY = "Deploy"
# The condition that an update of a service is a new deployment, whatever it changes.
FORCED = "ForcedDeployment"
# Fargate's sizes, in CPU units: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
CPU_UNITS = ["256", "512", "1024", "2048", "4096", "8192", "16384"]


@dataclass(frozen=True)
class Parameters:
    """One parameter each; `Deploy` is the condition that there is a revision to run.

    `maximum` is the most tasks that autoscaling starts; None without autoscaling.
    """

    revision: Parameter
    repository: Parameter
    cpu: Parameter
    memory: Parameter
    desired_count: Parameter
    maximum: Parameter | None
    port: Parameter
    nonce: Parameter


def add_parameters(template: Template, options: Options) -> Parameters:
    """Add the parameters and the condition Deploy."""
    revision = string_parameter(
        template, "WebAppRevision", "The image's tag; empty: everything but the service", ""
    )
    template.add_condition(DEPLOY, Not(Equals(Ref(revision), "")))
    cpu = string_parameter(template, "WebWorkerCPU", "CPU units of a task; 1024 are a core", "256")
    cpu.AllowedValues = CPU_UNITS
    memory = string_parameter(template, "WebWorkerMemory", "Memory of a task in MiB", "512")
    memory.AllowedPattern = "[0-9]+"
    least = "How many tasks serve, or with autoscaling, how many at least"
    return Parameters(
        revision=revision,
        repository=string_parameter(
            template, "RepositoryURL", "The repository of the image, HOST/NAME"
        ),
        cpu=cpu,
        memory=memory,
        desired_count=number_parameter(template, "WebWorkerDesiredCount", least, 2, minimum=0),
        maximum=_maximum(template) if options.autoscaling else None,
        port=_port(template),
        nonce=_nonce(template),
    )


def _port(template: Template) -> Parameter:
    # The image's user is not root, and the tasks' security group lets in no port of root's.
    port = number_parameter(
        template, "WebWorkerPort", "The port that a task listens on", 8000, minimum=1024
    )
    port.MaxValue = 65535
    return port


def _nonce(template: Template) -> Parameter:
    """Add the parameter that forces a new deployment of the services."""
    what = "Forces a new deployment; empty but for the time of a restart"
    nonce = string_parameter(template, "DeploymentNonce", what, "")
    template.add_condition(FORCED, Not(Equals(Ref(nonce), "")))
    return nonce


def _maximum(template: Template) -> Parameter:
    return number_parameter(template, "MaxScale", "How many tasks serve at most", 6, minimum=1)


def string_parameter(
    template: Template, name: str, description: str, default: str | None = None
) -> Parameter:
    """Add a parameter that is a text."""
    given = {} if default is None else {"Default": default}
    return template.add_parameter(Parameter(name, Type="String", Description=description, **given))


def number_parameter(
    template: Template, name: str, description: str, default: int, *, minimum: int
) -> Parameter:
    """Add a parameter that is a number, `minimum` or more."""
    return template.add_parameter(
        Parameter(name, Type="Number", Description=description, Default=default, MinValue=minimum)
    )
