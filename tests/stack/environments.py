"""The environments whose stacks are tested: local, two that a team would have, and the rest."""

from typing import Any

from troposphere import Template

from slipway.templates import options
from stack.services import application, delivery

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database"
EXTERNAL = {"STACK_DATABASE": "external", "DATABASE_SECRET_ARN": SECRET}
GITLAB = {"STACK_IDENTITY": "role", "STACK_GITLAB_PROJECT": "group/shop"}
VARIABLES: dict[str, dict[str, str]] = {
    "local": {"DATABASE_SECRET_ARN": SECRET},
    # What somebody gets who sets nothing but what has no default.
    "staging": {**GITLAB, "STACK_BREAKER_COUNT": "2"},
    "production": {
        **GITLAB,
        "STACK_ZONES": "3",
        "STACK_ARCHITECTURE": "arm64",
        "STACK_SPOT_PERCENT": "50",
        "STACK_DEPLOYMENT": "canary",
        "STACK_DATABASE": "aurora",
        "STACK_DOMAIN": "shop.example.com",
        "STACK_HOSTED_ZONE_ID": "Z0123456789ABC",
        "STACK_WAF": "yes",
        "STACK_ASSETS": "yes",
        "STACK_WORKER": "yes",
        "STACK_SCHEDULE": "cron(0 3 * * ? *)",
        "STACK_ALARM_EMAIL": "somebody@example.com",
        "STACK_SECRETS": f"SECRET_KEY={SECRET}",
    },
    # What these leave out, so that every resource stands in a golden file.
    "other": {
        **EXTERNAL,
        "STACK_IDENTITY": "user",
        "STACK_EGRESS": "endpoints",
        "STACK_EXEC": "yes",
        "STACK_DEPLOYMENT": "blue_green",
        "STACK_AUTOSCALING": "no",
        "STACK_ACCESS_LOGS": "no",
        "STACK_DASHBOARD": "no",
    },
}
FUNCTIONS = {"application": application.template, "delivery": delivery.template}


def template(environment: str, stack: str, **variables: str) -> Template:
    """Make a template of an environment, with other variables if any are given."""
    return FUNCTIONS[stack](options.read(environment, {**VARIABLES[environment], **variables}))


def body(environment: str, stack: str, **variables: str) -> dict[str, Any]:
    """Render a template of an environment."""
    return dict(template(environment, stack, **variables).to_dict())
