"""The texts of options: what each takes, what it refuses, and what cannot be together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from slipway.errors import ConfigurationError
from slipway.templates import options
from stack.options import declared
from tests.stack.environments import SECRET

SWITCH = ["yes", "no"]
PARAMETER = "arn:aws:ssm:eu-west-1:123456789012:parameter/b"
# Texts that each option takes.
TEXTS: dict[str, list[str]] = {
    "STACK_ZONES": ["2", "3"],
    "STACK_EGRESS": ["nat", "endpoints", "public"],
    "STACK_ARCHITECTURE": ["x86_64", "arm64"],
    "STACK_SPOT_PERCENT": ["0", "50", "100"],
    "STACK_INSIGHTS": ["disabled", "enabled", "enhanced"],
    "STACK_HEALTH_PATH": ["/health/live", "/up"],
    "STACK_READY_PATH": ["/health/ready", "/"],
    "STACK_EXEC": SWITCH,
    "STACK_DEPLOYMENT": ["rolling", "blue_green", "linear", "canary"],
    "STACK_BAKE_MINUTES": ["0", "10", "1000"],
    "STACK_BREAKER_COUNT": ["1", "3"],
    "STACK_AUTOSCALING": SWITCH,
    "STACK_USER": ["10001:10001", "1000"],
    "STACK_WEB_COMMAND": ["entries/web.sh", "gunicorn 'shop.wsgi'"],
    "STACK_MIGRATE_COMMAND": ["entries/migrate.sh", "true"],
    "STACK_WORKER_COMMAND": ["entries/worker.sh", "celery --app shop worker"],
    "STACK_SCHEDULED_COMMAND": ["entries/scheduled.sh", "python manage.py clearsessions"],
    "STACK_WORKER": SWITCH,
    "STACK_SCHEDULE": ["rate(1 day)", "cron(0 3 * * ? *)"],
    "STACK_SECRETS": [f"KEY={SECRET}", f"A={SECRET}, B={PARAMETER}"],
    "STACK_SECRETS_KEYS": ["arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"],
    "STACK_DATABASE": ["postgres", "aurora", "external"],
    "DATABASE_SECRET_ARN": [SECRET],
    "STACK_DOMAIN": ["shop.example.com"],
    "STACK_HOSTED_ZONE_ID": ["Z0123456789ABC"],
    "STACK_ACCESS_LOGS": SWITCH,
    "STACK_ASSETS": SWITCH,
    "STACK_WAF": SWITCH,
    "STACK_ALARMS": SWITCH,
    "STACK_ALARM_EMAIL": ["somebody@example.com"],
    "STACK_DASHBOARD": SWITCH,
    "STACK_IDENTITY": ["none", "role", "user"],
    "STACK_GITLAB_URL": ["https://gitlab.com", "https://gitlab.example.com"],
    "STACK_GITLAB_PROJECT": ["group/shop", "group/team/shop"],
    "STACK_GITLAB_BRANCHES": ["main", "main, release/*"],
}
# Texts that each refuses, and what it says is allowed.
WHICH = "yes or no"
WRONG: dict[str, tuple[list[str], str]] = {
    "STACK_ZONES": (["1", "4", "-2", "2.0", "two"], "a whole number from 2 to 3"),
    "STACK_EGRESS": (["vpn", "NAT"], "one of nat, endpoints, public"),
    "STACK_ARCHITECTURE": (["amd64"], "one of x86_64, arm64"),
    "STACK_SPOT_PERCENT": (["101", "50%"], "a whole number from 0 to 100"),
    "STACK_INSIGHTS": (["yes"], "one of disabled, enabled, enhanced"),
    "STACK_HEALTH_PATH": (["up", "/up?full=1", "http://x/up"], "a path such as /health/live"),
    "STACK_READY_PATH": (["up", "/a b"], "a path such as /health/ready"),
    "STACK_EXEC": (["truth"], WHICH),
    "STACK_DEPLOYMENT": (["blue-green"], "one of rolling, blue_green, linear, canary"),
    "STACK_BAKE_MINUTES": (["1441", "5m"], "a whole number from 0 to 1440"),
    "STACK_BREAKER_COUNT": (["0", "201"], "a whole number from 1 to 200"),
    "STACK_AUTOSCALING": (["on"], WHICH),
    "STACK_USER": (["root", "0", "1000:", ":1000"], "UID or UID:GID, and not root"),
    "STACK_WEB_COMMAND": (["gunicorn 'shop"], "a command, quoted as a shell reads it"),
    "STACK_MIGRATE_COMMAND": (['"'], "a command, quoted"),
    "STACK_WORKER_COMMAND": (["'"], "a command, quoted"),
    "STACK_SCHEDULED_COMMAND": (["a 'b"], "a command, quoted"),
    "STACK_WORKER": (["2"], WHICH),
    "STACK_SCHEDULE": (["daily", "0 3 * * *"], "such as rate(1 day)"),
    "STACK_SECRETS": (
        [
            *("KEY=value", f"key={SECRET}", f"A={SECRET},", f"A={SECRET}:key", f"A={PARAMETER}:2"),
            *(f"A={SECRET}, A={PARAMETER}", f"WEB_PORT={SECRET}"),
            f"A={SECRET}:key:AWSCURRENT:1a2b",
        ],
        "NAME=ARN",
    ),
    "STACK_SECRETS_KEYS": (
        ["alias/shop", "arn:aws:kms:eu-west-1:123456789012:alias/shop", PARAMETER],
        "ARNs of KMS keys",
    ),
    "STACK_DATABASE": (["mysql"], "one of postgres, aurora, external"),
    "DATABASE_SECRET_ARN": (["postgres://host/name", PARAMETER], "the ARN of a Secrets Manager"),
    "STACK_DOMAIN": (["shop", "https://shop.example.com", "-.com"], "a domain such as"),
    "STACK_HOSTED_ZONE_ID": (["example.com", "z0123456789abc"], "the ID of a hosted zone"),
    "STACK_ACCESS_LOGS": (["yess"], WHICH),
    "STACK_ASSETS": (["00"], WHICH),
    "STACK_WAF": (["y"], WHICH),
    "STACK_ALARMS": (["off"], WHICH),
    "STACK_ALARM_EMAIL": (["nobody", "a@example.com, b@example.com"], "an e-mail address"),
    "STACK_DASHBOARD": (["none"], WHICH),
    "STACK_IDENTITY": (["oidc"], "one of none, role, user"),
    "STACK_GITLAB_URL": (["http://gitlab.com", "https://gitlab.com/"], "an address such as https"),
    "STACK_GITLAB_PROJECT": (["shop", "group/*"], "the path of a project"),
    "STACK_GITLAB_BRANCHES": (["main,", "a b"], "branch names"),
}
DEFAULTS = {each.metadata["name"]: each.metadata["default"] for each in options.declared()}


@dataclass(frozen=True)
class Conflict:
    """An example of options that cannot be together, when they cannot, and what is said of it.

    The message has the `names` of the variables, and the `reason`.
    """

    example: Mapping[str, str]
    holds: Callable[[Mapping[str, str]], object]
    names: tuple[str, ...]
    reason: str

    def in_(self, variables: Mapping[str, str]) -> bool:
        """Whether these variables, and the defaults of the others, are in this conflict."""
        return bool(self.holds({**DEFAULTS, **variables}))


CONFLICTS = [
    Conflict(
        {"STACK_BAKE_MINUTES": "5"},
        lambda it: it["STACK_DEPLOYMENT"] == "rolling" and it["STACK_BAKE_MINUTES"],
        ("STACK_BAKE_MINUTES", "STACK_DEPLOYMENT"),
        "has no bake time",
    ),
    Conflict(
        {"STACK_DEPLOYMENT": "canary", "STACK_BREAKER_COUNT": "1"},
        lambda it: it["STACK_DEPLOYMENT"] != "rolling" and it["STACK_BREAKER_COUNT"],
        ("STACK_BREAKER_COUNT", "STACK_DEPLOYMENT"),
        "has no circuit breaker",
    ),
    Conflict(
        {"STACK_DEPLOYMENT": "canary", "STACK_BAKE_MINUTES": "1000"},
        lambda it: it["STACK_DEPLOYMENT"] == "canary" and it["STACK_BAKE_MINUTES"] == "1000",
        ("STACK_BAKE_MINUTES", "STACK_DEPLOYMENT"),
        "takes 2000 minutes",
    ),
    Conflict(
        {"STACK_DEPLOYMENT": "linear", "STACK_ALARMS": "no"},
        lambda it: it["STACK_DEPLOYMENT"] != "rolling" and it["STACK_ALARMS"] == "no",
        ("STACK_DEPLOYMENT", "STACK_ALARMS"),
        "nothing else rolls a bad revision back",
    ),
    Conflict(
        {"STACK_DATABASE": "external"},
        lambda it: it["STACK_DATABASE"] == "external" and not it["DATABASE_SECRET_ARN"],
        ("STACK_DATABASE", "DATABASE_SECRET_ARN"),
        "the secret that holds its URL",
    ),
    Conflict(
        {"DATABASE_SECRET_ARN": SECRET},
        lambda it: it["STACK_DATABASE"] != "external" and it["DATABASE_SECRET_ARN"],
        ("DATABASE_SECRET_ARN", "STACK_DATABASE"),
        "has a secret of its own",
    ),
    Conflict(
        {"STACK_DOMAIN": "shop.example.com"},
        lambda it: bool(it["STACK_DOMAIN"]) != bool(it["STACK_HOSTED_ZONE_ID"]),
        ("STACK_DOMAIN", "STACK_HOSTED_ZONE_ID"),
        "validated by a record in the zone",
    ),
    Conflict(
        {"STACK_ALARM_EMAIL": "somebody@example.com", "STACK_ALARMS": "no"},
        lambda it: it["STACK_ALARM_EMAIL"] and it["STACK_ALARMS"] == "no",
        ("STACK_ALARM_EMAIL", "STACK_ALARMS"),
        "nothing else is sent",
    ),
    Conflict(
        {"STACK_IDENTITY": "role"},
        lambda it: it["STACK_IDENTITY"] == "role" and not it["STACK_GITLAB_PROJECT"],
        ("STACK_IDENTITY", "STACK_GITLAB_PROJECT"),
        "whose jobs may take the role",
    ),
]

combinations = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(texts) for name, texts in TEXTS.items()}
)
slips = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(texts) for name, (texts, _) in WRONG.items()}
)
# The same combinations in every run, so that a red test is red again.
repeatable = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def refusal(name: str, text: str) -> str:
    """Return how a message on a malformed text begins."""
    hidden = {each.metadata["name"] for each in declared() if each.metadata["secret"]}
    shown = "its value (not shown here)" if name in hidden or "@" in text else repr(text)
    return f"{name}: {shown} is not "


def problems_of(variables: Mapping[str, str], environment: str = "staging") -> list[str]:
    """List the problems with a combination."""
    try:
        options.read(environment, variables)
    except ConfigurationError as error:
        return [each.strip() for each in error.what.splitlines()[1:]]
    return []


def without_conflicts(variables: Mapping[str, str]) -> dict[str, str]:
    """Leave out what stands in another's way, by the names in the messages, until all is well."""
    left = dict(variables)
    while problems := problems_of(left):
        left.pop(next(name for name in left if any(name in problem for problem in problems)))
    return left
