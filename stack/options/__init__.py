"""What an environment's stacks are made of: one frozen object, read once, validated together.

Here are shapes. Sizes, which change without a change of shape, are parameters of the template.
docs/stack.md explains what each option costs and what it is for.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeAlias

from stack.options.values import (
    BRANCH,
    DOMAIN,
    EMAIL,
    GITLAB,
    HOSTED_ZONE,
    KEY,
    PATH,
    PROJECT,
    SCHEDULE,
    SECRET_ARN,
    names_of_secrets,
)

LOCAL = "local"
Kind: TypeAlias = (
    Callable[[str], Any] | type[bool] | type[list[str]] | range | tuple[str, ...] | str
)


def option(  # noqa: PLR0913 - what there is to say of an option, each by name
    name: str,
    meaning: str,
    kind: Kind,
    default: str = "",
    *,
    allowed: str = "",
    many: bool = False,
    secret: bool = False,
    local: str | None = None,
) -> Any:
    """Declare a field of Options that is read from the variable `name`; with "" it is None.

    The `kind` is `bool` for yes or no, `list` for the words of a command, a tuple for words of
    which one is allowed, a range for whole numbers, a pattern
    with what is `allowed` in words, or a function that reads the text; `many` are comma-separated.
    No message shows a `secret`. `local` is what the emulator can hold, where that differs.
    """
    known = {"name": name, "meaning": meaning, "kind": kind, "allowed": allowed, "many": many}
    other = {"default": default, "optional": True, "secret": secret, "local": local}
    return field(metadata={**known, **other})


@dataclass(frozen=True, kw_only=True)
class Options:
    """The shape of an environment's stacks; sizes, which change without a shape, are parameters.

    `variables` are the application's own, names and texts.
    """

    environment: str
    variables: tuple[tuple[str, str], ...] = ()
    zones: int = option("STACK_ZONES", "availability zones, 2 or 3", range(2, 4), "2")
    egress: str = option(
        "STACK_EGRESS",
        "how tasks reach addresses outside the network: nat, endpoints or public",
        ("nat", "endpoints", "public"),
        "nat",
        local="public",
    )
    architecture: str = option(
        "STACK_ARCHITECTURE",
        "what the image is built for: x86_64 or arm64",
        ("x86_64", "arm64"),
        "x86_64",
    )
    spot_percent: int = option(
        "STACK_SPOT_PERCENT",
        "percentage of the tasks beyond the first that run on Fargate Spot, 0 to 100",
        range(101),
        "0",
        local="0",
    )
    insights: str = option(
        "STACK_INSIGHTS",
        "Container Insights: disabled, enabled or enhanced",
        ("disabled", "enabled", "enhanced"),
        "enabled",
    )
    health_path: str = option(
        "STACK_HEALTH_PATH",
        "the path that the load balancer requests from each task, which answers 200 while it runs",
        PATH,
        "/health/live",
        allowed="a path such as /health/live",
    )
    ready_path: str = option(
        "STACK_READY_PATH",
        "the path that a deploy requests at the address, which answers 200 once the service works",
        PATH,
        "/health/ready",
        allowed="a path such as /health/ready",
    )
    exec: bool = option(
        "STACK_EXEC",
        "whether invoke shell works; if so, the root file system is writable",
        bool,
        "no",
    )
    deployment: str = option(
        "STACK_DEPLOYMENT",
        "how a revision replaces another: rolling, blue_green, linear or canary",
        ("rolling", "blue_green", "linear", "canary"),
        "rolling",
        local="rolling",
    )
    bake_minutes: int | None = option(
        "STACK_BAKE_MINUTES",
        "minutes that both revisions run after the switch, if the deployment is not rolling",
        range(1441),
        local="",
    )
    breaker_count: int | None = option(
        "STACK_BREAKER_COUNT",
        "failed tasks that trigger a rollback of a rolling deployment "
        "(default: half of the desired count, at least 3)",
        range(1, 201),
    )
    autoscaling: bool = option(
        "STACK_AUTOSCALING",
        "whether the number of tasks follows the load",
        bool,
        "yes",
        local="no",
    )
    user: str = option(
        "STACK_USER",
        "the user of all tasks, UID or UID:GID",
        r"[1-9]\d*(:\d+)?",
        "10001:10001",
        allowed="UID or UID:GID, and not root",
    )
    web_command: tuple[str, ...] = option(
        "STACK_WEB_COMMAND", "the command that serves requests", list, "entries/web.sh"
    )
    migrate_command: tuple[str, ...] = option(
        "STACK_MIGRATE_COMMAND",
        "the command that migrates the database, and ends",
        list,
        "entries/migrate.sh",
    )
    worker_command: tuple[str, ...] = option(
        "STACK_WORKER_COMMAND", "the command of the worker", list, "entries/worker.sh"
    )
    scheduled_command: tuple[str, ...] = option(
        "STACK_SCHEDULED_COMMAND",
        "the command of the scheduled task, which ends",
        list,
        "entries/scheduled.sh",
    )
    worker: bool = option("STACK_WORKER", "whether a worker runs as a service", bool, "no")
    schedule: str | None = option(
        "STACK_SCHEDULE",
        "when the scheduled task runs, such as rate(1 day)",
        SCHEDULE,
        allowed="such as rate(1 day) or cron(0 3 * * ? *)",
        local="",
    )
    secrets: tuple[str, ...] | None = option(
        "STACK_SECRETS",
        "the application's own secrets, comma-separated: NAME of invoke secrets.set, or NAME=ARN",
        names_of_secrets,
        secret=True,
    )
    secrets_keys: tuple[str, ...] | None = option(
        "STACK_SECRETS_KEYS",
        "the KMS keys of your own that encrypt these secrets, or the database's, comma-separated",
        KEY,
        allowed="ARNs of KMS keys, arn:...:key/ID, comma-separated; an alias is none",
        many=True,
        local="",
    )
    database: str = option(
        "STACK_DATABASE",
        "postgres or aurora in this stack, or external: the URL of DATABASE_SECRET_ARN",
        ("postgres", "aurora", "external"),
        "postgres",
        local="external",
    )
    database_secret_arn: str | None = option(
        "DATABASE_SECRET_ARN",
        "the secret that holds an external database's URL",
        SECRET_ARN,
        allowed="the ARN of a Secrets Manager secret",
        secret=True,
    )
    domain: str | None = option(
        "STACK_DOMAIN",
        "the name to serve, with HTTPS",
        DOMAIN,
        allowed="a domain such as shop.example.com",
        local="",
    )
    hosted_zone_id: str | None = option(
        "STACK_HOSTED_ZONE_ID",
        "the Route 53 zone of that name",
        HOSTED_ZONE,
        allowed="the ID of a hosted zone such as Z0123456789ABC",
        local="",
    )
    access_logs: bool = option(
        "STACK_ACCESS_LOGS",
        "whether the load balancer keeps its access logs",
        bool,
        "yes",
        local="no",
    )
    assets: bool = option(
        "STACK_ASSETS", "a bucket for assets, behind CloudFront", bool, "no", local="no"
    )
    waf: bool = option("STACK_WAF", "a web application firewall", bool, "no", local="no")
    alarms: bool = option(
        "STACK_ALARMS", "alarms, which also stop a rollout", bool, "yes", local="no"
    )
    alarm_email: str | None = option(
        "STACK_ALARM_EMAIL",
        "the email address that gets the alarms",
        EMAIL,
        allowed="an e-mail address",
        local="",
    )
    dashboard: bool = option("STACK_DASHBOARD", "a CloudWatch dashboard", bool, "yes", local="no")
    identity: str = option(
        "STACK_IDENTITY",
        "the identity of GitLab's deploy jobs: none, role (by OIDC) or user (by an access key)",
        ("none", "role", "user"),
        "none",
        local="none",
    )
    gitlab_url: str = option(
        "STACK_GITLAB_URL",
        "the GitLab whose jobs may take the role",
        GITLAB,
        "https://gitlab.com",
        allowed="an address such as https://gitlab.example.com",
    )
    gitlab_project: str | None = option(
        "STACK_GITLAB_PROJECT",
        "the project whose jobs may take the role",
        PROJECT,
        allowed="the path of a project such as group/shop",
    )
    gitlab_branches: tuple[str, ...] = option(
        "STACK_GITLAB_BRANCHES",
        "its protected branches, comma-separated",
        BRANCH,
        "main",
        allowed="comma-separated branch names",
        many=True,
    )

    @property
    def is_local(self) -> bool:
        """Whether this is for the emulator."""
        return self.environment == LOCAL


def declared() -> list[Field[Any]]:
    """List the fields that are read from a variable; their metadata is the declaration."""
    return [each for each in fields(Options) if each.metadata]
