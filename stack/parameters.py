"""The parameters of the application stack, under the names that people know."""

from dataclasses import dataclass

from troposphere import Equals, Not, Parameter, Ref, Template

DEPLOY = "Deploy"


@dataclass(frozen=True)
class Parameters:
    """One parameter each; `Deploy` is the condition that there is a revision to run."""

    revision: Parameter
    repository: Parameter
    database_url: Parameter
    cpu: Parameter
    memory: Parameter
    desired_count: Parameter
    port: Parameter


def add(template: Template) -> Parameters:
    """Add the parameters and the condition Deploy."""
    parameters = Parameters(
        _text(template, "WebAppRevision", "The image's tag; empty: everything but the service", ""),
        _text(template, "RepositoryURL", "The repository of the image, HOST/NAME"),
        _text(template, "DatabaseUrl", "The ARN of the secret that holds the database's URL"),
        # Fargate knows these pairs:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
        _text(template, "WebWorkerCPU", "CPU units of a task; 1024 are a core", "256"),
        _text(template, "WebWorkerMemory", "Memory of a task in MiB", "512"),
        _number(template, "WebWorkerDesiredCount", "How many tasks serve", 2, least=0),
        _number(template, "WebWorkerPort", "The port that a task listens on", 8000, least=1),
    )
    template.add_condition(DEPLOY, Not(Equals(Ref(parameters.revision), "")))
    return parameters


def _text(template: Template, name: str, description: str, default: str | None = None) -> Parameter:
    given = {} if default is None else {"Default": default}
    return template.add_parameter(Parameter(name, Type="String", Description=description, **given))


def _number(
    template: Template, name: str, description: str, default: int, *, least: int
) -> Parameter:
    return template.add_parameter(
        Parameter(name, Type="Number", Description=description, Default=default, MinValue=least)
    )
