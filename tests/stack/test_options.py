"""The options: every combination either renders and is right, or is refused with its reasons."""

from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stack import checks, options
from stack.options import OptionsError
from stack.services import application, delivery
from tests.stack.environments import SECRET

SWITCH = ["yes", "no"]
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
# Texts that each option takes; a test sees that none is missing.
TEXTS: dict[str, list[str]] = {
    "STACK_ZONES": ["2", "3"],
    "STACK_EGRESS": ["nat", "endpoints", "public"],
    "STACK_ARCHITECTURE": ["x86_64", "arm64"],
    "STACK_SPOT_PERCENT": ["0", "50", "100"],
    "STACK_INSIGHTS": ["disabled", "enabled", "enhanced"],
    "STACK_EXEC": SWITCH,
    "STACK_DEPLOYMENT": ["rolling", "blue_green", "linear", "canary"],
    "STACK_BAKE_MINUTES": ["0", "10"],
    "STACK_BREAKER_COUNT": ["1", "3"],
    "STACK_AUTOSCALING": SWITCH,
    "STACK_WORKER": SWITCH,
    "STACK_SCHEDULE": ["rate(1 day)", "cron(0 3 * * ? *)"],
    "STACK_SECRETS": [
        f"KEY={SECRET}",
        f"A={SECRET}, B=arn:aws:ssm:eu-west-1:123456789012:parameter/b",
    ],
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
    "STACK_OIDC_PROVIDER_ARN": [PROVIDER],
}
combinations = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(texts) for name, texts in TEXTS.items()}
)
# The same combinations in every run, so that a red test is red again.
repeatable = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def problems_of(variables: dict[str, str]) -> list[str]:
    """List the problems with a combination."""
    try:
        options.read("staging", variables)
    except OptionsError as error:
        return error.problems
    return []


def mended(variables: dict[str, str]) -> dict[str, str]:
    """Leave out what stands in another's way, by the names in the messages, until all is well."""
    while problems := problems_of(variables):
        named = [name for name in variables if any(name in problem for problem in problems)]
        variables = {name: text for name, text in variables.items() if name != named[0]}
    return variables


def bodies(variables: dict[str, str]) -> list[Any]:
    """Make both templates of a combination."""
    found = options.read("staging", variables)
    return [application.template(found), delivery.template(found)]


def test_every_option_is_tried() -> None:
    """A new option without texts here is not overlooked."""
    assert set(TEXTS) == {each.metadata["name"] for each in options.declared()}


@settings(repeatable, max_examples=300)
@given(combinations)
def test_a_combination_renders_or_is_refused_by_name(variables: dict[str, str]) -> None:
    """A refusal names a variable of this combination; what is left of it without that is right."""
    for problem in problems_of(variables):
        assert [name for name in variables if name in problem]
    for made in bodies(mended(variables)):
        assert checks.problems(made.to_dict()) == []


@settings(repeatable, max_examples=12)
@given(combinations)
def test_a_combination_passes_the_linter(variables: dict[str, str]) -> None:
    """Half a second each, so fewer of them."""
    for made in bodies(mended(variables)):
        found = lint(made.to_json(), config=ManualArgs(regions=["eu-west-1"]))
        assert [str(match) for match in found] == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"STACK_DEPLOYMENT": "canary", "STACK_BREAKER_COUNT": "1"}, "has no circuit breaker"),
        ({"STACK_DEPLOYMENT": "linear", "STACK_ALARMS": "no"}, "needs STACK_ALARMS=yes"),
        ({"STACK_BAKE_MINUTES": "5"}, "STACK_BAKE_MINUTES goes with"),
        ({"STACK_DOMAIN": "shop.example.com"}, "STACK_HOSTED_ZONE_ID go together"),
        ({"STACK_HOSTED_ZONE_ID": "Z0123456789ABC"}, "STACK_DOMAIN and"),
        ({"STACK_ALARM_EMAIL": "a@example.com", "STACK_ALARMS": "no"}, "STACK_ALARM_EMAIL needs"),
        ({"STACK_DATABASE": "external"}, "needs DATABASE_SECRET_ARN"),
        ({"DATABASE_SECRET_ARN": SECRET}, "goes with STACK_DATABASE=external"),
        ({"STACK_IDENTITY": "role"}, "needs STACK_GITLAB_PROJECT"),
        ({"STACK_OIDC_PROVIDER_ARN": PROVIDER}, "goes with STACK_IDENTITY=role"),
    ],
)
def test_a_conflict_is_refused(variables: dict[str, str], words: str) -> None:
    """With the variables, and the reason."""
    (problem,) = problems_of(variables)
    assert words in problem


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("STACK_ZONES", "4", "a whole number from 2 to 3"),
        ("STACK_ZONES", "-2", "a whole number"),
        ("STACK_EGRESS", "vpn", "one of nat, endpoints, public"),
        ("STACK_WAF", "true", "yes or no"),
        ("STACK_SCHEDULE", "daily", r"such as rate\(1 day\)"),
        ("STACK_SECRETS", "KEY=value", "NAME=ARN"),
        ("STACK_DOMAIN", "shop", "a domain such as"),
        ("STACK_HOSTED_ZONE_ID", "example.com", "the ID of a hosted zone"),
        ("STACK_ALARM_EMAIL", "nobody", "an e-mail address"),
        ("STACK_GITLAB_URL", "http://gitlab.com", "an address such as https"),
        ("STACK_GITLAB_PROJECT", "shop", "the path of a project"),
        ("STACK_GITLAB_BRANCHES", "main,", "names of branches"),
        ("DATABASE_SECRET_ARN", "postgres://user@host/database", "the ARN of a Secrets Manager"),
        ("STACK_OIDC_PROVIDER_ARN", "gitlab.com", "the ARN of an OIDC provider"),
    ],
)
def test_a_malformed_text_is_refused_with_what_is_allowed(
    name: str, text: str, allowed: str
) -> None:
    """The message has the name, the text and what it should have been."""
    with pytest.raises(OptionsError, match=rf"{name}: '.*' is not .*{allowed}"):
        options.read("staging", {name: text})


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Nobody has to mend one option to learn of the next; a slip in a name is one of them."""
    wrong = {"STACK_ZONES": "9", "STACK_WAFF": "yes", "STACK_EXEC": "perhaps"}
    assert [each.split()[0].strip(":") for each in problems_of(wrong)] == [
        "STACK_WAFF",
        "STACK_ZONES",
        "STACK_EXEC",
    ]


def test_local_takes_what_the_emulator_can_hold() -> None:
    """Whatever is set for all environments: it is switched off there, and nothing is refused."""
    wide = {name: texts[-1] for name, texts in TEXTS.items()}
    found = options.read("local", wide)
    assert (found.egress, found.database, found.deployment) == ("public", "external", "rolling")
    assert not any([found.waf, found.assets, found.domain, found.autoscaling])
