"""Every change of mind: each option from each of its values to each other, in what it does.

What is replaced or removed stands in one table, so that a new option, property or schema that
brings more of it is seen; and what cannot be done is refused by the deploy.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest

from slipway.release import data_types, impossible
from slipway.templates import options
from slipway.templates.checks.body import Body
from tests.stack.environments import EXTERNAL, FUNCTIONS, GITLAB, SECRET
from tests.stack.outcomes import outcomes
from tests.stack.texts import DEFAULTS, TEXTS, problems_of

DOMAIN = {"STACK_DOMAIN": "shop.example.com", "STACK_HOSTED_ZONE_ID": "Z0123456789ABC"}
# What an option needs beside it, also while it has no value.
BESIDE = {
    "STACK_BAKE_MINUTES": {"STACK_DEPLOYMENT": "blue_green"},
    **{f"STACK_GITLAB_{name}": GITLAB for name in ("URL", "PROJECT", "BRANCHES")},
    "STACK_OIDC_PROVIDER_ARN": GITLAB,
}
# What an option needs that is switched on and off with it.
TOGETHER = {
    "DATABASE_SECRET_ARN": EXTERNAL,
    "STACK_DOMAIN": DOMAIN,
    "STACK_HOSTED_ZONE_ID": DOMAIN,
}
# The same for one value.
NEEDS_OF = {("STACK_DATABASE", "external"): EXTERNAL, ("STACK_IDENTITY", "role"): GITLAB}
# One more value, where the texts have only one.
MORE = {
    "STACK_DOMAIN": ["www.example.com"],
    "STACK_HOSTED_ZONE_ID": ["Z9876543210ABC"],
    "STACK_ALARM_EMAIL": ["others@example.com"],
}
# What a person misses when it is gone: data, logs, keys, and what answers requests.
MISSED = (
    *data_types.CREATE_ONLY,
    "AWS::CloudFront::Distribution",
    "AWS::EC2::Subnet",
    "AWS::ECS::Service",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::IAM::User",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::Secret",
)
# Each deploy of another revision replaces them.
TASKS = "AWS::ECS::TaskDefinition"
# Option -> what some change of it does: other type, removed, replaced. No other option does any.
TABLE: dict[str, dict[str, set[str]]] = {
    "STACK_ZONES": {"removed": {"PublicSubnet3", "PrivateSubnet3"}},
    "STACK_EXEC": {"removed": {"ExecLogsGroup"}},
    "STACK_DEPLOYMENT": {"removed": {"WebListenerRule"}},
    "STACK_WORKER": {"removed": {"WorkerService"}},
    "STACK_DATABASE": {
        "other type": {"Database", "DatabaseParameters"},
        "removed": {"Database", "DatabaseInstance"},
    },
    "DATABASE_SECRET_ARN": {"removed": {"Database"}},
    "STACK_DOMAIN": {"replaced": {"Certificate", "DomainRecord"}, "removed": {"HttpsListener"}},
    "STACK_HOSTED_ZONE_ID": {
        "replaced": {"Certificate", "DomainRecord"},
        "removed": {"HttpsListener"},
    },
    "STACK_ACCESS_LOGS": {"removed": {"AccessLogsBucket"}},
    "STACK_ASSETS": {"removed": {"AssetsBucket", "AssetsDistribution"}},
    "STACK_ALARMS": {"removed": {"AlarmTopic"}},
    "STACK_IDENTITY": {"removed": {"DeploymentUser", "DeploymentKeySecret"}},
}
# Option, value before, value after.
REFUSED = {
    ("STACK_DATABASE", "postgres", "aurora"),
    ("STACK_DATABASE", "aurora", "postgres"),
    ("STACK_DATABASE", "postgres", "external"),
    ("STACK_DATABASE", "aurora", "external"),
    ("DATABASE_SECRET_ARN", "", SECRET),
}


def variables(name: str, text: str) -> dict[str, str]:
    """Return an option with a value, and what that needs; "" is the option not set."""
    beside = {key: value for key, value in BESIDE.get(name, {}).items() if key != name}
    if not text:
        return beside
    together = {**TOGETHER.get(name, {}), **NEEDS_OF.get((name, text), {})}
    return {**beside, **together, name: text}


def values(name: str) -> list[str]:
    """List the values of an option, with its default and with none."""
    texts = dict.fromkeys([*TEXTS[name], *MORE.get(name, []), DEFAULTS[name]])
    return [text for text in texts if not problems_of(variables(name, text))]


@cache
def rendered(stack: str, name: str, text: str) -> Body:
    """Render a stack's template with a value of an option."""
    body: Body = FUNCTIONS[stack](options.read("staging", variables(name, text))).to_dict()
    return body


def changes(name: str) -> Iterator[tuple[str, str, str]]:
    """List the changes of an option in each stack: stack, value before, value after."""
    for before, after in permutations(values(name), 2):
        yield from ((stack, before, after) for stack in FUNCTIONS)


def noted(name: str) -> dict[str, set[str]]:
    """Return what the changes of an option do that somebody should know: verb -> logical IDs."""
    found: dict[str, set[str]] = {}
    for stack, before, after in changes(name):
        old, new = (rendered(stack, name, text) for text in (before, after))
        for title, each in outcomes(old, new).items():
            is_lost = each.verb == "removed" and each.kind in MISSED
            if is_lost or (each.verb not in {"added", "removed", "updated"} and each.kind != TASKS):
                found.setdefault(each.verb, set()).add(title)
    return found


def is_impossible(before: Body, after: Body) -> bool:
    """Whether AWS refuses a change or data is lost by it, by AWS's schemas."""
    for title, each in outcomes(before, after).items():
        resource = before["Resources"].get(title, {})
        has_data = data_types.holds_data(each.kind, resource.get("Properties", {}))
        keeps = str(resource.get("DeletionPolicy")).startswith("Retain")
        if each.verb in {"other type", "collides"}:
            return True
        if has_data and (each.verb == "replaced" or (each.verb == "removed" and not keeps)):
            return True
    return False


def test_every_option_has_values_to_change_between() -> None:
    """A new option comes into this test by its texts."""
    assert set(TEXTS) == {each.metadata["name"] for each in options.declared()}
    assert [name for name in TEXTS if len(values(name)) < 2] == []


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_change_replaces_and_removes_is_known(name: str) -> None:
    """By AWS's resource schemas; an option that is not in the table does neither."""
    assert noted(name) == TABLE.get(name, {})


@pytest.mark.parametrize("name", TEXTS)
def test_what_cannot_be_changed_is_refused_and_nothing_else(name: str) -> None:
    """The deploy's own rules find exactly what the schemas say."""
    for stack, before, after in changes(name):
        old, new = (rendered(stack, name, text) for text in (before, after))
        refused = list(impossible.problems(old, new, {}, {}))
        assert bool(refused) is is_impossible(old, new), (before, after, refused)
        is_known = stack == "application" and (name, before, after) in REFUSED
        assert bool(refused) is is_known, (before, after, refused)


def test_the_schemas_would_find_more() -> None:
    """The table above can fail: another port of a target group replaces it, and one of its name."""
    before = rendered("application", "STACK_WAF", "no")
    for title, change, verb in (
        ("WebTargetGroup", {"Port": 80}, "replaced"),
        ("WebService", {"SchedulingStrategy": "DAEMON"}, "collides"),
        ("WebLogsGroup", {"LogGroupName": "/other"}, "replaced"),
        ("Database", {"Engine": "mysql"}, "perhaps replaced"),
        ("LoadBalancer", {"IpAddressType": "dualstack"}, "updated"),
    ):
        resource = before["Resources"][title]
        changed = {**resource, "Properties": {**resource["Properties"], **change}}
        after = {**before, "Resources": {**before["Resources"], title: changed}}
        assert outcomes(before, after)[title].verb == verb, title


def test_what_identifies_a_replaced_resource_replaces_what_refers_to_it() -> None:
    """A rule is bound to its listener; a service takes another cluster, and its name blocks it."""
    before = rendered("application", "STACK_WAF", "no")
    cluster = before["Resources"]["Cluster"]
    renamed = {**cluster, "Properties": {**cluster["Properties"], "ClusterName": "other"}}
    after = {**before, "Resources": {**before["Resources"], "Cluster": renamed}}
    found = outcomes(before, after)
    assert (found["Cluster"].verb, found["WebService"].verb) == ("replaced", "collides")


def test_the_page_has_each_change_of_the_table() -> None:
    """docs/stack.md explains them, with those that are refused."""
    text = (Path(__file__).parents[2] / "docs" / "stack.md").read_text()
    section = text.partition("## Changing your mind\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    explained = {name for change, _ in rows for name in re.findall(r"`([A-Z_]{4,})`", change)}
    assert set(TABLE) - explained == set()
    refused = {change for change, what in rows if what.startswith("refused")}
    assert {name for name, _, _ in REFUSED} == {
        name for change in refused for name in re.findall(r"`([A-Z_]{4,})`", change)
    }
