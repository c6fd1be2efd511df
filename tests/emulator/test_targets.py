"""Targets that are being checked, as DescribeTargetHealth lists them."""

from typing import Any

from slipway.emulator import targets
from slipway.emulator.targets import Check, Health
from tests.emulator.account import Account
from tests.emulator.application import Application, listening

ADDRESS = "127.0.0.1"


def test_a_check_says_what_the_task_answers(application: Application) -> None:
    """In the words of a load balancer; nothing when the target is healthy."""
    application.statuses["/"] = 500
    port = application.server_port

    assert targets.ask(ADDRESS, Check("group", port, "/live")) is None
    assert targets.ask(ADDRESS, Check("group", port, "/")) == Health(
        "unhealthy",
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [500]",
    )


def test_a_task_that_does_not_listen_fails_its_checks(allowed_ports: set[int]) -> None:
    """Nothing is on the port of a server that has ended."""
    with listening() as server:
        closed = server.server_port
    allowed_ports.add(closed)

    health = targets.ask(ADDRESS, Check("group", closed, "/"))

    assert health
    assert health.reason == "Target.FailedHealthChecks"


def listed(account: Account, group: str) -> list[dict[str, Any]]:
    """List the targets of a group, as the API has them."""
    found = account.client("elbv2").describe_target_health(TargetGroupArn=group)
    return list(found["TargetHealthDescriptions"])


def test_what_is_checked_is_listed_until_it_is_healthy(account: Account, target_group: str) -> None:
    """Beside the healthy ones of MiniStack, and in its own target group alone."""
    elbv2 = account.client("elbv2")
    elbv2.register_targets(TargetGroupArn=target_group, Targets=[{"Id": "10.0.0.1", "Port": 80}])
    group = {"Name": "other", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"}
    other = elbv2.create_target_group(**group)["TargetGroups"][0]["TargetGroupArn"]
    check = Check(target_group, 8000, "/")

    targets.remember(check, "172.20.0.2", targets.INITIAL)

    healthy, checked = listed(account, target_group)
    assert (healthy["Target"]["Id"], healthy["TargetHealth"]["State"]) == ("10.0.0.1", "healthy")
    assert checked["Target"] == {"Id": "172.20.0.2", "Port": 8000}
    assert checked["TargetHealth"] == {
        "State": "initial",
        "Reason": "Elb.InitialHealthChecking",
        "Description": "Initial health checks in progress",
    }
    assert listed(account, other) == []
    targets.remember(check, "172.20.0.2", None)
    assert listed(account, target_group) == [healthy]
