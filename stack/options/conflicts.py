"""Which options conflict, or need another one. Each message names the variables and the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stack.options import bake
from stack.options.values import OWN_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stack.options import Options


def of(options: Options) -> list[str]:
    """List the conflicts of options, each as a sentence."""
    parts = (_deployment, _database, _domain, _alarms, _identity, _variables)
    return [problem for part in parts for problem in part(options)]


def _deployment(options: Options) -> Iterator[str]:
    """List what a rolling deployment has and the others do not have, and vice versa.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    if options.deployment == "rolling":
        if options.bake_minutes is not None:
            yield (
                "STACK_BAKE_MINUTES goes with STACK_DEPLOYMENT=blue_green, linear or canary:"
                " a rolling deployment has no bake time"
            )
        return
    if options.breaker_count is not None:
        yield (
            "STACK_BREAKER_COUNT goes with STACK_DEPLOYMENT=rolling:"
            f" a {options.deployment} service has no circuit breaker"
        )
    minutes = bake.minutes(options.deployment, options.bake_minutes)
    if minutes > bake.MOST_MINUTES:
        yield (
            f"STACK_BAKE_MINUTES={options.bake_minutes} with STACK_DEPLOYMENT={options.deployment}"
            f" takes {minutes} minutes: CloudFormation refuses more than {bake.MOST_MINUTES}"
        )
    if not options.alarms:
        yield (
            f"STACK_DEPLOYMENT={options.deployment} needs STACK_ALARMS=yes:"
            " without a circuit breaker, nothing else rolls a bad revision back"
        )


def _database(options: Options) -> Iterator[str]:
    if options.database == "external" and not options.database_secret_arn:
        yield "STACK_DATABASE=external needs DATABASE_SECRET_ARN: the secret that holds its URL"
    if options.database != "external" and options.database_secret_arn:
        yield (
            "DATABASE_SECRET_ARN goes with STACK_DATABASE=external:"
            f" a database of the stack's own ({options.database}) has a secret of its own"
        )


def _domain(options: Options) -> Iterator[str]:
    if bool(options.domain) != bool(options.hosted_zone_id):
        yield (
            "STACK_DOMAIN and STACK_HOSTED_ZONE_ID go together:"
            " the certificate is validated by a record in the zone"
        )


def _alarms(options: Options) -> Iterator[str]:
    if options.alarm_email and not options.alarms:
        yield "STACK_ALARM_EMAIL needs STACK_ALARMS=yes: nothing else is sent"


def _identity(options: Options) -> Iterator[str]:
    if options.identity == "role" and not options.gitlab_project:
        yield "STACK_IDENTITY=role needs STACK_GITLAB_PROJECT: whose jobs may take the role"


def _variables(options: Options) -> Iterator[str]:
    """List the application's variables that a task definition sets already: it takes each once.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KeyValuePair.html
    """
    secrets = {pair.partition("=")[0] for pair in options.secrets or ()}
    for name, _ in options.variables:
        if name in OWN_VARIABLES:
            yield f"the variable {name} is set by the stack itself"
        elif name in secrets:
            yield f"the variable {name} is one of STACK_SECRETS, too"
