"""The database: the stack's own, or an external one by reference. A task gets how to reach it."""

from dataclasses import dataclass
from typing import Any

from troposphere import Parameter, Ref, Template, ecs


@dataclass(frozen=True)
class Database:
    """What a task needs to reach the database.

    `environment` and `secrets` go into its containers; its execution role may read `readable`,
    the ARNs of the secrets. `alarms` holds the metric dimensions of a database of the stack's own.
    """

    environment: list[ecs.Environment]
    secrets: list[ecs.Secret]
    readable: list[Any]


def add_external(template: Template) -> Database:
    """Add the parameter that names the secret of an external database's URL."""
    given = template.add_parameter(
        Parameter(
            "DatabaseUrl",
            Type="String",
            Description="The ARN of the secret that holds the database's URL",
        )
    )
    url = ecs.Secret(Name="DATABASE_URL", ValueFrom=Ref(given))
    return Database([], [url], [Ref(given)])
