"""The parts of the doctor that no story can reach: DNS, GitLab's variables, and what is needed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.resolver
import pytest

from slipway.aws.stack import Stack
from slipway.aws.stack_status import State
from slipway.doctor import access, domain, quotas
from slipway.doctor.finding import Case
from slipway.errors import Failed
from slipway.events import Verdict
from slipway.release import gitlab_variables
from slipway.release.gitlab_variables import Variable
from slipway.templates import options
from tests.stack import environments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.settings import Settings

OUTPUTS = {"DeploymentRole": "arn:role"}
DELIVERY = Stack("id", "delivery-shop-staging", State.CREATE_COMPLETE, "", {}, OUTPUTS)
ROLE = {"STACK_IDENTITY": "role", "STACK_GITLAB_PROJECT": "group/shop"}


def answer(monkeypatch: pytest.MonkeyPatch, result: Any) -> None:
    """Have DNS answer with these servers, or with an error."""

    def resolve(name: str, kind: str, *, lifetime: float) -> Iterator[Any]:
        assert (name, kind) == ("example.com.", "NS")
        assert lifetime <= 5
        if isinstance(result, Exception):
            raise result
        return iter(SimpleNamespace(target=each) for each in result)

    monkeypatch.setattr(dns.resolver, "resolve", resolve)


def test_name_servers_are_compared_without_their_dots(monkeypatch: pytest.MonkeyPatch) -> None:
    """And without capitals, as DNS has it."""
    answer(monkeypatch, ["NS-1.awsdns-00.com."])
    assert domain.name_servers("example.com") == {"ns-1.awsdns-00.com"}


@pytest.mark.parametrize(
    "error", [dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.NoNameservers]
)
def test_a_zone_that_dns_does_not_know_has_none(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """It is not delegated."""
    answer(monkeypatch, error())
    assert domain.name_servers("example.com") == set()


def test_dns_that_does_not_answer_is_an_error_of_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which is not the same as a zone that is not delegated."""
    timeout: type[Exception] = dns.exception.Timeout
    answer(monkeypatch, timeout())
    with pytest.raises(Failed, match=r"DNS does not answer for example\.com"):
        domain.name_servers("example.com")


@pytest.mark.parametrize(
    ("present", "verdict"),
    [
        ({"STAGING_AWS_ROLE_ARN": "arn:role", "ANOTHER": "value"}, Verdict.OK),
        ({"STAGING_AWS_ROLE_ARN": "arn:other"}, Verdict.WRONG),
        ({}, Verdict.WRONG),
    ],
)
def test_gitlab_s_variables_are_compared_with_what_is_needed(
    staging: Settings,
    monkeypatch: pytest.MonkeyPatch,
    present: dict[str, str],
    verdict: Verdict,
) -> None:
    """Those that are missing or differ are named, with the command that sets them."""
    needed = [Variable("STAGING_AWS_ROLE_ARN", "arn:role")]
    monkeypatch.setattr(gitlab_variables, "needed", lambda *_: needed)
    monkeypatch.setattr(gitlab_variables, "read_all", lambda *_: present)
    settings = replace(staging, gitlab_token="token of the test")
    case = Case(settings, options.read("staging", ROLE), "{}", delivery=DELIVERY)
    (finding,) = access.variables(case)
    assert finding.verdict is verdict
    if verdict is Verdict.WRONG:
        assert "STAGING_AWS_ROLE_ARN" in finding.text
        assert finding.hint == "invoke bootstrap --env staging --gitlab"


def test_without_a_token_gitlab_is_not_known(staging: Settings) -> None:
    """And the message says how to have it looked at."""
    (finding,) = access.variables(
        Case(staging, options.read("staging", ROLE), "{}", delivery=DELIVERY)
    )
    assert finding.verdict is Verdict.UNKNOWN
    assert "GITLAB_TOKEN" in finding.hint


@pytest.mark.parametrize(
    ("variables", "addresses", "expected"),
    [
        ({}, 2, 1),
        ({"STACK_ZONES": "3"}, 3, 1),
        ({"STACK_EGRESS": "public"}, 0, 1),
        ({"STACK_AUTOSCALING": "no"}, 2, 1),
        ({"STACK_WORKER": "yes"}, 2, 2),
    ],
)
def test_what_a_first_deploy_needs_is_read_from_the_template(
    variables: dict[str, str], addresses: int, expected: int
) -> None:
    """Two web tasks and one worker of a quarter of a vCPU, and as many again for a while."""
    body = environments.template("staging", "application", **variables).to_json()
    resources = quotas.at_first(body)
    assert [each.kind for each in resources].count(quotas.ADDRESS) == addresses
    assert quotas.vcpus(resources) == expected
