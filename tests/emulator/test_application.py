"""A request for the served application reaches its load balancer, or nothing."""

import json

import pytest

from tests.emulator.account import Account
from tests.emulator.application import Application

PATHS = ["/_ministack/reset", "/v2/", "/bucket/key"]


@pytest.fixture
def served(account: Account, application: Application, target_group: str) -> Account:
    """An account whose load balancer "web" has an application behind it."""
    target = {"Id": "127.0.0.1", "Port": application.server_port}
    account.client("elbv2").register_targets(TargetGroupArn=target_group, Targets=[target])
    return account


def test_a_request_reaches_its_load_balancer(served: Account) -> None:
    """With its body, its query and path as they were sent, and its headers joined."""
    headers = [("cookie", "a=1"), ("cookie", "b=2"), ("accept", "x"), ("accept", "y")]
    url = "http://web.alb.localhost:4566/a%20b?a=1&a=2"

    answer = served.ask("POST", url, headers, b"name=a")

    asked = json.loads(answer.body)
    assert answer.status == 200
    assert (asked["method"], asked["path"], asked["body"]) == ("POST", "/a%20b?a=1&a=2", "name=a")
    assert (asked["headers"]["cookie"], asked["headers"]["accept"]) == ("a=1; b=2", "x, y")


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_the_api_under_an_application_s_name_is_the_application_s(
    served: Account, path: str
) -> None:
    """MiniStack looks for its own pages first, and would reset itself."""
    answer = served.ask("POST", f"http://web.alb.localhost:4566{path}")

    assert json.loads(answer.body)["path"] == path
    assert served.client("elbv2").describe_load_balancers()["LoadBalancers"]


@pytest.mark.parametrize("path", PATHS)
def test_without_a_load_balancer_nobody_else_is_asked(served: Account, path: str) -> None:
    """Not MiniStack's own pages, its registry or its buckets."""
    for url in (f"http://other.alb.localhost:4566{path}", f"http://localhost:4566/_alb/b{path}"):
        answer = served.ask("POST", url)
        assert answer.status == 404
        assert b"no load balancer" in answer.body
    assert served.client("elbv2").describe_load_balancers()["LoadBalancers"]
