"""The database: one of the stack's own, or an external one by reference."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from troposphere import (
    GetAtt,
    Join,
    Output,
    Parameter,
    Ref,
    Template,
    cloudwatch,
    ecs,
    rds,
)

from stack import aurora, postgres, secret_arns
from stack.alarms import Alarms
from stack.network import Network
from stack.options import Options
from stack.options.values import SECRET_ARN
from stack.security_groups import Groups

if TYPE_CHECKING:
    from collections.abc import Callable

Found = rds.DBInstance | rds.DBCluster


@dataclass(frozen=True)
class Database:
    """What a task needs to reach the database.

    `environment` and `secrets` go into its containers; its execution role may read `readable`,
    the ARNs of the secrets. `dimensions` name the metrics of a database of the stack's own.
    """

    environment: list[ecs.Environment] = field(default_factory=list)
    secrets: list[ecs.Secret] = field(default_factory=list)
    readable: list[Any] = field(default_factory=list)
    dimensions: list[cloudwatch.MetricDimension] = field(default_factory=list)


def add_database(
    template: Template, options: Options, network: Network, groups: Groups, alarms: Alarms | None
) -> Database:
    """Add the database that the options name."""
    if options.database == "external":
        return _external(template)
    kinds: dict[str, Callable[..., Found]]
    kinds = {"postgres": postgres.add_postgres, "aurora": aurora.add_aurora}
    found = kinds[options.database](template, network, groups, alarms)
    template.add_output(
        Output(
            "DatabaseHost",
            Description="The database's address inside the network",
            Value=GetAtt(found, "Endpoint.Address"),
        )
    )
    return _own(found)


def _external(template: Template) -> Database:
    given = template.add_parameter(
        Parameter(
            "DatabaseUrl",
            Type="String",
            Description="The ARN of the secret that holds the database's URL",
            # The URL itself has a password, and everybody who may describe the stack would read it.
            AllowedPattern=SECRET_ARN,
            ConstraintDescription="the ARN of a secret of Secrets Manager, and not the URL itself",
        )
    )
    url = ecs.Secret(Name="DATABASE_URL", ValueFrom=Ref(given))
    return Database(secrets=[url], readable=list(secret_arns.of_parameter(Ref(given))))


def _own(found: Found) -> Database:
    """Return its address, as variables, and the secret with user and password that RDS keeps."""
    secret = GetAtt(found, "MasterUserSecret.SecretArn")
    places = {
        "DATABASE_HOST": GetAtt(found, "Endpoint.Address"),
        "DATABASE_PORT": GetAtt(found, "Endpoint.Port"),
        "DATABASE_NAME": postgres.NAME,
    }
    keys = {"DATABASE_USER": "username", "DATABASE_PASSWORD": "password"}
    kind = "DBClusterIdentifier" if isinstance(found, rds.DBCluster) else "DBInstanceIdentifier"
    return Database(
        [ecs.Environment(Name=name, Value=value) for name, value in places.items()],
        [_part(name, secret, key) for name, key in keys.items()],
        [secret],
        [cloudwatch.MetricDimension(Name=kind, Value=Ref(found))],
    )


def _part(name: str, secret: GetAtt, key: str) -> ecs.Secret:
    """Name one value of the secret, which holds JSON, as ARN:KEY:: does.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    return ecs.Secret(Name=name, ValueFrom=Join("", [secret, f":{key}::"]))
