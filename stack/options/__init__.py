"""What an environment's stacks are made of: one frozen object, read once, validated together.

Here are shapes. Sizes, which change without a change of shape, are parameters of the template.
docs/stack.md explains what each option costs and what it is for.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any

from stack.options import conflicts
from stack.options.values import (
    BRANCHES,
    DOMAIN,
    EMAIL,
    GITLAB,
    HOSTED_ZONE,
    KEYS,
    PROJECT,
    SCHEDULE,
    SECRET,
    int_between,
    names_of_secrets,
    one_of,
    yes_no,
)

LOCAL = "local"
# No message repeats what these hold: it may be a secret itself, in the place of its ARN.
HIDDEN = {"STACK_SECRETS", "DATABASE_SECRET_ARN"}


class OptionsError(ValueError):
    """Options that cannot be; `problems` says of each what is wrong and what is allowed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def option(
    name: str,
    meaning: str,
    parse: Callable[[str], Any],
    default: str = "",
    *,
    local: str | None = None,
) -> Any:
    """Declare a field of Options that is read from the variable `name`.

    An empty `default` makes it None. `local` is what the emulator can hold, where that differs.
    """
    known = {"name": name, "meaning": meaning, "parse": parse, "default": default}
    return field(metadata={**known, "local": local})


@dataclass(frozen=True, kw_only=True)
class Options:
    """The shape of an environment's stacks; sizes, which change without a shape, are parameters."""

    environment: str
    zones: int = option("STACK_ZONES", "availability zones, 2 or 3", int_between(2, 3), "2")
    egress: str = option(
        "STACK_EGRESS",
        "how tasks reach what is outside: nat, endpoints or public",
        one_of("nat", "endpoints", "public"),
        "nat",
        local="public",
    )
    architecture: str = option(
        "STACK_ARCHITECTURE",
        "what the image is built for: x86_64 or arm64",
        one_of("x86_64", "arm64"),
        "x86_64",
    )
    spot_percent: int = option(
        "STACK_SPOT_PERCENT",
        "how much of the tasks beyond the first run on Fargate Spot, 0 to 100",
        int_between(0, 100),
        "0",
        local="0",
    )
    insights: str = option(
        "STACK_INSIGHTS",
        "Container Insights: disabled, enabled or enhanced",
        one_of("disabled", "enabled", "enhanced"),
        "enabled",
    )
    exec: bool = option(
        "STACK_EXEC",
        "whether invoke shell works; the root file system is writable then",
        yes_no,
        "no",
    )
    deployment: str = option(
        "STACK_DEPLOYMENT",
        "how a revision replaces another: rolling, blue_green, linear or canary",
        one_of("rolling", "blue_green", "linear", "canary"),
        "rolling",
        local="rolling",
    )
    bake_minutes: int | None = option(
        "STACK_BAKE_MINUTES",
        "how long both revisions run after the switch, where the deployment is not rolling",
        int_between(0, 1440),
        local="",
    )
    breaker_count: int | None = option(
        "STACK_BREAKER_COUNT",
        "failed tasks that roll a rolling deployment back; empty: half of the desired count",
        int_between(1, 200),
    )
    autoscaling: bool = option(
        "STACK_AUTOSCALING",
        "whether the number of tasks follows the load",
        yes_no,
        "yes",
        local="no",
    )
    worker: bool = option(
        "STACK_WORKER", "whether entries/worker.sh runs as a service", yes_no, "no"
    )
    schedule: str | None = option(
        "STACK_SCHEDULE", "when entries/scheduled.sh runs, such as rate(1 day)", SCHEDULE, local=""
    )
    secrets: tuple[str, ...] | None = option(
        "STACK_SECRETS",
        "the application's own secrets, comma-separated NAME=ARN",
        names_of_secrets,
    )
    secrets_keys: tuple[str, ...] | None = option(
        "STACK_SECRETS_KEYS",
        "the KMS keys of your own that encrypt these secrets, or the database's, comma-separated",
        KEYS,
        local="",
    )
    database: str = option(
        "STACK_DATABASE",
        "postgres or aurora in this stack, or external: the URL of DATABASE_SECRET_ARN",
        one_of("postgres", "aurora", "external"),
        "postgres",
        local="external",
    )
    database_secret_arn: str | None = option(
        "DATABASE_SECRET_ARN",
        "the secret that holds an external database's URL",
        SECRET,
    )
    domain: str | None = option("STACK_DOMAIN", "the name to serve, with HTTPS", DOMAIN, local="")
    hosted_zone_id: str | None = option(
        "STACK_HOSTED_ZONE_ID",
        "the Route 53 zone of that name",
        HOSTED_ZONE,
        local="",
    )
    access_logs: bool = option(
        "STACK_ACCESS_LOGS",
        "whether the load balancer keeps its access logs",
        yes_no,
        "yes",
        local="no",
    )
    assets: bool = option(
        "STACK_ASSETS", "a bucket for assets, behind CloudFront", yes_no, "no", local="no"
    )
    waf: bool = option("STACK_WAF", "a web application firewall", yes_no, "no", local="no")
    alarms: bool = option(
        "STACK_ALARMS", "alarms, which also stop a rollout", yes_no, "yes", local="no"
    )
    alarm_email: str | None = option(
        "STACK_ALARM_EMAIL", "the email address that gets the alarms", EMAIL, local=""
    )
    dashboard: bool = option("STACK_DASHBOARD", "a CloudWatch dashboard", yes_no, "yes", local="no")
    identity: str = option(
        "STACK_IDENTITY",
        "who deploys from GitLab: none, role (by OIDC) or user (by an access key)",
        one_of("none", "role", "user"),
        "none",
        local="none",
    )
    gitlab_url: str = option(
        "STACK_GITLAB_URL",
        "the GitLab whose jobs may take the role",
        GITLAB,
        "https://gitlab.com",
    )
    gitlab_project: str | None = option(
        "STACK_GITLAB_PROJECT",
        "the project whose jobs may take the role",
        PROJECT,
    )
    gitlab_branches: tuple[str, ...] = option(
        "STACK_GITLAB_BRANCHES",
        "its protected branches, comma-separated",
        BRANCHES,
        "main",
    )

    @property
    def is_local(self) -> bool:
        """Whether this is for the emulator."""
        return self.environment == LOCAL


def read(environment: str, variables: Mapping[str, str]) -> Options:
    """Read the options of an environment from variables without its prefix.

    For `local`, what the emulator cannot hold is switched off. Raises OptionsError that
    lists every unknown name and every malformed value, or every conflict.
    """
    values: dict[str, Any] = {}
    problems = [*_unknown(variables), *_read_all(environment, variables, values)]
    if not problems:
        made = Options(environment=environment, **values)
        problems = conflicts.of(made)
    if problems:
        raise OptionsError(problems)
    return made


def declared() -> list[Field[Any]]:
    """List the fields that are read from a variable; their metadata names it."""
    return [each for each in fields(Options) if each.metadata]


def _unknown(variables: Mapping[str, str]) -> Iterator[str]:
    known = {each.metadata["name"] for each in declared()}
    for name in sorted(set(variables) - known):
        yield f"{name} is no option; docs/stack.md has them all"


def _read_all(
    environment: str, variables: Mapping[str, str], values: dict[str, Any]
) -> Iterator[str]:
    for each in declared():
        known = each.metadata
        text = variables.get(known["name"]) or known["default"]
        if environment == LOCAL and known["local"] is not None:
            text = known["local"]
        try:
            values[each.name] = known["parse"](text) if text else None
        except ValueError as error:
            shown = "what it holds (not shown here)" if known["name"] in HIDDEN else repr(text)
            yield f"{known['name']}: {shown} is not {error}"
